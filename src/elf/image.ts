import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
// By `require`: a CommonJS package that is imported costs Node more time at its start than all of ours.
import elfinfo = require('elfinfo');
import type { ELF } from 'elfinfo';
import { RequestError, messageOf } from '../util/errors.js';
import type { Encoding } from './bytes.js';
import { TargetBytes, textAt } from './bytes.js';
import { PF, SHF } from './constants.js';
import type { ElfWarning, FileBytes, HeaderImage } from './headers.js';
import { hasContents, isLoad, isNote, readHeaders, revealType } from './headers.js';

/** What kind of ELF file it is (`e_type`). */
export type ImageType = 'relocatable' | 'executable' | 'shared' | 'core' | 'other';

/** By `e_type`. */
const IMAGE_TYPES: readonly (ImageType | undefined)[] = ['other', 'relocatable', 'executable', 'shared', 'core'];

/** A section header (gABI "Section Header"); addresses are link-time, sizes and offsets in bytes. */
export interface Section {
  readonly index: number;
  readonly name: string;
  readonly type: number;
  readonly flags: number;
  readonly address: bigint;
  readonly offset: number;
  readonly size: number;
  readonly link: number;
  readonly info: number;
  readonly entsize: number;
}

/** A PT_LOAD program header; `vaddr` is link-time, sizes and offsets in bytes. */
export interface LoadSegment {
  readonly offset: number;
  readonly vaddr: bigint;
  readonly filesz: number;
  readonly memsz: number;
  readonly flags: number;
}

/** Where a PT_NOTE segment stands in the file, in bytes. */
export interface NoteSegment {
  readonly offset: number;
  readonly filesz: number;
}

/** Where a stripped file's debug information is to be found (gdb manual, "Debugging Information in Separate Files"). */
export interface DebugLink {
  readonly file: string;
  /** CRC-32 of the debug file, as the section states it. */
  readonly crc: number;
}

/** The most that one `readSection` or `readAt` returns: no table or note that is needed comes near it. */
export const MAX_READ = 64 * 2 ** 20;

const SECTION_NAME_LIMIT = 256;
const NAME_TABLE_LIMIT = 16 * 2 ** 20;

/**
 * An open ELF file: its headers, and positional reads of what is asked for. It never reads the whole file, and keeps a
 * descriptor until `close()`. Reads are synchronous: they come from the page cache and are small or chunked by the
 * caller.
 */
export class ElfImage {
  readonly encoding: Encoding;
  readonly machine: number;
  readonly type: ImageType;
  readonly sections: readonly Section[];
  readonly loads: readonly LoadSegment[];
  readonly noteSegments: readonly NoteSegment[];
  readonly warnings: readonly ElfWarning[];
  readonly #file: OpenFile;

  /** Use {@link openImage}. */
  constructor(file: OpenFile, headers: HeaderImage, elf: ELF) {
    this.#file = file;
    this.encoding = headers.encoding;
    this.machine = elf.isa;
    this.type = IMAGE_TYPES[elf.type as number] ?? 'other';
    this.loads = elf.segments
      .filter(s => isLoad(s.type))
      .map(s => ({ offset: s.offset, vaddr: BigInt(s.vaddr), filesz: s.filesz, memsz: s.memsz, flags: s.flags }));
    this.noteSegments = elf.segments.filter(s => isNote(s.type)).map(({ offset, filesz }) => ({ offset, filesz }));
    const names = this.#sectionNames(elf, headers.nameSection);
    this.sections = elf.sections.map(s => ({
      index: s.index,
      name: s.nameix < names.length ? textAt(names, s.nameix, SECTION_NAME_LIMIT) : '',
      type: revealType(s.type),
      flags: s.flags,
      address: BigInt(s.addr),
      offset: s.offset,
      size: s.size,
      link: s.link,
      info: s.info,
      entsize: s.entsize,
    }));
    this.warnings = headers.warnings;
  }

  /** The path it was opened by. */
  get path(): string {
    return this.#file.path;
  }

  /** File length in bytes at opening. */
  get size(): number {
    return this.#file.size;
  }

  /** All sections of that name, in file order. */
  sectionsNamed(name: string): Section[] {
    return this.sections.filter(section => section.name === name);
  }

  /** At most `length` bytes at `fileOffset`; fewer where the file ends, none where the offset is absurd. */
  read(fileOffset: number, length: number): Uint8Array {
    return this.#file.read(fileOffset, Math.min(length, MAX_READ));
  }

  /**
   * The same into memory of the caller's, at most as much as it holds: a pass over millions of bytes asks for no new
   * memory at each step. Returns the part of it that was filled.
   */
  readInto(fileOffset: number, memory: Uint8Array): Uint8Array {
    return this.#file.readInto(fileOffset, memory);
  }

  /**
   * How many bytes of a section the file holds: none for NOBITS, fewer than `size` where it ends early. Every loop over
   * a section is bounded by this; a header may claim 2^60 bytes.
   */
  sizeInFile(section: Section): number {
    if (!hasContents(section.type) || !(section.offset < this.size)) return 0;
    return Math.min(section.size, this.size - section.offset);
  }

  /** The contents of a section, at most `limit` bytes; shorter than `size` where the file ends early; empty for NOBITS. */
  readSection(section: Section, limit = MAX_READ): TargetBytes {
    return new TargetBytes(this.read(section.offset, Math.min(this.sizeInFile(section), limit)), this.encoding);
  }

  /** `length` bytes at a link-time address as the file holds them (before relocation), or undefined where it holds fewer. */
  readAt(linkAddress: bigint, length: number): TargetBytes | undefined {
    for (const load of this.loads) {
      const into = linkAddress - load.vaddr;
      if (into < 0n || into + BigInt(length) > BigInt(load.filesz)) continue;
      const bytes = this.read(load.offset + Number(into), length);
      if (bytes.length === length) return new TargetBytes(bytes, this.encoding);
    }
    return undefined;
  }

  /** Whether a link-time address lies in a segment that is loaded as executable code. */
  isExecutable(linkAddress: bigint): boolean {
    return this.loads.some(
      load =>
        (load.flags & PF.execute) !== 0 &&
        load.vaddr <= linkAddress &&
        linkAddress < load.vaddr + BigInt(Math.max(load.memsz, load.filesz)),
    );
  }

  /** The loaded executable section that holds a link-time address. */
  codeSectionAt(linkAddress: bigint): Section | undefined {
    return this.sections.find(
      s =>
        (s.flags & SHF.execinstr) !== 0 &&
        (s.flags & SHF.alloc) !== 0 &&
        s.address <= linkAddress &&
        linkAddress < s.address + BigInt(s.size),
    );
  }

  /** Closes the descriptor; reads fail afterwards. May be called twice. */
  close(): void {
    this.#file.close();
  }

  #sectionNames(elf: ELF, index: number): Uint8Array {
    const section = elf.sections[index];
    if (section === undefined || !hasContents(revealType(section.type))) return new Uint8Array(0);
    return this.#file.read(section.offset, Math.min(section.size, NAME_TABLE_LIMIT));
  }
}

/** A regular file open for positional reads. */
class OpenFile implements FileBytes {
  readonly size: number;
  #descriptor: number | undefined;

  constructor(readonly path: string) {
    // O_NONBLOCK: opening a FIFO would otherwise wait for a writer.
    this.#descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const status = fstatSync(this.#descriptor);
    this.size = status.size;
    if (!status.isFile()) {
      this.close();
      throw new RequestError(
        'user',
        'notElf',
        `${path} is not a regular file. Name an executable, a shared library or a separate debug file.`,
      );
    }
  }

  read(offset: number, length: number): Uint8Array {
    // Both comparisons are false for NaN too: absurd headers end here.
    const wanted = offset >= 0 && offset < this.size ? Math.min(length, this.size - offset) : 0;
    return wanted > 0 ? this.readInto(offset, new Uint8Array(wanted)) : new Uint8Array(0);
  }

  readInto(offset: number, memory: Uint8Array): Uint8Array {
    if (this.#descriptor === undefined)
      throw new RequestError('internal', 'closed', `${this.path} was read after it was closed`);
    let done = 0;
    while (done < memory.length) {
      const count = readSync(this.#descriptor, memory, done, memory.length - done, offset + done);
      if (count === 0) break; // the file ends here, or was cut off since it was opened
      done += count;
    }
    return memory.subarray(0, done);
  }

  close(): void {
    if (this.#descriptor === undefined) return;
    closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }
}

/**
 * Opens an ELF file and reads its headers.
 *
 * @throws RequestError `unreadable` where the file cannot be opened, `notElf` where it is no ELF file
 */
export async function openImage(path: string): Promise<ElfImage> {
  let file: OpenFile;
  try {
    file = new OpenFile(path);
  } catch (error) {
    if (error instanceof RequestError) throw error;
    throw new RequestError('user', 'unreadable', `${path} cannot be read: ${messageOf(error)}`, { cause: error });
  }
  try {
    const headers = readHeaders(file);
    const { elf, errors } = await elfinfo.open(headers.bytes);
    if (elf === undefined) {
      throw new RequestError('user', 'notElf', `${path} is not an ELF file that can be read: ${errors.join('; ')}`);
    }
    return new ElfImage(file, headers, elf);
  } catch (error) {
    file.close();
    throw error;
  }
}
