import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withFileTables } from '../../src/rseq/fileTables.js';
import { buildRegions } from '../../src/rseq/imageRegions.js';
import type { ImageTables } from '../../src/rseq/imageTables.js';
import { RequestError } from '../../src/util/errors.js';
import { fixturePath, withFixture } from '../unit/elf/fixtures.js';

/** Names the mutants: a failure can be repeated with the number in its message. */
const SEED = 20160407;
const MUTANTS_PER_FIXTURE = 60;

/** CPU time that one mutant of a few kilobytes may cost, in ms; a sound file costs about one. */
const CPU_LIMIT = 1_000;
/** How much the process may grow over all mutants, in bytes. */
const MEMORY_LIMIT = 192 * 2 ** 20;

/** A random number generator with a seed (mulberry32): integers from 0 up to a limit. */
type Random = (limit: number) => number;

function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  return limit => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
}

/** What is known about a fixture before it is damaged; offsets are in the file. */
interface Original {
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

async function originalOf(name: string): Promise<Original> {
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

type Mutator = (bytes: Buffer, original: Original, random: Random) => Buffer;

/** Writes an extreme value of 1, 2, 4 or 8 bytes somewhere in `[from, from + length)`. */
function writeExtreme(bytes: Buffer, random: Random, from: number, length: number): void {
  const width = [1, 2, 4, 8][random(4)]!;
  const slots = Math.floor(Math.min(length, bytes.length - from) / width);
  if (slots <= 0) return;
  const value = EXTREMES[random(EXTREMES.length)]!;
  for (let i = 0, at = from + random(slots) * width; i < width; i++)
    bytes[at + i] = Number((value >> BigInt(8 * i)) & 0xffn);
}

const MUTATORS: Record<string, Mutator> = {
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
async function inspectMutant(path: string): Promise<ImageTables | undefined> {
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
function essence(tables: ImageTables | undefined): unknown {
  return tables && { keys: tables.keys, sections: tables.sections, exitPoints: tables.exitPoints };
}

/** Whether a mutant has every byte that decides about its regions and keys. */
function leavesTablesIntact(mutant: Buffer, { bytes, decisive }: Original): boolean {
  return decisive.every(
    ({ offset, size }) =>
      mutant.length >= offset + size && mutant.compare(bytes, offset, offset + size, offset, offset + size) === 0,
  );
}

describe('hostile files', () => {
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'mutants-'));
  });

  after(() => {
    rmSync(folder, { recursive: true });
  });

  /** Reads a mutant and checks its bounds. */
  async function check(name: string, bytes: Buffer): Promise<ImageTables | undefined> {
    const path = join(folder, 'mutant');
    writeFileSync(path, bytes);
    const before = process.cpuUsage();
    try {
      return await inspectMutant(path);
    } catch (error) {
      throw new Error(`mutant ${name}`, { cause: error });
    } finally {
      const { user, system } = process.cpuUsage(before);
      assert.ok(user + system < CPU_LIMIT * 1000, `mutant ${name} took ${(user + system) / 1000} ms`);
    }
  }

  /** How many mutants had their tables left intact, and were compared with the original. */
  let compared = 0;

  for (const [kind, mutate] of Object.entries(MUTATORS)) {
    it(`with ${kind} end in warnings or a clear error, within bounds, and lose nothing that is intact`, async function () {
      this.timeout(240_000);
      const start = process.memoryUsage.rss();
      for (const name of readdirSync(fixturePath('.'))) {
        const original = await originalOf(name);
        const sound = essence(await check(name, original.bytes));
        const random = randomFrom(SEED);
        for (let i = 0; i < MUTANTS_PER_FIXTURE; i++) {
          const mutant = mutate(Buffer.from(original.bytes), original, random);
          const tables = await check(`${i} of ${name}`, mutant);
          if (!leavesTablesIntact(mutant, original)) continue;
          compared++;
          assert.deepEqual(essence(tables), sound, `mutant ${i} of ${name}`);
        }
      }
      const growth = process.memoryUsage.rss() - start;
      assert.ok(growth < MEMORY_LIMIT, `the process grew by ${growth} bytes`);
    });
  }

  it('left their tables intact in hundreds of cases, so that the comparison means something', () => {
    assert.ok(compared > 900, `only ${compared}`);
  });

  it('keep each table entry that is sound when others are damaged', async function () {
    this.timeout(120_000);
    for (const name of readdirSync(fixturePath('.'))) {
      const { descriptors, points, pointSize, sound } = await withFixture(name, image => ({
        descriptors: image.sectionsNamed('__rseq_cs')[0]!,
        points: image.sectionsNamed('__rseq_points')[0]!,
        pointSize: image.encoding.bits === 64 ? 24 : 12,
        sound: readFileSync(image.path),
      }));
      const before = await check(name, Buffer.from(sound));
      const random = randomFrom(SEED);
      for (let i = 0; i < MUTANTS_PER_FIXTURE; i++) {
        const bytes = Buffer.from(sound);
        const victim = random(2);
        writeExtreme(bytes, random, descriptors.offset + 32 * victim, 32);
        // The last point belongs to the second key: the first key must come out whole.
        writeExtreme(bytes, random, points.offset + pointSize * 4, pointSize);
        const after = await check(`${i} of ${name}`, bytes);
        const kept = before!.sections[1 - victim]!;
        assert.ok(
          after!.sections.some(s => s.start === kept.start && s.end === kept.end && s.abort === kept.abort),
          `mutant ${i} of ${name} lost the sound descriptor`,
        );
        const whole = before!.keys.find(k => k.aborts.length === 1)!;
        const found = after!.keys.find(k => k.key === whole.key);
        assert.ok(
          found && whole.starts.every(start => found.starts.includes(start)),
          `mutant ${i} of ${name} lost a key`,
        );
      }
    }
  });
});
