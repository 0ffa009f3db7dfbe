import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readLinkWords } from '../../../src/elf/relocations.js';
import { withImage } from './fixtures.js';

/** Words that hold addresses: of a symbol that another object may replace, with and without an addend, and of one that none may. */
const source = (word: string): string => `
.text
.globl code
.type code,@function
code: nop
nop
nop
nop
own: nop
.size code,.-code
.section table,"aw"
${word} code
${word} code+3
${word} own
${word} 0x1234
.section .note.GNU-stack,"",@progbits
`;

describe('address-sized words of a shared library', function () {
  const folder = mkdtempSync(join(tmpdir(), 'relocations-'));

  after(() => {
    rmSync(folder, { recursive: true });
  });

  for (const [machine, as, emulation, word, kind] of [
    ['i386', '--32', 'elf_i386', '.long', 'REL, whose addends stand in place'],
    ['x86-64', '--64', 'elf_x86_64', '.quad', 'RELA'],
  ] as const) {
    it(`have the values that the dynamic linker gives them (${machine}: ${kind})`, async () => {
      const [text, object, library] = ['s', 'o', 'so'].map(ending => join(folder, `${machine}.${ending}`));
      writeFileSync(text ?? '', source(word));
      execFileSync('as', [as, '-o', object ?? '', text ?? '']);
      execFileSync('ld', ['-m', emulation, '-shared', '-o', library ?? '', object ?? '']);
      await withImage(library ?? '', image => {
        const [table] = image.sectionsNamed('table');
        const [code] = image.sectionsNamed('.text');
        assert.ok(table && code);
        const range = { start: table.address, end: table.address + BigInt(table.size) };
        const words = readLinkWords(image, [range]);
        const size = image.encoding.bits / 8;
        const values = [0, 1, 2, 3].map(index => {
          const address = table.address + BigInt(index * size);
          return words.value(address, image.readSection(table).word(index * size));
        });
        assert.deepEqual(values, [code.address, code.address + 3n, code.address + 4n, 0x1234n]);
      });
    });
  }
});
