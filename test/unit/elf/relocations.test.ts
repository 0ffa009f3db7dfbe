import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readLinkWords } from '../../../src/elf/relocations.js';
import { EM } from '../../../src/elf/constants.js';
import { withImage } from './fixtures.js';
import { Pen, type Kind } from './pen.js';

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

/** The types of each machine that store an address: relative to the load bias, and a symbol's (psABI documents, glibc `elf/elf.h`). */
const MACHINES: readonly (Kind & { readonly relative?: number; readonly symbol: number })[] = [
  { machine: EM.i386, bits: 32, littleEndian: true, relative: 8, symbol: 1 },
  { machine: EM.x86_64, bits: 64, littleEndian: true, relative: 8, symbol: 1 },
  { machine: EM.arm, bits: 32, littleEndian: true, relative: 23, symbol: 2 },
  { machine: EM.aarch64, bits: 64, littleEndian: true, relative: 1027, symbol: 257 },
  { machine: EM.riscv, bits: 64, littleEndian: true, relative: 3, symbol: 2 },
  { machine: EM.loongarch, bits: 64, littleEndian: true, relative: 3, symbol: 2 },
  { machine: EM.ppc, bits: 32, littleEndian: false, relative: 22, symbol: 1 },
  { machine: EM.ppc64, bits: 64, littleEndian: true, relative: 22, symbol: 38 },
  { machine: EM.s390, bits: 64, littleEndian: false, relative: 12, symbol: 22 },
  { machine: EM.mips, bits: 32, littleEndian: false, symbol: 3 },
];

const TABLE = 0x4000;
const SYMBOL = 0x1230;

/** A shared library with a table of three words: one relocated relatively, one by a symbol, and one that is not. */
function library(kind: (typeof MACHINES)[number], form: 'REL' | 'RELA'): Buffer {
  const word = kind.bits / 8;
  const [header, symbolSize] = kind.bits === 64 ? [64, 24] : [52, 16];
  const info = (symbol: number, type: number): bigint =>
    kind.bits === 64 ? (BigInt(symbol) << 32n) | BigInt(type) : BigInt((symbol << 8) | type);
  const relocations = new Pen(kind);
  for (const [index, [symbol, type]] of [
    [0, kind.relative ?? kind.symbol],
    [1, kind.symbol],
  ].entries()) {
    relocations.words(TABLE + index * word, info(symbol ?? 0, type ?? 0), ...(form === 'RELA' ? [0x10 + index] : []));
  }
  const symbols = new Pen(kind).padTo(symbolSize);
  if (kind.bits === 64) symbols.number(1, 4).number(0x12, 1).number(0, 1).number(3, 2).words(SYMBOL, 4);
  else symbols.number(1, 4).words(SYMBOL, 4).number(0x12, 1).number(0, 1).number(3, 2);
  // REL has its addends in place; RELA has them itself, and what is in place means nothing.
  const inPlace = form === 'REL' ? [0x10, 0x11, 0x12] : [0, 0xbad, 0x12];
  const parts = [symbols.bytes, relocations.bytes, new Pen(kind).words(...inPlace).bytes, Buffer.from('\0table\0')];
  const offsets = parts.map((_, i) => header + parts.slice(0, i).reduce((sum, { length }) => sum + length, 0));
  const [dynsym, rel, table, names] = parts.map(({ length }, i) => [offsets[i] ?? 0, length] as const);
  const at = header + parts.reduce((sum, { length }) => sum + length, 0);
  const pen = new Pen(kind)
    .header({ type: 3, sections: { at, count: 5 } })
    .raw(Buffer.concat(parts))
    .padTo(at);
  const section = (name: number, type: number, address: number, place: readonly [number, number] = [0, 0], link = 0) =>
    pen
      .number(name, 4)
      .number(type, 4)
      .words(type === 0 ? 0 : 2, address, ...place)
      .number(link, 4)
      .number(0, 4)
      .words(1, 0);
  section(0, 0, 0);
  section(0, 11, 0x200, dynsym);
  section(0, form === 'RELA' ? 4 : 9, 0x300, rel, 1);
  section(1, 1, TABLE, table);
  section(0, 3, 0, names);
  return pen.bytes;
}

describe('words of every machine', () => {
  const folder = mkdtempSync(join(tmpdir(), 'relocated-'));

  after(() => {
    rmSync(folder, { recursive: true });
  });

  for (const kind of MACHINES) {
    for (const form of ['REL', 'RELA'] as const) {
      it(`are relocated by its own types: machine ${kind.machine}, ${form}`, async () => {
        const path = join(folder, `${kind.machine}-${form}`);
        writeFileSync(path, library(kind, form));
        await withImage(path, image => {
          const [table] = image.sectionsNamed('table');
          assert.ok(table);
          const size = kind.bits / 8;
          const words = readLinkWords(image, [{ start: BigInt(TABLE), end: BigInt(TABLE + 3 * size) }]);
          const values = [0, 1, 2].map(index =>
            words.value(BigInt(TABLE + index * size), image.readSection(table).word(index * size)),
          );
          assert.deepEqual(values, [0x10n, BigInt(SYMBOL + 0x11), 0x12n]);
        });
      });
    }
  }
});
