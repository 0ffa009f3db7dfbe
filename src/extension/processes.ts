import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';

/** A process that a debugger may be attached to. */
export interface ProcessEntry {
  readonly pid: number;
  /** The file name of the program, else the kernel's name for the process (15 characters at most). */
  readonly name: string;
  /** The arguments as they were given, the program first; empty for what hides them. */
  readonly commandLine: readonly string[];
  /** Whether it belongs to the user who asks: others can be debugged by root alone. */
  readonly isOwn: boolean;
}

/**
 * The processes of this machine, the youngest first. Kernel threads (they have no command line) and processes that end
 * meanwhile are left out.
 *
 * @param proc the mounted procfs, see proc(5)
 * @param uid  the user who asks
 */
export async function listProcesses(proc = '/proc', uid = process.getuid?.()): Promise<ProcessEntry[]> {
  const pids = (await readdir(proc)).filter(name => /^\d+$/.test(name));
  const entries = await Promise.all(pids.map(pid => readProcess(proc, Number(pid), uid)));
  return entries.filter(entry => entry !== undefined).sort((a, b) => b.pid - a.pid);
}

async function readProcess(proc: string, pid: number, uid: number | undefined): Promise<ProcessEntry | undefined> {
  const folder = join(proc, String(pid));
  try {
    const [line, comm, owner] = await Promise.all([
      readFile(join(folder, 'cmdline'), 'utf8'),
      readFile(join(folder, 'comm'), 'utf8'),
      stat(folder),
    ]);
    const commandLine = line.replace(/\0$/, '').split('\0');
    const [program = ''] = commandLine;
    if (program === '') return undefined;
    return { pid, name: basename(program) || comm.trim(), commandLine, isOwn: owner.uid === uid };
  } catch {
    // It has ended since its folder was listed.
    return undefined;
  }
}
