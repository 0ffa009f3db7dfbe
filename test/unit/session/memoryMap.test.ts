import assert from 'node:assert/strict';
import { mkdtemp, realpath, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadBiases } from '../../../src/elf/mappings.js';
import type { LoadSegment } from '../../../src/elf/image.js';
import { gdbMap, localMap, mappingsOf, parseMaps } from '../../../src/session/memoryMap.js';
import type { Gdb } from '../../../src/session/ports.js';

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

function answering(...lines: readonly string[]): Gdb {
  const console = ['process 7505', 'Mapped address spaces:', '', ...lines, ''].join('\n');
  return { send: () => Promise.resolve({ resultClass: 'done', results: {}, console, log: '' }) };
}

describe('the memory map', () => {
  it('that gdb tells of a process has a line for each mapping, also around those without a file', async () => {
    const map = await gdbMap(
      answering(
        '          Start Addr           End Addr       Size     Offset  Perms  objfile',
        '      0x555555559000     0x55555556a000    0x11000        0x0  rw-p   ',
        '      0x7ffff7fbb000     0x7ffff7fbc000     0x1000        0x0  r--p   /a b/lib.so',
        '      0x7ffff7fbc000     0x7ffff7fbd000     0x1000     0x1000  r-xp   /a b/lib.so',
        '  0xffffffffff600000 0xffffffffff601000     0x1000        0x0  --xp   [vsyscall]',
      ),
    );
    assert.deepEqual(
      map.map(({ start, path, isExecutable }) => [start, path, isExecutable]),
      [
        [0x555555559000n, '', false],
        [0x7ffff7fbb000n, '/a b/lib.so', false],
        [0x7ffff7fbc000n, '/a b/lib.so', true],
        [0xffffffffff600000n, '[vsyscall]', true],
      ],
    );
    assert.deepEqual(map.map(({ fileOffset }) => fileOffset).slice(1, 3), [0n, 0x1000n]);
  });

  it('that gdb tells of a core file has no permissions', async () => {
    const map = await gdbMap(
      answering(
        '          Start Addr           End Addr       Size     Offset objfile',
        '      0x555555554000     0x555555555000     0x1000        0x0 /bin/program',
      ),
    );
    const [start, end] = [0x555555554000n, 0x555555555000n];
    assert.deepEqual(map, [{ start, end, fileOffset: 0n, path: '/bin/program', isExecutable: true }]);
  });

  it('is found by a path that leads to the file over symbolic links', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'memory-map-'));
    try {
      const link = join(folder, 'link');
      await symlink(process.execPath, link);
      const map = await localMap(process.pid);
      assert.deepEqual(await mappingsOf(map, link), await mappingsOf(map, await realpath(process.execPath)));
      assert.notEqual((await mappingsOf(map, link)).length, 0);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('of a process of this machine holds its program', async () => {
    assert.notEqual((await mappingsOf(await localMap(process.pid), process.execPath)).length, 0);
  });
});

describe('the mappings of a process', () => {
  const mappings = parseMaps(MAPS).filter(({ path }) => path === '/lib/percpu library.so');
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
