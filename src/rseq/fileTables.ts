import { DEBUG_DIRECTORIES, openDebugFile } from '../elf/debugFile.js';
import type { ElfImage } from '../elf/image.js';
import { openImage } from '../elf/image.js';
import type { ImageTables } from './imageTables.js';
import { readTables } from './imageTables.js';

/** Choices in reading a file's tables. */
export interface FileOptions {
  /** Where separate debug files are looked for; `/usr/lib/debug` where absent. */
  readonly debugDirectories?: readonly string[];
  /** See TableOptions in imageTables.ts. */
  readonly pieces?: boolean;
}

/**
 * Opens a file, finds its separate debug file, reads all its tables, and hands the open image to `use` before both files
 * are closed.
 *
 * @throws RequestError `unreadable`, `notElf`: the file cannot be used at all
 */
export async function withFileTables<T>(
  path: string,
  options: FileOptions,
  use: (tables: ImageTables, image: ElfImage) => T | Promise<T>,
): Promise<T> {
  const image = await openImage(path);
  try {
    const debug = await openDebugFile(image, options.debugDirectories ?? DEBUG_DIRECTORIES);
    try {
      const tables = readTables(image, {
        ...(debug.image === undefined ? {} : { debug: debug.image }),
        ...(options.pieces === undefined ? {} : { pieces: options.pieces }),
      });
      return await use({ ...tables, warnings: [...tables.warnings, ...debug.warnings] }, image);
    } finally {
      debug.image?.close();
    }
  } finally {
    image.close();
  }
}
