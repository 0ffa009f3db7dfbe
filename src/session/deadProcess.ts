import { readdirSync, readFileSync } from 'node:fs';
import { console } from '../mi/commands.js';
import { execContinue } from '../mi/commandsExecution.js';
import type { Gdb } from './ports.js';

/** Whether a process of this machine has been killed, though its parent or gdb has not taken note (proc(5): every thread's state is Z or X). */
export function isDead(processId: number | undefined): boolean {
  if (processId === undefined) return false;
  try {
    const tasks = readdirSync(`/proc/${processId}/task`);
    return tasks.every(task => /^[ZX]/.test(stateOf(`/proc/${processId}/task/${task}/stat`)));
  } catch {
    return true;
  }
}

/** The state is the third field; the second, a name in parentheses, may hold anything. */
function stateOf(path: string): string {
  const text = readFileSync(path, 'latin1');
  return text.slice(text.lastIndexOf(')') + 2);
}

/**
 * Lets gdb take note that a process has been killed while it stood: gdb learns it by a resume, before which it inserts
 * breakpoints, and into a process without memory it cannot. Without them it resumes and tells the end.
 */
export async function takeNoteOfDeath(gdb: Gdb): Promise<void> {
  await gdb.send(console('disable'));
  await gdb.send(execContinue());
}
