import { execFile } from 'node:child_process';

/** A program that every machine has, and that does nothing. */
const PROGRAM = '/bin/true';

/** Far more than it takes, in milliseconds; what is not known by then counts as working. */
const LIMIT_MS = 5_000;

/** Stops at the program's first instruction, and lets it run into a hardware breakpoint on the second. */
const TRIAL = ['set startup-with-shell off', 'starti', 'x/2i $pc', 'hbreak *$_', 'continue'];

/**
 * Whether a debug register stops a program on this machine.
 *
 * Under some hypervisors they do not: the kernel and gdb set them, nothing says no, and no breakpoint in them is ever hit.
 * Only a trial tells. It takes gdb a quarter of a second. Never rejects: where the trial says nothing, they count as working.
 *
 * @param gdb a path, or a name to look for in PATH
 */
export function debugRegistersWork(gdb: string): Promise<boolean> {
  const args = ['-nx', '-q', '-batch', '-iex', 'set auto-load no', '-iex', 'set debuginfod enabled off'];
  const trial = TRIAL.flatMap(command => ['-ex', command]);
  return new Promise(resolve => {
    execFile(gdb, [...args, ...trial, PROGRAM], { timeout: LIMIT_MS, killSignal: 'SIGKILL' }, (_error, output) => {
      resolve(!isMissed(output));
    });
  });
}

/** Whether the breakpoint was set, and the program ended without meeting it. */
function isMissed(output: string): boolean {
  return (
    output.includes('Hardware assisted breakpoint 1 at') &&
    !output.includes('Breakpoint 1,') &&
    output.includes(' exited ')
  );
}
