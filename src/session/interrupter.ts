import { console as consoleCommand } from '../mi/commands.js';
import { dataEvaluateExpression } from '../mi/commandsInspection.js';
import type { StoppedEvent } from '../mi/events.js';
import { RequestError } from '../util/errors.js';
import type { Gdb } from './ports.js';

/**
 * Why the adapter stops the target: the user's `pause`, the end of the window in which a step holds other threads, or
 * work that needs a stop which nobody shall see.
 */
export type InterruptPurpose = 'pause' | 'step' | 'silent';

/**
 * Stops a running target by SIGSTOP from the adapter itself, which gdb takes and the program never sees.
 *
 * Not by `-exec-interrupt`: gdb 13 to 18 send SIGINT, which a program that blocks it never stops for, and one that waits
 * for it (sigwait, signalfd) receives.
 */
export class Interrupter {
  /** Interrupts sent and not yet seen as stops, oldest first; `stale` when another stop came before. */
  private pending: (InterruptPurpose | 'stale')[] = [];

  constructor(
    private readonly gdb: Gdb,
    private readonly processId: () => number | undefined,
  ) {}

  /** Settings that make gdb report SIGSTOP and keep it from the program. */
  static readonly setup = consoleCommand('handle SIGSTOP stop print nopass');

  /** @throws RequestError where there is no process or it may not be signalled */
  request(purpose: InterruptPurpose): void {
    const pid = this.processId();
    if (pid === undefined) throw new RequestError('user', 'noProcess', 'There is no running process to stop.');
    try {
      process.kill(pid, 'SIGSTOP');
    } catch (error) {
      throw new RequestError('user', 'cannotInterrupt', `Process ${pid} cannot be stopped: ${String(error)}.`, {
        cause: error,
      });
    }
    this.pending.push(purpose);
  }

  /** Whether any interrupt has been sent whose stop has not been seen. */
  get outstanding(): boolean {
    return this.pending.length > 0;
  }

  /**
   * Tells what a stop has to do with us.
   *
   * @returns the purpose of the interrupt that caused the stop; `stale` for one that another stop has made pointless;
   *   undefined where the stop is not ours, which makes interrupts under way stale if `reported`
   */
  async recognise(stop: StoppedEvent): Promise<InterruptPurpose | 'stale' | undefined> {
    if (this.pending.length === 0 || stop.signalName !== 'SIGSTOP') return undefined;
    const { results } = await this.gdb.send(dataEvaluateExpression('$_siginfo._sifields._kill.si_pid'));
    return results.value === String(process.pid) ? this.pending.shift() : undefined;
  }

  /** A stop has been reported to the user: what is still under way has nothing left to do. */
  makeStale(): void {
    this.pending = this.pending.map(() => 'stale');
  }

  /** The process is gone. */
  reset(): void {
    this.pending = [];
  }
}
