import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { buildRegions } from '../../../src/rseq/imageRegions.js';
import { readTables } from '../../../src/rseq/imageTables.js';
import type { Instruction } from '../../../src/rseq/instruction.js';
import type { CodeReader } from '../../../src/rseq/regionCode.js';
import { fixturePath, withFixture } from '../elf/fixtures.js';

/** What gdb-multiarch disassembled (test/fixtures/record.mjs): lines of address, size and text. */
class RecordedCode implements CodeReader {
  readonly #instructions: readonly Instruction[];

  constructor(file: string) {
    const lines = readFileSync(fixturePath(`../listings/${file}`), 'utf8')
      .trimEnd()
      .split('\n');
    this.#instructions = lines.map(line => {
      const [, address = '', size = '', text = ''] = /^(\S+) (\d+) (.*)$/.exec(line) ?? [];
      return { address: BigInt(`0x${address}`), size: Number(size), text };
    });
  }

  disassemble(range: { start: bigint; end: bigint }): Promise<readonly Instruction[]> {
    return Promise.resolve(this.#instructions.filter(i => range.start <= i.address && i.address < range.end));
  }

  sourceOf(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  endOf(address: bigint): bigint {
    const instruction = this.#instructions.find(i => i.address === address);
    return address + BigInt(instruction?.size ?? 0);
  }
}

describe('regions of every machine', () => {
  for (const file of readdirSync(fixturePath('../listings'))) {
    const name = file.replace('.txt', '');
    it(`have arming store, prelude and exits on ${name}`, async () => {
      await withFixture(name, async image => {
        const code = new RecordedCode(file);
        const { regions, warnings } = await buildRegions(readTables(image), code, 0n, name);
        assert.deepEqual(warnings, []);
        const [first, second, ...keyed] = regions;
        for (const region of [first, second]) {
          assert.ok(region?.range && region.armingStore && region.preludes[0]);
          assert.equal(code.endOf(region.armingStore), region.range.start);
          assert.deepEqual(
            region.preludes.map(prelude => code.endOf(prelude)),
            [region.armingStore],
          );
          // The branch leads behind the nop that stands at post_commit_ip.
          const branch = region.exits.find(exit => exit.origin === 'branch');
          assert.equal(branch?.address, code.endOf(region.range.end));
          assert.equal(region.function, 'two_regions');
          assert.deepEqual(region.limits, []);
          assert.equal(region.functions.length, 2);
        }
        const origins = (region?: { exits: readonly { origin: string }[] }) =>
          region?.exits.map(exit => exit.origin).join();
        assert.equal(origins(first), 'postCommit,abort,declared,branch');
        assert.equal(origins(second), 'postCommit,abort,branch');
        assert.deepEqual(
          keyed.map(region => [region.kind, region.preludes.length, region.function]),
          [
            ['key', 1, 'keyed'],
            ['key', 1, 'keyed'],
          ],
        );
      });
    });
  }
});
