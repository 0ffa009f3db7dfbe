import { open, readFile } from 'node:fs/promises';

/**
 * How many bytes of a process's code differ from the files that it was loaded from: 0 where no debugger has left anything.
 * x86 code is not relocated.
 */
export async function patchedCode(pid: number): Promise<number> {
  const maps = await readFile(`/proc/${pid}/maps`, 'utf8');
  const memory = await open(`/proc/${pid}/mem`, 'r');
  let differing = 0;
  try {
    for (const line of maps.split('\n')) {
      const [, start = '', end = '', offset = '', path = ''] =
        /^([0-9a-f]+)-([0-9a-f]+) r-xp ([0-9a-f]+) \S+ \d+ +(\/.*)$/.exec(line) ?? [];
      if (path === '') continue;
      const from = Number.parseInt(start, 16);
      const loaded = Buffer.alloc(Number.parseInt(end, 16) - from);
      await memory.read(loaded, 0, loaded.length, from);
      const fileOffset = Number.parseInt(offset, 16);
      const original = (await readFile(path)).subarray(fileOffset, fileOffset + loaded.length);
      for (let at = 0; at < original.length; at++) if (original[at] !== loaded[at]) differing += 1;
    }
  } finally {
    await memory.close();
  }
  return differing;
}
