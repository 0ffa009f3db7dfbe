import type { StoppedEvent } from '../mi/events.js';
import { messageOf, RequestError } from '../util/errors.js';
import type { Interrupter } from './interrupter.js';
import { consumption, threadCount, threadStates } from './procStat.js';
import type { SingleThread } from './singleThread.js';
import { sendSignal } from './target/targetProcess.js';

/** From one look at a thread that calls to the next; in milliseconds. */
const LOOK_MS = 100;

/** After so many looks in a row at which it slept and consumed nothing, it waits for another thread. */
const BLOCKED_AFTER = 10;

const BLOCKED =
  'The call was given up: it has waited for a second, while the other threads stand still, and may wait for one of them. ' +
  "'set scheduler-locking off' lets every thread run during calls.";

/** What calls need of the execution of the program. */
export interface CallingExecution {
  readonly interrupter: Pick<Interrupter, 'mayCome' | 'undisturbed'>;
  readonly single: Pick<SingleThread, 'during'>;
}

/**
 * Calls of functions of the program by gdb, on the user's behalf.
 *
 * The other threads stand still meanwhile. Let go, one would come to a breakpoint: gdb then gives up the call, and leaves its
 * thread to return to an address that is no code, which kills the program where gdb has forgotten it by then. And one might
 * come to stand inside a restartable sequence. A call that waits for what another thread holds is given up, and undone.
 */
export class FunctionCalls {
  /** Whether a call has been given up for waiting in vain. */
  private isBroken = false;
  /** What has stopped the program in the middle of a call. */
  private kept: StoppedEvent[] | undefined;

  /**
   * @param ports the process, where it is one of this machine's
   * @param stopped gets the stops in the middle of a call that are ones for the user
   */
  constructor(
    private readonly ports: { readonly processId: () => number | undefined },
    private readonly execution: CallingExecution,
    private readonly stopped: (stop: StoppedEvent) => void,
  ) {}

  /**
   * Runs a job that may call, and rejects as it does. Every thread may run where no call is named, where the user's
   * `scheduler-locking` is `off`, where the process is out of reach, or where a signal of ours is under way, which a call
   * must not take.
   *
   * @param isNamed whether it names a function to call
   * @throws RequestError `callBlocked`
   */
  run<T>(isNamed: boolean, job: () => Promise<T>): Promise<T> {
    const { interrupter, single } = this.execution;
    const pid = this.ports.processId();
    const run = isNamed ? () => this.named(job) : job;
    if (interrupter.mayCome) return interrupter.undisturbed(run);
    if (!isNamed || pid === undefined || threadCount(pid) < 2) return run();
    return single.during(() => this.watched(pid, run));
  }

  /**
   * gdb has told a stop. In the middle of a call it waits for what becomes of that: where gdb puts the thread back to where
   * it stood, nothing has happened to the program.
   *
   * @returns whether it waits; it is handed on behind the call if it is one
   */
  keeps(stop: StoppedEvent): boolean {
    this.kept?.push(stop);
    return this.kept !== undefined;
  }

  private async named<T>(job: () => Promise<T>): Promise<T> {
    const stops: StoppedEvent[] = (this.kept = []);
    try {
      return await job();
    } catch (error) {
      const isUndone = messageOf(error).includes('has restored the context');
      this.kept = undefined;
      if (!isUndone) for (const stop of stops) this.stopped(stop);
      if (this.isBroken && isUndone) throw new RequestError('user', 'callBlocked', BLOCKED, { cause: error });
      throw error;
    } finally {
      this.kept = undefined;
      this.isBroken = false;
    }
  }

  /** Runs a job, and gives up what it waits for in vain. */
  private async watched<T>(pid: number, job: () => Promise<T>): Promise<T> {
    let ticks = -1;
    let looks = 0;
    const timer = setInterval(() => {
      const now = consumption(pid).ticks;
      const running = threadStates(pid).filter(state => state !== 't');
      looks = now === ticks && running.length === 1 && running[0] === 'S' ? looks + 1 : 0;
      ticks = now;
      // A job may call again to learn why it could not.
      if (looks < (this.isBroken ? 1 : BLOCKED_AFTER)) return;
      this.isBroken = true;
      looks = 0;
      sendSignal(pid, 'SIGSTOP');
    }, LOOK_MS);
    try {
      return await job();
    } finally {
      clearInterval(timer);
    }
  }
}
