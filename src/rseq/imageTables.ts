import type { ElfImage, Section } from '../elf/image.js';
import { PF, SHF, SHT } from '../elf/constants.js';
import type { LinkWords } from '../elf/relocations.js';
import { readLinkWords } from '../elf/relocations.js';
import type { FunctionTable } from '../elf/functions.js';
import { findFunctions } from '../elf/functions.js';
import type { AddressRange } from '../util/address.js';
import { formatAddress } from '../util/address.js';
import { DESCRIPTOR_SIZE } from './descriptor.js';
import type { KeyPoints } from './points.js';
import { POINTS_SECTION, decodePoints, pointSize } from './points.js';
import type { TableWarning } from './region.js';
import type { CriticalSection, ExitPoint, TableBytes, TableContext } from './tables.js';
import {
  DESCRIPTOR_SECTION,
  EXIT_SECTION,
  POINTER_SECTION,
  decodeCriticalSection,
  decodeDescriptors,
  decodeExitPoints,
  decodePointers,
} from './tables.js';
import { Warnings } from './warnings.js';

/**
 * The most entries of one table that are read. The largest program known has 169 regions; this bounds the memory that a
 * hostile file can make us use.
 */
export const MAX_ENTRIES = 131_072;

/** A critical section as an image's tables tell it, once however many of them name it; addresses link-time. */
export interface TableSection extends CriticalSection {
  /** Whether the pointer array names its descriptor. */
  readonly listed: boolean;
}

/** What an image's tables say, at link-time addresses. It holds no file open. */
export interface ImageTables {
  /** The image's path. */
  readonly file: string;
  /** ELF machine number. */
  readonly machine: number;
  /** Ascending by start; no two with the same range and abort address. */
  readonly sections: readonly TableSection[];
  readonly exitPoints: readonly ExitPoint[];
  readonly keys: readonly KeyPoints[];
  /** The functions that hold the addresses above. */
  readonly functions: FunctionTable;
  /** The loaded executable section that holds a link-time address. */
  codeBounds(linkAddress: bigint): AddressRange | undefined;
  readonly warnings: readonly TableWarning[];
}

/** Choices in reading tables. */
export interface TableOptions {
  /** The image's separate debug file: the key table and the symbols may be only there. */
  readonly debug?: ElfImage;
  /** Whether the pieces that compilers split off functions are looked for; they matter only to who reads code. Default true. */
  readonly pieces?: boolean;
}

/**
 * Reads all tables of an image from its file: descriptors, pointer array, exit points and key table.
 *
 * Always from the file, never from the memory of a process, although the dynamic linker has resolved every word there:
 * the file can be read before the program starts, without a stop and without gdb; the key table is in no memory at all; and a
 * process may have overwritten its own tables, which the kernel reads only when a thread is preempted. Relocations cost one
 * pass over the file's (elf/relocations.ts).
 */
export function readTables(image: ElfImage, options: TableOptions = {}): ImageTables {
  const warnings = new Warnings(image.path);
  const executable = executableTest(image);
  const read = (name: string, entry: number): TableBytes[] => readTable(image, name, entry, warnings);
  const descriptors = read(DESCRIPTOR_SECTION, DESCRIPTOR_SIZE);
  const pointers = read(POINTER_SECTION, 8);
  const exits = read(EXIT_SECTION, 16);
  const words = readLinkWords(image, [...descriptors, ...pointers, ...exits].map(rangeOf));
  const context: TableContext = { words, isExecutable: executable, warnings };
  const sections = readSections(image, descriptors, pointers, context);
  const keys = readKeys(image, options.debug, executable, warnings);
  warnOverlaps(sections, warnings);
  const images = options.debug === undefined ? [image] : [image, options.debug];
  const code = image.sections.filter(s => (s.flags & SHF.execinstr) !== 0 && (s.flags & SHF.alloc) !== 0);
  return {
    file: image.path,
    machine: image.machine,
    sections,
    exitPoints: exits.flatMap(table => decodeExitPoints(table, context)),
    keys,
    functions: findFunctions(images, addressesOf(sections, keys), options.pieces ?? true),
    codeBounds: address => boundsAt(code, address),
    warnings: [...image.warnings, ...warnings.list()],
  };
}

function readTable(image: ElfImage, name: string, entry: number, warnings: Warnings): TableBytes[] {
  const tables: TableBytes[] = [];
  for (const section of image.sectionsNamed(name)) {
    if (section.type === SHT.nobits || section.size === 0) continue; // a separate debug file keeps headers only
    if ((section.flags & SHF.compressed) !== 0) {
      warnings.add('compressed', name, undefined, 'it is compressed, which no loader undoes; left out');
      continue;
    }
    const limit = MAX_ENTRIES * entry;
    if (section.size > limit) {
      const text = `${section.size} bytes are more than the ${MAX_ENTRIES} entries that are read`;
      warnings.add('too-many', name, undefined, text);
    }
    const bytes = image.readSection(section, limit);
    if (bytes.length < Math.min(section.size, limit)) {
      const text = `the file ends ${section.size - bytes.length} bytes before the end of the section`;
      warnings.add('truncated', name, undefined, text);
    }
    tables.push({ section: name, address: section.address, bytes });
  }
  return tables;
}

function rangeOf(table: TableBytes): AddressRange {
  return { start: table.address, end: table.address + BigInt(table.bytes.length) };
}

/** Descriptors of the section and those that only the pointer array names, each critical section once, ascending. */
function readSections(
  image: ElfImage,
  descriptors: readonly TableBytes[],
  pointerTables: readonly TableBytes[],
  context: TableContext,
): TableSection[] {
  const found = descriptors.flatMap(table => decodeDescriptors(table, context));
  const listed = new Set<bigint>();
  const elsewhere = new Map<bigint, number>();
  for (const table of pointerTables) {
    for (const { descriptor, entry } of decodePointers(table, context)) {
      listed.add(descriptor);
      // One inside __rseq_cs has been read there, with its warnings.
      if (!descriptors.some(d => holds(d, descriptor))) elsewhere.set(descriptor, entry);
    }
  }
  found.push(...readElsewhere(image, elsewhere, context));
  const distinct = new Map<string, TableSection>();
  for (const section of found) {
    const name = `${section.start} ${section.end} ${section.abort}`;
    const known = distinct.get(name);
    distinct.set(name, { ...(known ?? section), listed: known?.listed === true || listed.has(section.descriptor) });
  }
  return [...distinct.values()].sort((a, b) => (a.start < b.start ? -1 : a.start > b.start ? 1 : 0));
}

function holds(table: TableBytes, descriptor: bigint): boolean {
  const { start, end } = rangeOf(table);
  return start <= descriptor && descriptor + BigInt(DESCRIPTOR_SIZE) <= end && (descriptor - start) % 32n === 0n;
}

/** Descriptors that stand outside `__rseq_cs`, by the pointer-array entry that names each. */
function readElsewhere(
  image: ElfImage,
  pointers: ReadonlyMap<bigint, number>,
  context: TableContext,
): CriticalSection[] {
  const tables: { table: TableBytes; entry: number }[] = [];
  for (const [address, entry] of pointers) {
    const bytes = image.readAt(address, DESCRIPTOR_SIZE);
    if (bytes === undefined) {
      const text = `it points to ${formatAddress(address)}, where the file holds no descriptor; left out`;
      context.warnings.add('out-of-range', POINTER_SECTION, entry, text);
    } else tables.push({ table: { section: POINTER_SECTION, address, bytes }, entry });
  }
  const words: LinkWords = readLinkWords(
    image,
    tables.map(({ table }) => rangeOf(table)),
  );
  return tables.flatMap(({ table, entry }) => decodeCriticalSection(table, 0, entry, { ...context, words }) ?? []);
}

function readKeys(
  image: ElfImage,
  debug: ElfImage | undefined,
  isExecutable: (address: bigint) => boolean,
  warnings: Warnings,
): KeyPoints[] {
  const size = pointSize(image.encoding.bits);
  const own = readTable(image, POINTS_SECTION, size, warnings);
  const sameKind = debug?.encoding.bits === image.encoding.bits;
  const tables = own.length > 0 || !debug || !sameKind ? own : readTable(debug, POINTS_SECTION, size, warnings);
  const bytes = tables[0]?.bytes;
  if (tables.length > 1) warnings.add('duplicate', POINTS_SECTION, undefined, 'there are several; the first is read');
  return bytes === undefined ? [] : decodePoints(bytes, isExecutable, warnings);
}

function warnOverlaps(sections: readonly TableSection[], warnings: Warnings): void {
  let widest: TableSection | undefined;
  for (const section of sections) {
    if (widest !== undefined && section.start < widest.end) {
      const text = `the region ${describe(section)} overlaps ${describe(widest)}; both are kept`;
      warnings.add('overlap', DESCRIPTOR_SECTION, undefined, text);
    }
    if (widest === undefined || section.end > widest.end) widest = section;
  }
}

function describe(section: CriticalSection): string {
  return `${formatAddress(section.start)}-${formatAddress(section.end)}`;
}

function* addressesOf(sections: readonly TableSection[], keys: readonly KeyPoints[]): Generator<bigint> {
  for (const { start, end, abort } of sections) yield* [start, end - 1n, abort];
  for (const { starts, finishes, aborts } of keys) {
    yield* starts;
    yield* finishes;
    yield* aborts;
  }
}

/** ElfImage.isExecutable for many calls: a million table entries ask three times each. */
function executableTest(image: ElfImage): (address: bigint) => boolean {
  const ranges = image.loads
    .filter(load => (load.flags & PF.execute) !== 0)
    .map(load => ({ start: load.vaddr, end: load.vaddr + BigInt(load.memsz) }));
  return address => ranges.some(range => range.start <= address && address < range.end);
}

function boundsAt(sections: readonly Section[], address: bigint): AddressRange | undefined {
  const section = sections.find(s => s.address <= address && address < s.address + BigInt(s.size));
  return section && { start: section.address, end: section.address + BigInt(section.size) };
}
