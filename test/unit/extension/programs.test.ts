import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { findPrograms } from '../../../src/extension/programs.js';

/** The beginning of an ELF header (little-endian) with its `e_type`. */
function elf(type: number): Buffer {
  const header = Buffer.alloc(64);
  header.write('\x7fELF\x02\x01\x01', 'latin1');
  header.writeUInt16LE(type, 16);
  return header;
}

describe('the search for programs to debug', () => {
  let folder: string;

  async function add(path: string, contents: Buffer | string, mode: number, time = 1000): Promise<void> {
    const full = join(folder, path);
    await mkdir(dirname(full), { recursive: true });
    await writeFile(full, contents, { mode });
    await utimes(full, time, time);
  }

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'programs-'));
  });

  afterEach(() => rm(folder, { recursive: true }));

  it('finds executable ELF files, what was built last first', async () => {
    await add('build/old', elf(2), 0o755, 1000);
    await add('target/debug/new', elf(3), 0o755, 2000);
    assert.deepEqual(await findPrograms(folder), [join(folder, 'target/debug/new'), join(folder, 'build/old')]);
  });

  it('leaves out objects, libraries, scripts, core files and what may not be executed', async () => {
    await add('a.o', elf(1), 0o755);
    await add('libx.so.1', elf(3), 0o755);
    await add('script', '#!/bin/sh\n', 0o755);
    await add('core', elf(4), 0o755);
    await add('plain', elf(2), 0o644);
    await add('short', '\x7fELF', 0o755);
    assert.deepEqual(await findPrograms(folder), []);
  });

  it('does not look into the folders of package managers and of version control', async () => {
    await add('node_modules/x/bin', elf(2), 0o755);
    await add('.git/hooks/x', elf(2), 0o755);
    assert.deepEqual(await findPrograms(folder), []);
  });

  it('finds nothing in a folder that is not there', async () => {
    assert.deepEqual(await findPrograms(join(folder, 'missing')), []);
  });
});
