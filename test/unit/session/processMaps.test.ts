import assert from 'node:assert/strict';
import { loadBiases } from '../../../src/elf/mappings.js';
import type { LoadSegment } from '../../../src/elf/image.js';
import { parseMaps } from '../../../src/session/processMaps.js';

const MAPS = `7ffff7400000-7ffff7500000 r--p 00000000 08:01 42                         /lib/percpu library.so
7ffff7c00000-7ffff7c01000 r--p 00000000 08:01 42                         /lib/percpu library.so
7ffff7c01000-7ffff7c03000 r-xp 00001000 08:01 42                         /lib/percpu library.so (deleted)
7ffff7d01000-7ffff7d03000 r-xp 00001000 08:01 43                         /lib/other.so
7ffff7e01000-7ffff7e03000 r-xp 00001000 08:01 42                         /lib/percpu library.so
7ffff7fc9000-7ffff7fcb000 r-xp 00000000 00:00 0                          [vdso]
`;

function load(offset: number, vaddr: bigint, flags: number): LoadSegment {
  return { offset, vaddr, filesz: 0x1000, memsz: 0x1000, flags };
}

describe('the mappings of a process', () => {
  const mappings = parseMaps(MAPS, '/lib/percpu library.so');
  const loads = [load(0, 0n, 4), load(0x1040, 0x2040n, 5)];

  it('are told by file, with or without a mark that it is gone', () => {
    assert.deepEqual(
      mappings.map(({ start, isExecutable }) => [start, isExecutable]),
      [
        [0x7ffff7400000n, false],
        [0x7ffff7c00000n, false],
        [0x7ffff7c01000n, true],
        [0x7ffff7e01000n, true],
      ],
    );
    assert.deepEqual(parseMaps(MAPS, '/lib/missing.so'), []);
  });

  it('tell each load bias by the code, not by a copy of the file that was mapped to be read', () => {
    assert.deepEqual(loadBiases(loads, mappings), [0x7ffff7bff000n, 0x7ffff7dff000n]);
  });

  it('tell it by the first segment where the code is not mapped from the file', () => {
    const data = mappings.filter(({ isExecutable }) => !isExecutable);
    assert.deepEqual(loadBiases(loads, data.slice(1)), [0x7ffff7c00000n]);
    assert.deepEqual(loadBiases([], data), []);
  });
});
