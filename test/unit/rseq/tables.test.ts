import assert from 'node:assert/strict';
import type { Encoding } from '../../../src/elf/bytes.js';
import { decodeDescriptor } from '../../../src/rseq/descriptor.js';
import { decodePoints } from '../../../src/rseq/points.js';
import type { TableBytes, TableContext } from '../../../src/rseq/tables.js';
import { decodeDescriptors, decodeExitPoints, decodePointers } from '../../../src/rseq/tables.js';
import { Warnings } from '../../../src/rseq/warnings.js';
import type { Field } from './bytes.js';
import { I386, MIPS, S390X, X86_64, pack } from './bytes.js';

/** Code lies at 0x1000 to 0x2000; words are in place but for those given. */
function context(moved: Record<string, bigint> = {}): TableContext {
  return {
    words: { value: (address, inPlace) => moved[address.toString(16)] ?? inPlace },
    isExecutable: address => 0x1000n <= address && address < 0x2000n,
    warnings: new Warnings('program'),
  };
}

function descriptor(start: bigint, length: bigint, abort: bigint, version = 0, flags = 0): Field[] {
  return [
    [version, 4],
    [flags, 4],
    [start, 8],
    [length, 8],
    [abort, 8],
  ];
}

function table(section: string, encoding: Encoding, fields: readonly Field[], address = 0x4000n): TableBytes {
  return { section, address, bytes: pack(encoding, fields) };
}

const GOOD = descriptor(0x1100n, 0x10n, 0x1200n, 0, 5);
const GOOD_SECTION = { descriptor: 0x4000n, start: 0x1100n, end: 0x1110n, abort: 0x1200n, flags: 5 };

describe('struct rseq_cs', () => {
  it('is decoded in every class and byte order', () => {
    const expected = { version: 0, flags: 5, start: 0x1100n, postCommitOffset: 0x10n, abort: 0x1200n };
    for (const encoding of [X86_64, S390X, I386, MIPS]) {
      assert.deepEqual(decodeDescriptor(pack(encoding, GOOD), 0), expected);
    }
  });

  it('takes a 32-bit pointer from the low half of its 64-bit field', () => {
    const resolve = (offset: number, inPlace: bigint): bigint => BigInt(offset) * 0x100n + inPlace;
    assert.equal(decodeDescriptor(pack(I386, GOOD), 0, resolve).start, 0x1100n + 0x800n);
    assert.equal(decodeDescriptor(pack(MIPS, GOOD), 0, resolve).start, 0x1100n + 0xc00n);
  });
});

describe('descriptor table', () => {
  function decode(fields: readonly Field[], moved?: Record<string, bigint>, address?: bigint) {
    const facts = context(moved);
    const sections = decodeDescriptors(table('__rseq_cs', X86_64, fields, address), facts);
    return { sections, warnings: facts.warnings.list() };
  }

  it('yields critical sections', () => {
    assert.deepEqual(decode(GOOD), { sections: [GOOD_SECTION], warnings: [] });
  });

  it('takes values from relocations where the file holds zeros', () => {
    const { sections } = decode(descriptor(0n, 0x10n, 0n), { '4008': 0x1300n, '4018': 0x1400n });
    assert.deepEqual(
      sections.map(s => [s.start, s.end, s.abort]),
      [[0x1300n, 0x1310n, 0x1400n]],
    );
  });

  const faults: [string, Field[], RegExp][] = [
    ['bad-version', descriptor(0x1100n, 0x10n, 0x1200n, 1), /version 1/],
    ['empty-region', descriptor(0x1100n, 0n, 0x1200n), /length 0/],
    ['end-before-start', descriptor(0x1100n, 0xffff_ffff_ffff_fff0n, 0x1200n), /beyond the address space/],
    ['out-of-range', descriptor(0x3000n, 0x10n, 0x1200n), /0x3000 to 0x3010 is not in executable code/],
    ['out-of-range', descriptor(0x1ff8n, 0x10n, 0x1200n), /0x1ff8 to 0x2008/],
    ['out-of-range', descriptor(0x1100n, 0x10n, 0x3000n), /abort_ip 0x3000/],
    ['abort-inside', descriptor(0x1100n, 0x10n, 0x110fn), /lies inside its own region/],
  ];
  for (const [code, fields, message] of faults) {
    it(`warns of ${code} (${message.source}) with file, section and entry, and keeps the good entries`, () => {
      const { sections, warnings } = decode([...GOOD, ...fields, ...descriptor(0x1500n, 4n, 0x1200n)]);
      assert.deepEqual(
        sections.map(s => s.start),
        [0x1100n, 0x1500n],
      );
      assert.deepEqual(
        warnings.map(w => [w.code, w.section, w.entry]),
        [[code, '__rseq_cs', 1]],
      );
      assert.match(warnings[0]!.message, message);
      assert.match(warnings[0]!.message, /^program: __rseq_cs entry 1: /);
    });
  }

  it('accepts a region that ends with the executable segment', () => {
    assert.equal(decode(descriptor(0x1ff0n, 0x10n, 0x1200n)).sections.length, 1);
  });

  it('accepts an abort address that is the end of the region', () => {
    assert.equal(decode(descriptor(0x1100n, 0x10n, 0x1110n)).sections.length, 1);
  });

  it('warns of an odd size and of a wrong alignment, and reads what is whole', () => {
    const { sections, warnings } = decode([...GOOD, [0, 4], [0, 2]], {}, 0x4010n);
    assert.equal(sections.length, 1);
    assert.deepEqual(
      warnings.map(w => w.code),
      ['unaligned', 'odd-size'],
    );
  });

  it('tells the first twenty faults of a kind and counts the others', () => {
    const { warnings } = decode(Array.from({ length: 1000 }, () => descriptor(0n, 1n, 0n)).flat());
    assert.equal(warnings.length, 21);
    assert.match(warnings.at(-1)!.message, /980 more/);
  });
});

describe('pointer array', () => {
  it('yields the addresses of descriptors', () => {
    const fields: Field[] = [
      [0x4000, 8],
      [0x4020, 8],
    ];
    assert.deepEqual(decodePointers(table('__rseq_cs_ptr_array', X86_64, fields), context()), [
      { descriptor: 0x4000n, entry: 0 },
      { descriptor: 0x4020n, entry: 1 },
    ]);
  });

  it('is read on 32-bit targets whether its entries are padded to 64 bits or not', () => {
    const variants: [Encoding, number[]][] = [
      [I386, [0x4000, 0, 0x4020, 0]],
      [MIPS, [0, 0x4000, 0, 0x4020]],
      [I386, [0x4000, 0x4020]],
    ];
    for (const [encoding, values] of variants) {
      const fields = values.map(value => [value, 4] as const);
      const pointers = decodePointers(table('__rseq_cs_ptr_array', encoding, fields), context());
      assert.deepEqual(
        pointers.map(p => p.descriptor),
        [0x4000n, 0x4020n],
      );
    }
  });

  it('warns of a null pointer', () => {
    const facts = context();
    assert.deepEqual(decodePointers(table('p', X86_64, [[0, 8]]), facts), []);
    assert.deepEqual(
      facts.warnings.list().map(w => w.code),
      ['null-pointer'],
    );
  });
});

describe('exit point array', () => {
  it('yields pairs of start and exit, padded or not', () => {
    const expected = [{ start: 0x1100n, exit: 0x1180n }];
    const decode = (encoding: Encoding, fields: Field[]) => decodeExitPoints(table('e', encoding, fields), context());
    assert.deepEqual(
      decode(X86_64, [
        [0x1100, 8],
        [0x1180, 8],
      ]),
      expected,
    );
    assert.deepEqual(
      decode(MIPS, [
        [0, 4],
        [0x1100, 4],
        [0, 4],
        [0x1180, 4],
      ]),
      expected,
    );
    assert.deepEqual(
      decode(I386, [
        [0x1100, 4],
        [0x1180, 4],
      ]),
      expected,
    );
  });

  it('warns of an exit outside executable code and of half a pair', () => {
    const facts = context();
    const fields: Field[] = [
      [0x1100, 8],
      [0x5000, 8],
      [0x1100, 8],
    ];
    assert.deepEqual(decodeExitPoints(table('e', X86_64, fields), facts), []);
    assert.deepEqual(
      facts.warnings.list().map(w => w.code),
      ['odd-size', 'out-of-range'],
    );
  });
});

describe('key table', () => {
  function decode(encoding: Encoding, points: [number, bigint, bigint][], tail: Field[] = []) {
    const warnings = new Warnings('program');
    const fields = points.flatMap(([type, address, key]): Field[] =>
      encoding.bits === 64
        ? [
            [type, 4],
            [0, 4],
            [address, 8],
            [key, 8],
          ]
        : [
            [type, 4],
            [address, 4],
            [key, 4],
          ],
    );
    const isExecutable = (address: bigint): boolean => 0x1000n <= address && address < 0x2000n;
    return {
      keys: decodePoints(pack(encoding, [...fields, ...tail]), isExecutable, warnings),
      codes: warnings.list().map(w => w.code),
    };
  }

  it('groups points by key, sorted, in every class and byte order', () => {
    for (const encoding of [X86_64, S390X, I386, MIPS]) {
      const { keys, codes } = decode(encoding, [
        [2, 0x1300n, 0x5000n],
        [1, 0x1200n, 0x5000n],
        [1, 0x1100n, 0x5000n],
        [3, 0x1400n, 0x5000n],
        [1, 0x1100n, 0x5000n],
        [1, 0x1500n, 0x4000n],
      ]);
      assert.deepEqual(codes, []);
      assert.deepEqual(keys, [
        { key: 0x4000n, starts: [0x1500n], finishes: [], aborts: [] },
        { key: 0x5000n, starts: [0x1100n, 0x1200n], finishes: [0x1300n], aborts: [0x1400n] },
      ]);
    }
  });

  it('drops what linkers leave of discarded functions, with one warning for all', () => {
    const { keys, codes } = decode(X86_64, [
      [1, 0n, 0n],
      [1, 0n, 0x5000n],
      [2, 0x1300n, 0n],
      [1, 0x1100n, 0x5000n],
    ]);
    assert.deepEqual(
      keys.map(k => k.key),
      [0x5000n],
    );
    assert.deepEqual(codes, ['discarded-points']);
  });

  it('warns of unknown types and odd sizes', () => {
    const { keys, codes } = decode(
      X86_64,
      [
        [4, 0x1100n, 0x5000n],
        [1, 0x1100n, 0x5000n],
      ],
      [[0, 4]],
    );
    assert.equal(keys.length, 1);
    assert.deepEqual(codes, ['odd-size', 'unknown-type']);
  });
});
