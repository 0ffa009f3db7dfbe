import { readdir, readFile, readlink } from 'node:fs/promises';
import { basename } from 'node:path';
import { RequestError } from '../../util/errors.js';
import { statFields } from '../procStat.js';

/** How often the list of processes is looked at, in ms. A program that ends sooner may be missed. */
const INTERVAL_MS = 20;

/**
 * Waits for a process that begins after `waiting` has been called.
 *
 * The kernel tells nobody without privileges of new processes, so the list is looked at again and again.
 *
 * @param name of its program: a path, or the last part of one
 * @param waiting called as soon as it is known what runs already
 * @param signal aborted where the client does not want to wait any longer
 * @returns its number
 */
export async function waitForProcess(name: string, waiting: () => void, signal: AbortSignal): Promise<number> {
  const known = new Set(await processes());
  waiting();
  while (!signal.aborted) {
    const now = new Set(await processes());
    // The number of one that has ended may be given to the next.
    for (const pid of known) if (!now.has(pid)) known.delete(pid);
    for (const pid of now) {
      if (known.has(pid)) continue;
      if (await runs(pid, name)) return pid;
      // One that was only forked may become the program still: it is looked at again while it has its parent's name.
      if (!(await isFresh(pid))) known.add(pid);
    }
    await new Promise(resolve => setTimeout(resolve, INTERVAL_MS));
  }
  throw new RequestError('nobody', 'cancelled', `No process of '${name}' has begun.`);
}

async function processes(): Promise<number[]> {
  const names = await readdir('/proc');
  return names.filter(name => /^\d+$/.test(name)).map(Number);
}

async function runs(pid: number, name: string): Promise<boolean> {
  const path = await readlink(`/proc/${pid}/exe`).catch(() => undefined);
  if (path !== undefined) return name.includes('/') ? path === name : basename(path) === name;
  // Of another user: only the name is told, cut to 15 bytes (proc(5), /proc/PID/comm).
  const comm = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '');
  return !name.includes('/') && comm.trimEnd() === Buffer.from(name).subarray(0, 15).toString();
}

/** Whether a process has begun a moment ago, so that it may still become another program by execve. */
async function isFresh(pid: number): Promise<boolean> {
  const uptime = await readFile('/proc/uptime', 'utf8').catch(() => '0');
  return Number.parseFloat(uptime) - startOf(pid) < 5;
}

/** When a process began, in seconds since the system did (field 22 counts ticks of 1/100 s); NaN where it is gone. */
function startOf(pid: number): number {
  try {
    return Number(statFields(`/proc/${pid}/stat`)[19]) / 100;
  } catch {
    return Number.NaN;
  }
}
