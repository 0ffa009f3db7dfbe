import { threadInfo } from '../mi/commandsExecution.js';
import type { StoppedEvent } from '../mi/events.js';
import { integerAt, textAt, tuplesAt } from '../mi/fields.js';
import type { Gdb } from './ports.js';

/** Lets work of the adapter wait for a stop which is then nobody else's. */
export class StopWaiter {
  private waiting: ((stop: StoppedEvent) => void) | undefined;

  /** The next stop; to be asked for before what causes it. */
  next(): Promise<StoppedEvent> {
    return new Promise(resolve => {
      this.waiting = resolve;
    });
  }

  /** Whether somebody waits for this stop; then it is theirs. */
  take(stop: StoppedEvent): boolean {
    const { waiting } = this;
    this.waiting = undefined;
    waiting?.(stop);
    return waiting !== undefined;
  }

  /** Nobody waits any more: what was to cause the stop has failed. */
  giveUp(): void {
    this.waiting = undefined;
  }
}

/**
 * The stop that gdb does not tell of: where it cannot insert a breakpoint at a resume it answers `^running` and
 * `*running`, and never `*stopped`, though the threads are stopped (gdb 13, 16, 18).
 *
 * @returns undefined where a thread does run
 */
export async function untoldStop(gdb: Gdb): Promise<StoppedEvent | undefined> {
  const { results } = await gdb.send(threadInfo());
  if (tuplesAt(results, 'threads').some(thread => textAt(thread, 'state') === 'running')) return undefined;
  const threadId = integerAt(results, 'current-thread-id');
  const stop: StoppedEvent = { kind: 'stopped', reasons: [], stoppedThreads: 'all', watches: [] };
  return threadId === undefined ? stop : { ...stop, threadId };
}
