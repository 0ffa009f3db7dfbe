import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ElfImage } from '../../../src/elf/image.js';
import { findFunctions } from '../../../src/elf/functions.js';
import { withFixture, withImage } from './fixtures.js';

/** Two functions with a cold piece each (gcc splits at __builtin_expect with -freorder), and one label without size. */
const SOURCE = `
__attribute__((noinline, cold)) void rare(int x) { __asm__ volatile("" :: "r"(x)); }
__attribute__((noinline)) int warm(int x) { if (__builtin_expect(x == 7, 0)) { rare(x); rare(x + 1); return 3; } return x + 1; }
__asm__(".text\\n.globl bare\\nbare:\\nnop\\nnop\\nnop\\n.globl next\\nnext:\\nnop\\n");
int main(int argc, char **argv) { (void)argv; return warm(argc); }
`;

function symbolsOf(path: string): Map<string, bigint> {
  const lines = execFileSync('nm', [path], { encoding: 'utf8' }).split('\n');
  return new Map(
    lines.map(line => line.split(' ')).map(([value, , name]) => [name ?? '', BigInt(`0x0${value ?? ''}`)]),
  );
}

describe('function symbols', () => {
  let folder: string;
  let program: string;
  let symbols: Map<string, bigint>;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'symbols-'));
    program = join(folder, 'program');
    writeFileSync(join(folder, 'source.c'), SOURCE);
    execFileSync('gcc', ['-O2', '-o', program, join(folder, 'source.c')]);
    symbols = symbolsOf(program);
  });

  after(() => {
    rmSync(folder, { recursive: true });
  });

  function find(image: ElfImage, address: bigint): ReturnType<ReturnType<typeof findFunctions>['at']> {
    return findFunctions([image], [address], false).at(address);
  }

  it('finds the function that holds an address, in the middle of it too', async () => {
    const main = symbols.get('main')!;
    await withImage(program, image => {
      assert.equal(find(image, main)?.name, 'main');
      const inside = find(image, main + 1n);
      assert.equal(inside?.name, 'main');
      assert.equal(inside.start, main);
      assert.ok(inside.end > main + 1n);
      assert.equal(find(image, 0x10n), undefined);
    });
  });

  it('finds the pieces that the compiler split off', async () => {
    await withImage(program, image => {
      const warm = symbols.get('warm')!;
      const pieces = findFunctions([image], [warm], true).piecesOf('warm');
      assert.deepEqual(
        pieces.map(p => [p.name, p.start]),
        [['warm.cold', symbols.get('warm.cold')]],
      );
      assert.deepEqual(findFunctions([image], [warm], true).piecesOf('main'), []);
    });
  });

  it('takes assembly without a size from its label to the next', async () => {
    await withImage(program, image => {
      const bare = symbols.get('bare')!;
      assert.deepEqual(find(image, bare + 2n), { name: 'bare', start: bare, end: symbols.get('next') });
    });
  });

  it('takes the bounds from unwind information where there are no symbols', async () => {
    const stripped = join(folder, 'stripped');
    execFileSync('strip', ['-o', stripped, program]);
    const main = symbols.get('main')!;
    const whole = await withImage(program, image => find(image, main));
    await withImage(stripped, image => {
      assert.deepEqual(find(image, main + 1n), { start: main, end: whole?.end });
    });
  });

  it('takes the symbols from the separate debug file', async () => {
    const [stripped, debug] = [join(folder, 'stripped'), join(folder, 'debug')];
    execFileSync('strip', ['-o', stripped, program]);
    execFileSync('objcopy', ['--only-keep-debug', program, debug]);
    const main = symbols.get('main')!;
    await withImage(stripped, image =>
      withImage(debug, other => {
        assert.equal(findFunctions([image, other], [main], false).at(main)?.name, 'main');
      }),
    );
  });

  it('reads symbols of every class and byte order', async () => {
    for (const name of ['i686-exec', 'mips-exec', 's390x-pie', 'powerpc64le-shared', 'riscv64-pie']) {
      await withFixture(name, image => {
        const code = image.sectionsNamed('.text')[0]!;
        const addresses = Array.from({ length: 256 }, (_, i) => code.address + BigInt(4 * i));
        const table = findFunctions([image], addresses, false);
        assert.ok(
          addresses.some(address => table.at(address)?.name === 'two_regions'),
          name,
        );
      });
    }
  });
});
