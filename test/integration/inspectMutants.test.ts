import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ImageTables } from '../../src/rseq/imageTables.js';
import {
  essence,
  inspectMutant,
  leavesTablesIntact,
  MUTATORS,
  originalOf,
  randomFrom,
  writeExtreme,
} from '../fuzz/elfMutants.js';
import { fixturePath, withFixture } from '../unit/elf/fixtures.js';

/** Names the mutants: a failure can be repeated with the number in its message. */
const SEED = 20160407;
const MUTANTS_PER_FIXTURE = 60;

/** CPU time that one mutant of a few kilobytes may cost, in ms; a sound file costs about one. */
const CPU_LIMIT = 1_000;
/** How much the process may grow over all mutants, in bytes. */
const MEMORY_LIMIT = 192 * 2 ** 20;

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
