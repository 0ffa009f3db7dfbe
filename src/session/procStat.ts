import { readdirSync, readFileSync } from 'node:fs';

/**
 * The fields of a `stat` file in /proc (proc(5)) from the third on, which is the state; the second, a name in parentheses,
 * may hold anything.
 *
 * @throws where the process is gone
 */
export function statFields(path: string): string[] {
  const text = readFileSync(path, 'latin1');
  return text.slice(text.lastIndexOf(')') + 2).split(' ');
}

/** The state in a `stat` file in /proc (proc(5): `R`, `S`, `t`, `Z`); `X` where there is none any more. */
function stateAt(path: string): string {
  try {
    return statFields(path)[0] ?? 'X';
  } catch {
    return 'X';
  }
}

function hasEnded(state: string): boolean {
  return state === 'Z' || state === 'X';
}

/** How many threads a process of this machine has; 0 where it is gone. */
export function threadCount(processId: number): number {
  try {
    return readdirSync(`/proc/${processId}/task`).length;
  } catch {
    return 0;
  }
}

/** The state of each thread of a process of this machine; none where it is gone. */
export function threadStates(processId: number): string[] {
  try {
    return readdirSync(`/proc/${processId}/task`).map(task => stateAt(`/proc/${processId}/task/${task}/stat`));
  } catch {
    return [];
  }
}

/**
 * Whether a process of this machine has ended, though its parent or gdb has not taken note: it is gone, or nothing but
 * zombies are left. Where none is known, none has.
 */
export function isDead(processId: number | undefined): boolean {
  if (processId === undefined) return false;
  // As long as the first of a thousand threads lives, the others need no look.
  return hasEnded(stateAt(`/proc/${processId}/stat`)) && threadStates(processId).every(hasEnded);
}

/** Whether its tracer holds every thread of a process of this machine. */
export function isHeld(processId: number): boolean {
  const states = threadStates(processId);
  return states.length > 0 && states.every(state => state === 't');
}

/** What a process has consumed, in clock ticks (utime and stime, the 14th and 15th field), and whether it is stopped. */
export function consumption(processId: number): { ticks: number; isStopped: boolean } {
  try {
    const fields = statFields(`/proc/${processId}/stat`);
    const state = fields[0];
    return { ticks: Number(fields[11]) + Number(fields[12]), isStopped: state === 'T' || state === 't' };
  } catch {
    // It has just ended: its pipes will say so.
    return { ticks: -1, isStopped: false };
  }
}
