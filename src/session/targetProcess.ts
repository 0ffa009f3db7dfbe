import { once } from 'node:events';
import { RequestError } from '../util/errors.js';

/** @throws RequestError where there is no such process */
export function checkProcess(pid: number): void {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EPERM') return;
    throw new RequestError('user', 'noProcess', `There is no process ${pid}. Check 'processId'.`, { cause: error });
  }
}

export function attachAdvice(pid: number, why: string): string {
  const advice = /not permitted|ptrace/i.test(why)
    ? ' Another debugger may be attached, or the system forbids it: see /proc/sys/kernel/yama/ptrace_scope, or run as the same user with CAP_SYS_PTRACE.'
    : '';
  return `gdb cannot attach to process ${pid}: ${why}${advice}`;
}

/** The process may be gone already: then the signal has nothing left to do. */
export function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Whether a promise settles in time; milliseconds. */
export async function within(promise: Promise<unknown>, time: number): Promise<boolean> {
  const limit = AbortSignal.timeout(time);
  return Promise.race([promise.then(() => true), once(limit, 'abort').then(() => false)]);
}
