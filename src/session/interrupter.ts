import { console as consoleCommand } from '../mi/commands.js';
import { execInterrupt } from '../mi/commandsExecution.js';
import { dataEvaluateExpression } from '../mi/commandsInspection.js';
import type { StoppedEvent } from '../mi/events.js';
import { textAt } from '../mi/fields.js';
import { RequestError } from '../util/errors.js';
import type { Gdb, Tell } from './ports.js';
import { consumption, isHeld } from './procStat.js';
import { sendSignal } from './target/targetProcess.js';

/**
 * Why the adapter stops the target: the user's `pause`, the end of the window in which a step holds other threads, or
 * work that needs a stop which nobody shall see.
 */
export type InterruptPurpose = 'pause' | 'step' | 'silent';

/** What stops a target: its process here, or gdb. */
export interface InterrupterPorts {
  readonly tell: Tell;
  /** The process, where it is one of this machine's. */
  readonly processId: () => number | undefined;
  /** gdb's own process: it stops threads by SIGSTOP as well. */
  readonly gdbPid: () => number | undefined;
  readonly isRemote: () => boolean;
}

/**
 * After this long without a stop the signal is sent again, in milliseconds. Where threads hit a breakpoint with a false
 * condition all the time, gdb stops them by SIGSTOP to step each over it, and one in twenty of ours was taken for its own.
 */
const REPEAT_MS = 250;

/** After so many of them in a row in which gdb does nothing and holds every thread, it will hold them for ever. */
const STALLED_AFTER = 8;

const STALLED =
  'gdb says that the program runs and holds every thread of it: it has lost count of a step over a breakpoint (a fault of ' +
  "gdb's). Nothing makes it let them go on: end the session, and start another one.\n";

/**
 * Stops a running target by SIGSTOP from the adapter itself, which gdb takes and the program never sees.
 *
 * Not by `-exec-interrupt`: gdb 13 to 18 send SIGINT, which a program that blocks it never stops for, and one that waits
 * for it (sigwait, signalfd) receives. Only of a remote target gdb is all there is: a gdbserver sends SIGINT then.
 */
export class Interrupter {
  /** Why interrupts have been sent whose stop has not been seen; `stale` where another stop has come before. */
  private pending: (InterruptPurpose | 'stale')[] = [];
  private readonly purposes = new WeakMap<StoppedEvent, InterruptPurpose | 'stale'>();
  private timer: NodeJS.Timeout | undefined;
  /** Whether several have been sent for one stop, so that another one may still come behind it. */
  private mayComeTwice = false;
  /** How often in a row gdb was found idle with every thread held, and what it had consumed by then. */
  private stalled = { times: 0, ticks: -1 };

  constructor(
    private readonly gdb: Gdb,
    private readonly ports: InterrupterPorts,
    private readonly repeatMs = REPEAT_MS,
  ) {}

  /** Settings that make gdb report SIGSTOP and keep it from the program. */
  static readonly setup = consoleCommand('handle SIGSTOP stop print nopass');

  /** @throws RequestError where there is no process or it may not be signalled */
  request(purpose: InterruptPurpose): void {
    if (this.ports.isRemote()) {
      this.pending.push(purpose);
      // What gdb answers tells nothing: where the target has stopped meanwhile there is nothing left to do.
      this.gdb.send(execInterrupt()).catch(() => undefined);
      return;
    }
    const pid = this.ports.processId();
    if (pid === undefined) throw new RequestError('user', 'noProcess', 'There is no running process to stop.');
    try {
      process.kill(pid, 'SIGSTOP');
    } catch (error) {
      throw new RequestError('user', 'cannotInterrupt', `Process ${pid} cannot be stopped: ${String(error)}.`, {
        cause: error,
      });
    }
    this.pending.push(purpose);
    this.timer ??= setInterval(() => {
      this.repeat();
    }, this.repeatMs).unref();
  }

  /** The kernel keeps one SIGSTOP of a process at most: one that is still to be taken is not doubled. */
  private repeat(): void {
    const pid = this.ports.processId();
    if (pid === undefined || this.pending.every(purpose => purpose === 'stale')) {
      this.stopRepeating();
      return;
    }
    this.mayComeTwice = true;
    sendSignal(pid, 'SIGSTOP');
    this.lookForStall(pid);
  }

  /** The user waits for a stop that will not come: they are told, once. */
  private lookForStall(pid: number): void {
    const { ticks } = consumption(this.ports.gdbPid() ?? 0);
    const isIdle = ticks === this.stalled.ticks && isHeld(pid);
    this.stalled = { times: isIdle ? this.stalled.times + 1 : 0, ticks };
    if (this.stalled.times === STALLED_AFTER) this.ports.tell('important', STALLED);
  }

  private stopRepeating(): void {
    clearInterval(this.timer);
    this.timer = undefined;
    this.stalled = { times: 0, ticks: -1 };
  }

  /**
   * Tells what a stop has to do with us. Signals of one kind merge in the kernel: one stop may answer several interrupts,
   * and the most important purpose counts.
   *
   * @returns `stale` for an interrupt that another stop has made pointless; undefined where the stop is not ours
   */
  async recognise(stop: StoppedEvent): Promise<InterruptPurpose | 'stale' | undefined> {
    if (!(await this.isOurs(stop))) return undefined;
    const purpose = (['pause', 'silent', 'step'] as const).find(each => this.pending.includes(each)) ?? 'stale';
    // They merge only until the first one is taken.
    if (this.pending.length !== 1) this.mayComeTwice = this.pending.length > 1;
    this.pending = [];
    this.stopRepeating();
    this.purposes.set(stop, purpose);
    return purpose;
  }

  private async isOurs({ signalName }: StoppedEvent): Promise<boolean> {
    // Nothing tells an interrupt of gdb's from another SIGINT there.
    if (this.ports.isRemote()) return this.pending.length > 0 && (signalName === 'SIGINT' || signalName === '0');
    return signalName === 'SIGSTOP' && (await this.isFromUs());
  }

  /**
   * Whether the signal that a thread has stopped for was sent by this process. Where a thread takes our signal while gdb
   * sends it one of its own, gdb takes ours for its own and reports its own.
   */
  private async isFromUs(): Promise<boolean> {
    try {
      const { results } = await this.gdb.send(dataEvaluateExpression('$_siginfo._sifields._kill.si_pid'));
      return [process.pid, this.ports.gdbPid()].map(String).includes(textAt(results, 'value') ?? '');
    } catch {
      // Another signal is killing the process meanwhile: nothing more can be read of it, and nobody shall see this stop.
      return this.pending.length > 0;
    }
  }

  /**
   * Takes a stop that nobody was to see for the user's pause, if one is due. Its own stop may not come: where threads stop
   * each other all the time, gdb 13 takes the SIGSTOP for one of its own, again and again.
   */
  takeForPause(stop: StoppedEvent): boolean {
    if (!this.pending.includes('pause')) return false;
    this.purposes.set(stop, 'pause');
    return true;
  }

  /** Whether a stop that was recognised is the user's pause. */
  wasPause(stop: StoppedEvent): boolean {
    return this.purposes.get(stop) === 'pause';
  }

  /** A stop has been reported to the user: what is still under way has nothing left to do. */
  makeStale(): void {
    this.pending = this.pending.map(() => 'stale');
  }

  /**
   * The process is to go on without a debugger: nothing is sent any more.
   *
   * @returns {@link mayCome}
   */
  giveUp(): boolean {
    const { mayCome } = this;
    this.reset();
    return mayCome;
  }

  /**
   * Runs a job, e.g. a call of a function of the program, that a signal of ours would break off: one may still be under way
   * when another stop was told.
   */
  async undisturbed<T>(job: () => Promise<T>): Promise<T> {
    if (!this.mayCome) return job();
    await this.gdb.send(consoleCommand('handle SIGSTOP nostop noprint nopass'));
    try {
      return await job();
    } finally {
      await this.gdb.send(Interrupter.setup);
    }
  }

  /** Whether something that was sent may still stop the program. */
  get mayCome(): boolean {
    return !this.ports.isRemote() && (this.pending.length > 0 || this.mayComeTwice);
  }

  /** The process is gone. */
  reset(): void {
    this.pending = [];
    this.mayComeTwice = false;
    this.stopRepeating();
  }
}
