/**
 * Mutants of real ELF files, each made by a seeded generator: so one can be made again from its seed.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { withFileTables } from '../../src/rseq/fileTables.js';
import { buildRegions } from '../../src/rseq/imageRegions.js';
import type { ImageTables } from '../../src/rseq/imageTables.js';
import { RequestError } from '../../src/util/errors.js';
import { fixturePath, withFixture } from '../unit/elf/fixtures.js';

/** A random number generator with a seed (mulberry32): integers from 0 up to a limit. */
export type Random = (limit: number) => number;

export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  return limit => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
}

/** What is known about a fixture before it is damaged; offsets are in the file. */
export interface Original {
  readonly bytes: Buffer;
  readonly wide: boolean;
  readonly littleEndian: boolean;
  readonly sectionHeaders: number;
  readonly tables: readonly Extent[];
  /** What the regions and keys are read from, and nothing else: the headers, names of sections, tables and relocations. */
  readonly decisive: readonly Extent[];
}

/** A stretch of a file, in bytes. */
interface Extent {
  readonly offset: number;
  readonly size: number;
}

/** The section types that decide what is read: SHT_RELA, SHT_REL, and SHT_RELR in both numbers; and dynamic symbols. */
const DECISIVE_TYPES: ReadonlySet<number> = new Set([4, 9, 19, 11]);

/** Reads a fixture and what is known about it. */
export async function originalOf(name: string): Promise<Original> {
  const bytes = readFileSync(fixturePath(name));
  return withFixture(name, image => {
    const { bits, littleEndian } = image.encoding;
    const wide = bits === 64;
    const field = wide ? 40 : 32;
    const shoff = wide
      ? Number(littleEndian ? bytes.readBigUInt64LE(field) : bytes.readBigUInt64BE(field))
      : littleEndian
        ? bytes.readUInt32LE(field)
        : bytes.readUInt32BE(field);
    // Symbols, relocations, strings, unwind information and the tables themselves: everything that is read.
    const tables = image.sections.filter(s => s.size > 0 && s.type !== 8);
    const isDecisive = (name: string, type: number): boolean =>
      /^__rseq_|^\.shstrtab$/.test(name) || DECISIVE_TYPES.has(type);
    const decisive = [
      { offset: 0, size: wide ? 64 + 56 * 16 : 52 + 32 * 16 },
      { offset: shoff, size: bytes.length - shoff },
      ...image.sections.filter(({ name, type }) => isDecisive(name, type)),
    ];
    return { bytes, wide, littleEndian, sectionHeaders: shoff, tables, decisive };
  });
}

/** Values that break careless arithmetic. */
const EXTREMES = [
  0n,
  1n,
  0x7fn,
  0xffffn,
  0x7fff_ffffn,
  0xffff_ffffn,
  0x8000_0000n,
  0x7fff_ffff_ffff_ffffn,
  0xffff_ffff_ffff_ffffn,
  0xffff_ffff_ffff_f000n,
];

/** Damages a copy of a file. */
export type Mutator = (bytes: Buffer, original: Original, random: Random) => Buffer;

/** Writes an extreme value of 1, 2, 4 or 8 bytes somewhere in `[from, from + length)`. */
export function writeExtreme(bytes: Buffer, random: Random, from: number, length: number): void {
  const width = [1, 2, 4, 8][random(4)]!;
  const slots = Math.floor(Math.min(length, bytes.length - from) / width);
  if (slots <= 0) return;
  const value = EXTREMES[random(EXTREMES.length)]!;
  for (let i = 0, at = from + random(slots) * width; i < width; i++)
    bytes[at + i] = Number((value >> BigInt(8 * i)) & 0xffn);
}

/** Ways of damage, by what a file has then. */
export const MUTATORS: Readonly<Record<string, Mutator>> = {
  'bits flipped anywhere': (bytes, _original, random) => {
    for (let i = random(20); i >= 0; i--) bytes[random(bytes.length)]! ^= 1 << random(8);
    return bytes;
  },
  'the end cut off': (bytes, _original, random) => bytes.subarray(0, random(bytes.length)),
  'an absurd file header': (bytes, { wide }, random) => {
    for (let i = random(3); i >= 0; i--) writeExtreme(bytes, random, 16, wide ? 48 : 36);
    return bytes;
  },
  'absurd program headers': (bytes, { wide }, random) => {
    for (let i = random(4); i >= 0; i--) writeExtreme(bytes, random, wide ? 64 : 52, wide ? 56 * 8 : 32 * 8);
    return bytes;
  },
  'absurd section headers': (bytes, { sectionHeaders }, random) => {
    for (let i = random(6); i >= 0; i--) writeExtreme(bytes, random, sectionHeaders, bytes.length - sectionHeaders);
    return bytes;
  },
  'section headers that link to themselves': (bytes, original, random) => {
    const { wide, littleEndian, sectionHeaders } = original;
    const [size, link] = wide ? [64, 40] : [40, 24];
    const count = Math.floor((bytes.length - sectionHeaders) / size);
    const index = random(count);
    const at = sectionHeaders + index * size + link;
    if (littleEndian) bytes.writeUInt32LE(index, at);
    else bytes.writeUInt32BE(index, at);
    return bytes;
  },
  'absurd table contents': (bytes, { tables }, random) => {
    for (let i = random(8); i >= 0; i--) {
      const table = tables[random(tables.length)]!;
      writeExtreme(bytes, random, table.offset, table.size);
    }
    return bytes;
  },
  'no terminators': (bytes, { tables }, random) => {
    const table = tables[random(tables.length)]!;
    bytes.fill(0x41, table.offset, Math.min(bytes.length, table.offset + table.size));
    return bytes;
  },
};

/** Reads a damaged file to the end; a RequestError is an answer, anything else a fault. */
export async function inspectMutant(path: string): Promise<ImageTables | undefined> {
  try {
    return await withFileTables(path, { debugDirectories: [] }, async tables => {
      const { regions } = await buildRegions(tables, undefined, 0n, 'mutant');
      assert.equal(regions.length >= tables.sections.length, true);
      return tables;
    });
  } catch (error) {
    if (error instanceof RequestError && error.blame === 'user') return undefined;
    throw error;
  }
}

/** What must come out whole of a file in which nothing decisive was changed. */
export function essence(tables: ImageTables | undefined): unknown {
  return tables && { keys: tables.keys, sections: tables.sections, exitPoints: tables.exitPoints };
}

/** Whether a mutant has every byte that decides about its regions and keys. */
export function leavesTablesIntact(mutant: Buffer, { bytes, decisive }: Original): boolean {
  return decisive.every(
    ({ offset, size }) =>
      mutant.length >= offset + size && mutant.compare(bytes, offset, offset + size, offset, offset + size) === 0,
  );
}
