import { closeSync, openSync, readFileSync, readSync } from 'node:fs';

/** The `r-x` mappings of files in /proc/PID/maps (proc(5)): start, end, offset, path. */
const CODE = /^([0-9a-f]+)-([0-9a-f]+) r-xp ([0-9a-f]+) \S+ \d+ +(\/.*)$/gm;

/**
 * The addresses at which the code of a process differs from the files that it was mapped from: breakpoint instructions, for
 * instance. Code that is relocated there is none in position-independent files.
 */
export function foreignCode(pid: number): string[] {
  const memory = openSync(`/proc/${pid}/mem`, 'r');
  try {
    return [...readFileSync(`/proc/${pid}/maps`, 'utf8').matchAll(CODE)].flatMap(
      ([, start = '', end = '', offset = '', path = '']) => {
        const file = readFileSync(path).subarray(Number(`0x${offset}`));
        const bytes = Buffer.alloc(Math.min(file.length, Number(BigInt(`0x${end}`) - BigInt(`0x${start}`))));
        readSync(memory, bytes, 0, bytes.length, BigInt(`0x${start}`));
        if (bytes.equals(file.subarray(0, bytes.length))) return [];
        return [...bytes.keys()].filter(at => bytes[at] !== file[at]).map(at => `${path}+0x${at.toString(16)}`);
      },
    );
  } finally {
    closeSync(memory);
  }
}
