import { RequestError } from '../util/errors.js';
import type { Encoding } from './bytes.js';
import { TargetBytes } from './bytes.js';
import { PT, SHT } from './constants.js';

/** Something wrong in an ELF file that did not stop its reading. */
export interface ElfWarning {
  /** A stable kebab-case word. */
  readonly code: string;
  /** A sentence that names the file and, where one is meant, the section. */
  readonly message: string;
  readonly section?: string;
}

/** Positional reads of one file. */
export interface FileBytes {
  readonly path: string;
  /** Length in bytes when it was opened. */
  readonly size: number;
  /** At most `length` bytes from `offset`; fewer where the file ends. */
  read(offset: number, length: number): Uint8Array;
}

/** A stand-in for the file that holds its headers alone, fit for `elfinfo`. */
export interface HeaderImage {
  readonly bytes: Uint8Array;
  readonly encoding: Encoding;
  /** `e_shstrndx`, resolved where it overflows into section header 0. */
  readonly nameSection: number;
  readonly warnings: readonly ElfWarning[];
}

/**
 * Set in the `sh_type` of every section shown to `elfinfo`: it reads the contents of the types that it knows, entry by
 * entry (78 s for a 99 MB executable), and hands unknown numbers back as they are, so nothing is lost.
 */
export const HIDDEN_TYPE = 0x80000000;

/** Offsets of header fields (gABI), by class. */
const LAYOUT = {
  32: { ehdr: 52, phdr: 32, shdr: 40, phoff: 28, shoff: 32, tail: 40, shInfo: 28, shSize: 20, shLink: 24 },
  64: { ehdr: 64, phdr: 56, shdr: 64, phoff: 32, shoff: 40, tail: 52, shInfo: 44, shSize: 32, shLink: 40 },
} as const;

/** Header counts are 16 bits wide: above this a file stores them in section header 0. */
const MAX_COUNT = 0xffff;

/**
 * Reads the headers of an ELF file and lays them out as a small file of their own: file header, program headers, section
 * headers, one after the other, with counts and offsets that are right by construction. So `elfinfo` can neither read
 * contents nor be misled by an absurd offset, and the memory used is bounded (65,535 headers of each kind, 8 MB).
 *
 * @throws RequestError `notElf` where the file is no ELF file of a known class, byte order and version
 */
export function readHeaders(file: FileBytes): HeaderImage {
  const warnings: ElfWarning[] = [];
  const head = file.read(0, 64);
  const encoding = checkIdent(file, head);
  const layout = LAYOUT[encoding.bits];
  if (head.length < layout.ehdr) throw notElf(file, 'it ends inside the ELF header');
  const header = new TargetBytes(head.slice(0, layout.ehdr), encoding);
  const tail = layout.tail; // e_ehsize, e_phentsize, e_phnum, e_shentsize, e_shnum, e_shstrndx
  const shoff = header.wordNumber(layout.shoff);
  const first = sectionHeaderZero(file, header, shoff);
  const phnum = header.u16(tail + 4);
  const segments = readTable(file, 'program', warnings, {
    offset: header.wordNumber(layout.phoff),
    entry: header.u16(tail + 2),
    expected: layout.phdr,
    count: phnum === 0xffff && first ? first.u32(layout.shInfo) : phnum, // PN_XNUM
  });
  const shnum = header.u16(tail + 8);
  const sections = readTable(file, 'section', warnings, {
    offset: shoff,
    entry: header.u16(tail + 6),
    expected: layout.shdr,
    count: shnum === 0 && first ? first.wordNumber(layout.shSize) : shnum,
  });
  const shstrndx = header.u16(tail + 10);
  return {
    bytes: assemble(header, segments, sections),
    encoding,
    nameSection: shstrndx === 0xffff && first ? first.u32(layout.shLink) : shstrndx, // SHN_XINDEX
    warnings,
  };
}

function checkIdent(file: FileBytes, head: Uint8Array): Encoding {
  if (head.length < 16 || head[0] !== 0x7f || head[1] !== 0x45 || head[2] !== 0x4c || head[3] !== 0x46) {
    throw notElf(file, 'it does not start with the bytes 7f 45 4c 46');
  }
  if (head[4] !== 1 && head[4] !== 2) throw notElf(file, `its class is ${head[4] ?? '?'}, neither 32-bit nor 64-bit`);
  if (head[5] !== 1 && head[5] !== 2)
    throw notElf(file, `its byte order is ${head[5] ?? '?'}, neither little nor big endian`);
  return { bits: head[4] === 1 ? 32 : 64, littleEndian: head[5] === 1 };
}

function notElf(file: FileBytes, why: string): RequestError {
  return new RequestError(
    'user',
    'notElf',
    `${file.path} is not an ELF file: ${why}. Name an executable, a shared library or a separate debug file.`,
  );
}

function sectionHeaderZero(file: FileBytes, header: TargetBytes, shoff: number): TargetBytes | undefined {
  const size = LAYOUT[header.encoding.bits].shdr;
  if (shoff === 0 || shoff + size > file.size) return undefined;
  const bytes = file.read(shoff, size);
  return bytes.length === size ? new TargetBytes(bytes, header.encoding) : undefined;
}

interface HeaderTable {
  readonly offset: number;
  readonly entry: number;
  readonly expected: number;
  readonly count: number;
}

/** The headers of one kind that are really there: a table that is cut off keeps its whole entries. */
function readTable(file: FileBytes, kind: string, warnings: ElfWarning[], table: HeaderTable): Uint8Array {
  const { offset, entry, expected, count } = table;
  if (count === 0 || offset === 0) return new Uint8Array(0);
  const warn = (what: string): void => {
    warnings.push({ code: `bad-${kind}-headers`, message: `${file.path}: ${what}` });
  };
  if (entry !== expected) {
    warn(`its ${kind} headers claim ${entry} bytes each instead of ${expected}; they are left out`);
    return new Uint8Array(0);
  }
  const present = Math.max(0, Math.floor((file.size - offset) / entry));
  const used = Math.min(count, present, MAX_COUNT);
  if (used < count) warn(`it claims ${count} ${kind} headers at offset ${offset}; ${used} of them are read`);
  const bytes = used === 0 ? new Uint8Array(0) : file.read(offset, used * entry);
  return bytes.subarray(0, bytes.length - (bytes.length % entry));
}

function assemble(header: TargetBytes, segments: Uint8Array, sections: Uint8Array): Uint8Array {
  const { bits, littleEndian } = header.encoding;
  const layout = LAYOUT[bits];
  // One byte more than the headers: elfinfo refuses files of 64 bytes and less.
  const bytes = new Uint8Array(layout.ehdr + segments.length + sections.length + 16);
  bytes.set(header.bytes);
  bytes.set(segments, layout.ehdr);
  bytes.set(sections, layout.ehdr + segments.length);
  const view = new DataView(bytes.buffer);
  const setWord = (offset: number, value: number): void => {
    if (bits === 64) view.setBigUint64(offset, BigInt(value), littleEndian);
    else view.setUint32(offset, value, littleEndian);
  };
  setWord(layout.phoff, layout.ehdr);
  setWord(layout.shoff, layout.ehdr + segments.length);
  bytes[6] = 1;
  const counts = [
    layout.ehdr,
    layout.phdr,
    segments.length / layout.phdr,
    layout.shdr,
    sections.length / layout.shdr,
    0,
  ];
  counts.forEach((value, i) => {
    view.setUint16(layout.tail + 2 * i, value, littleEndian);
  });
  for (let at = layout.ehdr + segments.length; at + layout.shdr <= bytes.length; at += layout.shdr) {
    view.setUint32(at + 4, (view.getUint32(at + 4, littleEndian) | HIDDEN_TYPE) >>> 0, littleEndian);
  }
  return bytes;
}

/** The `sh_type` of a section as the file has it, from what `elfinfo` handed back. Types of 2^31 and above (for users) come out 2^31 lower; none matters here. */
export function revealType(type: number): number {
  return type >= HIDDEN_TYPE ? type - HIDDEN_TYPE : type;
}

/** Whether a section type has bytes in the file. */
export function hasContents(type: number): boolean {
  return type !== SHT.null && type !== SHT.nobits;
}

/** Whether a segment type is loaded into memory. */
export function isLoad(type: number): boolean {
  return type === PT.load;
}

/** Whether a segment type holds notes. */
export function isNote(type: number): boolean {
  return type === PT.note;
}
