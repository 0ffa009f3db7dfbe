import { constants } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { console } from '../mi/commands.js';
import { threadListIds } from '../mi/commandsExecution.js';
import type { StoppedEvent } from '../mi/events.js';
import { textAt } from '../mi/fields.js';
import type { Gdb } from './ports.js';
import { isDead, statFields } from './procStat.js';

/** A process that is being killed takes so long at most until it shows; in milliseconds. */
const DYING_MS = 100;

/** So long gdb may take to tell by itself of a death that it can see; in milliseconds. */
const TELLING_MS = 500;

/** From one look to the next; in milliseconds. */
const LOOK_MS = 10;

/** Whether a process of this machine is dead or dies within a moment: gdb may meet the death before it shows. */
export function dies(processId: number): Promise<boolean> {
  return within(DYING_MS, () => isDead(processId));
}

/**
 * Lets gdb take note that a process has been killed, if it has not. Where the process stood, gdb looks for its end at the
 * next resume alone, which it may refuse (no breakpoint can be inserted), forget (gdb 13) or fail over in an assertion of its
 * own (gdb 16): so it is not resumed. Where gdb takes it for running it may be about to tell, or have lost the event.
 *
 * @param sent the signal that we have sent to end it
 * @param isRunning whether gdb takes it for running
 * @returns the end, where gdb will not tell it
 */
export async function takeNoteOfDeath(
  gdb: Gdb,
  processId: number,
  sent: NodeJS.Signals | undefined,
  isRunning: boolean,
): Promise<StoppedEvent | undefined> {
  if (await hasTold(gdb)) return undefined;
  const status = waitStatusOf(processId, !isRunning) ?? constants.signals[sent ?? 'SIGKILL'];
  if (isRunning && (await within(TELLING_MS, () => hasTold(gdb)))) return undefined;
  // Not by -target-detach: with several threads left gdb 13 fails in an assertion of its own.
  await gdb.send(console('kill'));
  return endBy(status);
}

/** Whether gdb has no thread any more. */
async function hasTold(gdb: Gdb): Promise<boolean> {
  // Not by -thread-info, which reads registers that are gone.
  return textAt((await gdb.send(threadListIds())).results, 'number-of-threads') === '0';
}

async function within(milliseconds: number, holds: () => boolean | Promise<boolean>): Promise<boolean> {
  const limit = performance.now() + milliseconds;
  while (!(await holds())) {
    if (performance.now() >= limit) return false;
    await delay(LOOK_MS);
  }
  return true;
}

/**
 * What waitpid(2) will say of a process that has ended: the last field of its `stat` (proc(5), `exit_code`); undefined where gdb
 * has waited for it, and forgotten what it was told (gdb 16). One that stood was killed: 0 is what the kernel tells strangers.
 */
function waitStatusOf(processId: number, hasStood: boolean): number | undefined {
  try {
    const status = Number(statFields(`/proc/${processId}/stat`).at(-1));
    return hasStood && status === 0 ? undefined : status;
  } catch {
    return undefined;
  }
}

/** wait(2): the signal that ended it is in the low seven bits, else its exit code in the second byte. */
function endBy(status: number): StoppedEvent {
  const common = { kind: 'stopped', stoppedThreads: 'all', watches: [] } as const;
  const signal = status & 0x7f;
  if (signal === 0) return { ...common, reasons: ['exited'], reason: 'exited', exitCode: (status >> 8) & 0xff };
  const signalName = Object.entries(constants.signals).find(([, number]) => number === signal)?.[0] ?? `SIG${signal}`;
  return { ...common, reasons: ['exited-signalled'], reason: 'exited-signalled', signalName };
}
