import type { FileMapping } from '../elf/mappings.js';

/**
 * The mappings of one file, out of the text of /proc/PID/maps (proc(5)): `start-end perms offset dev inode path`, hexadecimal
 * without `0x`. A file that was removed or replaced since it was mapped is marked `(deleted)`.
 *
 * @param path as the kernel knows it: absolute, without symbolic links
 */
export function parseMaps(maps: string, path: string): FileMapping[] {
  const found: FileMapping[] = [];
  for (const line of maps.split('\n')) {
    const match = /^([0-9a-f]+)-([0-9a-f]+) ..(.). ([0-9a-f]+) \S+ \d+ +(.*?)(?: \(deleted\))?$/.exec(line);
    const [, start = '', end = '', execute, offset = '', file] = match ?? [];
    if (file !== path) continue;
    const [from, to, fileOffset] = [start, end, offset].map(digits => BigInt(`0x${digits}`));
    if (from === undefined || to === undefined || fileOffset === undefined) continue;
    found.push({ start: from, end: to, fileOffset, isExecutable: execute === 'x' });
  }
  return found;
}
