import assert from 'node:assert/strict';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { fixturePath } from '../unit/elf/fixtures.js';
import { essence, inspectMutant, leavesTablesIntact, MUTATORS, originalOf, randomFrom } from './elfMutants.js';
import type { FuzzProperty } from './properties.js';

const damaged = fc.record({
  name: fc.constantFrom(...readdirSync(fixturePath('.')).sort()),
  damage: fc.constantFrom(...Object.keys(MUTATORS)),
  seed: fc.nat(),
});

/** What must hold for executables and libraries of any damage. */
export const survivesDamage: FuzzProperty = {
  title: 'a damaged program gives warnings or a clear error, and every region and key whose tables are whole',
  cost: 8,
  property: fc.asyncProperty(damaged, async ({ name, damage, seed }) => {
    const original = await originalOf(name);
    const mutant = MUTATORS[damage]!(Buffer.from(original.bytes), original, randomFrom(seed));
    const path = join(tmpdir(), `rseq-dap-fuzz-${process.pid}`);
    writeFileSync(path, mutant);
    try {
      const tables = await inspectMutant(path);
      if (!leavesTablesIntact(mutant, original)) return;
      assert.deepEqual(essence(tables), essence(await inspectMutant(fixturePath(name))));
    } finally {
      rmSync(path);
    }
  }),
};
