import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ElfImage } from '../../../src/elf/image.js';
import { openImage } from '../../../src/elf/image.js';

const BIN = fileURLToPath(new URL('../../../../test/fixtures/bin/', import.meta.url));

/** The path of a checked-in binary (test/fixtures/build.sh makes them). */
export function fixturePath(name: string): string {
  return join(BIN, name);
}

/** Opens a checked-in binary, and closes it when `use` is done. */
export async function withFixture<T>(name: string, use: (image: ElfImage) => T | Promise<T>): Promise<T> {
  return withImage(fixturePath(name), use);
}

/** Opens an ELF file, and closes it when `use` is done. */
export async function withImage<T>(path: string, use: (image: ElfImage) => T | Promise<T>): Promise<T> {
  const image = await openImage(path);
  try {
    return await use(image);
  } finally {
    image.close();
  }
}

/** A copy of a fixture with some bytes changed, in a folder that is gone when `use` is done. */
export async function withAltered<T>(
  name: string,
  alter: (bytes: Buffer) => Buffer,
  use: (path: string) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'elf-'));
  try {
    const path = join(folder, name);
    writeFileSync(path, alter(readFileSync(fixturePath(name))));
    return await use(path);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
