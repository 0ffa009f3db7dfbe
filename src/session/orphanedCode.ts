import { existsSync } from 'node:fs';
import { open, readFile, type FileHandle } from 'node:fs/promises';
import { messageOf } from '../util/errors.js';
import type { Tell } from './ports.js';
import { statFields } from './procStat.js';

/** The breakpoint instruction of x86 (int3), which gdb writes over the first byte of an instruction. */
const INT3 = 0xcc;

/** How much is compared at once, in bytes. */
const CHUNK = 1 << 20;

/** A part of a file that a process can execute. */
interface CodeMapping {
  readonly start: number;
  readonly size: number;
  readonly fileOffset: number;
  readonly inode: number;
  readonly path: string;
}

/**
 * Takes the breakpoint instructions out of a process whose gdb has been killed.
 *
 * The user's situation: gdb was attached to a process that runs on. A gdb that is killed lets go of it but leaves its
 * breakpoints in the code, also those that gdb sets for itself, of which nobody else knows; the first to be reached ends the
 * process by SIGTRAP. The plan: the process is stopped, every executable mapping of a file is compared with the file, each
 * int3 that the file does not have is taken back, and the process goes on. x86 does not relocate code, so what
 * differs has been patched by somebody; patches of other kinds are left alone.
 *
 * @returns how many instructions were restored
 * @throws Error where the process is gone or its memory cannot be written
 */
export async function restoreCode(pid: number): Promise<number> {
  process.kill(pid, 'SIGSTOP');
  try {
    await untilStopped(pid);
    const memory = await open(`/proc/${pid}/mem`, 'r+');
    try {
      let restored = 0;
      for (const mapping of await codeMappings(pid)) restored += await restoreMapping(memory, mapping);
      return restored;
    } finally {
      await memory.close();
    }
  } finally {
    process.kill(pid, 'SIGCONT');
  }
}

/** A signal takes effect when its receiver runs next, which is at once; /proc tells. */
async function untilStopped(pid: number): Promise<void> {
  for (;;) {
    if (/[TtZX]/.test(statFields(`/proc/${pid}/stat`)[0] ?? '')) return;
    await new Promise(resolve => setImmediate(resolve));
  }
}

/** proc(5), /proc/PID/maps: `start-end perms offset dev inode path`. User addresses have at most 56 bits on x86: a number holds those in use. */
async function codeMappings(pid: number): Promise<CodeMapping[]> {
  const text = await readFile(`/proc/${pid}/maps`, 'utf8');
  return text.split('\n').flatMap(line => {
    const match = /^([0-9a-f]+)-([0-9a-f]+) r.x. ([0-9a-f]+) \S+ ([1-9]\d*) +(\/.*)$/.exec(line);
    if (match === null) return [];
    const [, start = '', end = '', offset = '', inode = '', path = ''] = match;
    const [from, to, fileOffset] = [start, end, offset].map(digits => Number.parseInt(digits, 16)) as [
      number,
      number,
      number,
    ];
    return [{ start: from, size: to - from, fileOffset, inode: Number(inode), path: `/proc/${pid}/root${path}` }];
  });
}

async function restoreMapping(memory: FileHandle, mapping: CodeMapping): Promise<number> {
  const file = await open(mapping.path, 'r').catch(() => undefined);
  if (file === undefined) return 0;
  try {
    // Deleted or replaced since it was loaded: there is nothing to compare with.
    if ((await file.stat()).ino !== mapping.inode) return 0;
    const [original, loaded] = [Buffer.alloc(CHUNK), Buffer.alloc(CHUNK)];
    let restored = 0;
    for (let at = 0; at < mapping.size; at += CHUNK) {
      const length = Math.min(CHUNK, mapping.size - at);
      const { bytesRead } = await file.read(original, 0, length, mapping.fileOffset + at);
      const { bytesRead: comparable } = await memory.read(loaded, 0, bytesRead, mapping.start + at);
      restored += await restoreChunk(memory, mapping.start + at, loaded.subarray(0, comparable), original);
    }
    return restored;
  } finally {
    await file.close();
  }
}

async function restoreChunk(memory: FileHandle, start: number, loaded: Buffer, original: Buffer): Promise<number> {
  if (original.compare(loaded, 0, loaded.length, 0, loaded.length) === 0) return 0;
  let restored = 0;
  for (let at = loaded.indexOf(INT3); at !== -1; at = loaded.indexOf(INT3, at + 1)) {
    if (original[at] === INT3) continue;
    await memory.write(original, at, 1, start + at);
    restored += 1;
  }
  return restored;
}

/** Takes what a killed gdb has left out of the code of a process that it was attached to. Never rejects. */
export async function rescue(pid: number, tell: Tell): Promise<void> {
  try {
    const restored = await restoreCode(pid);
    if (restored > 0) tell('important', `${restored} breakpoint instructions were taken out of process ${pid}.\n`);
  } catch (error) {
    if (existsSync(`/proc/${pid}`)) {
      const advice = 'It may end by SIGTRAP at one of them.';
      tell('important', `Breakpoints may be left in process ${pid}: ${messageOf(error)}. ${advice}\n`);
    }
  }
}
