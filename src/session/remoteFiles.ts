import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { console, quoteCliWord } from '../mi/commands.js';
import type { Library } from '../mi/events.js';
import type { Mapping } from './memoryMap.js';
import type { Gdb } from './ports.js';

/** What gdb puts in front of a path that it reads from the target (its manual, "set sysroot"). */
const ON_TARGET = 'target:';

/** Whether gdb reads this library from another machine. */
export function isOnTarget({ hostName }: Library): boolean {
  return hostName.startsWith(ON_TARGET);
}

/** The path on the target of a file that gdb may read from there. */
export function pathThere(path: string): string {
  return path.startsWith(ON_TARGET) ? path.slice(ON_TARGET.length) : path;
}

/**
 * Reads a library that only the target has: a file of the same name here may be another one.
 *
 * @param read given the path of a copy, which is gone afterwards
 * @throws MiError where gdb cannot fetch it: the target runs, or its server hands no files out
 */
export async function withCopy<T>(gdb: Gdb, { hostName }: Library, read: (path: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'rseq-dap-'));
  try {
    const copy = join(folder, 'library');
    const path = hostName.slice(ON_TARGET.length);
    await gdb.send(console(`remote get ${quoteCliWord(path)} ${quoteCliWord(copy)}`));
    return await read(copy);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The mappings of a library that lies there: its path here says nothing of its path there, which its code's address finds. */
export function mappingsThere(map: readonly Mapping[], { ranges }: Library): readonly Mapping[] {
  const at = ranges[0]?.start;
  const path = map.find(({ start, end }) => at !== undefined && start <= at && at < end)?.path;
  return path === undefined || path === '' ? [] : map.filter(mapping => mapping.path === path);
}
