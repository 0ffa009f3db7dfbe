import { readFile, realpath } from 'node:fs/promises';
import type { FileMapping } from '../elf/mappings.js';
import { console } from '../mi/commands.js';
import type { Gdb } from './ports.js';

/** A piece of a target's address space that a file may be mapped into. */
export interface Mapping extends FileMapping {
  /** The path as the target's system names it: absolute, without symbolic links; empty where no file is mapped. */
  readonly path: string;
}

/** What is mapped where in the target; rejects where that cannot be found out. */
export type MemoryMap = () => Promise<readonly Mapping[]>;

/** The map of the target, whatever it is; `localId` gives its process where it is one of this machine's. */
export function targetMap(gdb: Gdb, localId: () => number | undefined): MemoryMap {
  return () => {
    const pid = localId();
    return pid === undefined ? gdbMap(gdb) : localMap(pid);
  };
}

/** The map of a process of this machine. */
export async function localMap(processId: number): Promise<readonly Mapping[]> {
  return parseMaps(await readFile(`/proc/${processId}/maps`, 'utf8'));
}

/**
 * Reads /proc/PID/maps (proc(5)): `start-end perms offset dev inode path`, hexadecimal without `0x`. A file that was removed
 * or replaced since it was mapped is marked `(deleted)`.
 */
export function parseMaps(text: string): Mapping[] {
  const line = /^([0-9a-f]+)-([0-9a-f]+) ..(.). ([0-9a-f]+) \S+ \d+ *(.*?)(?: \(deleted\))?$/gm;
  return [...text.matchAll(line)].map(([, start = '', end = '', execute, offset = '', path = '']) => ({
    start: BigInt(`0x${start}`),
    end: BigInt(`0x${end}`),
    fileOffset: BigInt(`0x${offset}`),
    isExecutable: execute === 'x',
    path,
  }));
}

/**
 * The map as gdb tells it (`info proc mappings`): of a process behind a gdbserver, from that machine's /proc, which the
 * server reads; of a core file, from its note NT_FILE. Columns: start, end, size, offset, permissions, path. Those of a core file
 * have no permissions: any of them may be code.
 */
export async function gdbMap(gdb: Gdb): Promise<readonly Mapping[]> {
  const { console: text } = await gdb.send(console('info proc mappings'));
  const line = /^ *0x([0-9a-f]+) +0x([0-9a-f]+) +0x[0-9a-f]+ +0x([0-9a-f]+) *([r-][w-][x-][ps-])? *(.*?) *$/gm;
  return [...text.matchAll(line)].map(([, start = '', end = '', offset = '', access, path = '']) => ({
    start: BigInt(`0x${start}`),
    end: BigInt(`0x${end}`),
    fileOffset: BigInt(`0x${offset}`),
    isExecutable: access?.includes('x') ?? true,
    path,
  }));
}

/** The mappings of one file, by its path here. */
export async function mappingsOf(map: readonly Mapping[], path: string): Promise<readonly Mapping[]> {
  const real = await realpath(path).catch(() => path);
  return map.filter(mapping => mapping.path === real);
}
