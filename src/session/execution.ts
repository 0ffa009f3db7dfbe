import type { DebugProtocol as D } from '@vscode/debugprotocol';
import { execContinue } from '../mi/commandsExecution.js';
import type { StoppedEvent } from '../mi/events.js';
import type { Frame } from '../mi/frame.js';
import type { Action, FrameSummary, StepRequest, StopCause } from '../stepping/types.js';
import type { Address } from '../util/address.js';
import { messageOf, RequestError } from '../util/errors.js';
import { begin } from '../stepping/machine.js';
import { Drivers } from './drivers.js';
import { EventFailures } from './eventFailures.js';
import type { ExecutionPorts } from './executionPorts.js';
import { FunctionCalls } from './functionCalls.js';
import { Interrupter } from './interrupter.js';
import { insideNote, LostAttempts, lossOf } from './lostAttempts.js';
import { Pause, type Places } from './pause.js';
import { SilentStops } from './silentStops.js';
import { SingleThread } from './singleThread.js';
import { startOf } from './stepStart.js';
import { StepsInARow, type StepTarget } from './stepTarget.js';
import { causeOf, stopInput } from './stopCause.js';
import { exitCodeOf, isEnd, stoppedBody } from './stopReport.js';

/** The owner of the run state: whether the target runs, why it stopped, and the step in progress. */
export class Execution implements Places {
  private pause: Pause | undefined;
  /** Whether gdb says that a thread runs; changes in the middle of a step too. */
  private gdbRunning = false;
  private ended = false;
  /** The process has ended; the reaction to that may still be waiting its turn. */
  private isGone = false;
  /** Counts the processes: a reaction to one that is gone must not meet the next. */
  private epoch = 0;
  /** Stops for the adapter's own work. */
  readonly silent: SilentStops;
  private readonly lost: LostAttempts;
  readonly single: SingleThread;
  private readonly row = new StepsInARow();
  readonly drivers: Drivers;
  readonly failures: EventFailures;
  readonly interrupter: Interrupter;
  readonly calls: FunctionCalls;

  constructor(private readonly ports: ExecutionPorts) {
    const { gdb } = ports;
    this.lost = new LostAttempts(pc => (ports.isInsideRegion(pc) ? ports.regionAround(pc) : undefined));
    this.single = new SingleThread(gdb);
    this.interrupter = new Interrupter(gdb, ports);
    this.calls = new FunctionCalls(ports, this, stop => {
      this.onStopped(stop);
    });
    this.silent = new SilentStops({
      interrupter: this.interrupter,
      isRunning: () => this.gdbRunning,
      hasEnded: () => this.ended,
      handle: stop => this.handleStop(stop),
      goOn: stop => ports.abortAt(stop).then(() => this.takeUp(stop)),
    });
    this.failures = new EventFailures({
      ...ports,
      isRunning: () => this.gdbRunning,
      isGone: () => this.isGone || this.ended,
      post: job => {
        this.post(job);
      },
      ended: stop => {
        this.onStopped(stop);
      },
      stopped: (stop, why) => this.onUntold(stop, why),
    });
    this.drivers = new Drivers(ports, this.lost, {
      interrupt: () => {
        this.interrupter.request('step');
      },
      single: this.single,
      hasEnded: () => this.ended,
      post: job => {
        this.post(job);
      },
      stepFinished: action => {
        this.stepFinished(action);
      },
      goOn: () => this.goOn(),
      deliver: stop => this.deliver(stop),
    });
  }

  /** The stop that the client has been told of, while it lasts. */
  get stopped(): StoppedEvent | undefined {
    return this.pause?.stop;
  }

  get hasEnded(): boolean {
    return this.ended;
  }

  /** Whether gdb has a thread running just now, whatever the client has been told. */
  get running(): boolean {
    return this.gdbRunning;
  }

  rememberFrames(thread: number, frames: readonly FrameSummary[]): void {
    this.pause?.remember(thread, frames);
  }

  pcOf(thread: number): Address | undefined {
    return this.pause?.pcOf(thread);
  }

  othersRan(caller: number | undefined): void {
    this.pause?.keepOnly(caller);
  }

  // --- what the user does

  /**
   * Lets every thread go on, or the one named `alone`; one that has stopped inside a region first gets through it alone.
   *
   * @returns whether all threads go on
   */
  async continue(alone?: number): Promise<boolean> {
    const thread = alone ?? this.pause?.stop.threadId;
    const pc = thread === undefined ? undefined : this.pause?.pcOf(thread);
    await this.resume(async () => {
      if (thread === undefined || !(await this.letThrough(thread, pc))) await this.goOn();
    }, alone);
    return this.single.current !== 'on';
  }

  /**
   * Steps one thread, while the others run or (`isAlone`) stand.
   *
   * @param more the call that a `stepIn` is to enter, or how many steps are one for the user
   * @throws RequestError with gdb's own words where it cannot step
   */
  async step(request: StepRequest, isAlone = false, more: StepTarget | number = 1): Promise<void> {
    const begin = await this.prepare(this.row.begin(request, more));
    await this.resume(begin, isAlone ? request.thread : undefined);
  }

  /** A thread was put elsewhere while it stood: that is a new stop for the client. */
  moved(threadId: number, frame: Frame): void {
    const stop = { kind: 'stopped', reasons: [], stoppedThreads: 'all', watches: [], threadId, frame } as const;
    this.report(stop, { reason: 'goto' });
  }

  private async prepare(request: StepRequest): Promise<() => Promise<void>> {
    const frames = this.pause?.framesOf(request.thread);
    const start = await startOf(request, frames, this.lost, this.ports);
    return () => this.drivers.step.begin(begin(start.request, start.position));
  }

  /**
   * Stops the program; the client is told by `stopped`. It counts what the client knows, not whether gdb has said already
   * that a thread runs: an interrupt that comes too early stops the thread as soon as it goes on.
   */
  requestPause(): void {
    if (this.pause === undefined && !this.ended) this.interrupter.request('pause');
  }

  /** Another process takes the place of one that is gone; what was to be done about that one still is void. */
  beginAnew(): void {
    this.end();
    this.epoch += 1;
    this.ended = this.isGone = false;
  }

  // --- what gdb says

  /** At once, before anything is queued. */
  onRunning(): void {
    this.gdbRunning = true;
    if (this.pause === undefined || this.drivers.step.active || this.drivers.pass.active) return;
    // A command of the user's in the debug console has let it go on.
    this.endPause();
    this.ports.client.emit('continued', { threadId: 1, allThreadsContinued: this.single.current !== 'on' });
  }

  /** The state changes at once; what follows from it is queued behind the request in progress. */
  onStopped(stop: StoppedEvent): void {
    if (this.calls.keeps(stop)) return;
    this.gdbRunning = false;
    if (isEnd(stop)) this.isGone = true;
    if (this.silent.take(stop)) return;
    this.post(() => this.handleStop(stop));
  }

  /** gdb is silent about a stop, for a reason that it has told. */
  private async onUntold(stop: StoppedEvent, why: string): Promise<void> {
    this.gdbRunning = false;
    if (await this.ports.isSystemEvent(stop, true)) {
      await this.takeUp(stop);
      return;
    }
    if (this.drivers.pass.active) await this.drivers.pass.fail(why);
    this.lastStop = stop;
    if (this.drivers.step.active) await this.drivers.step.onInput({ kind: 'failed', message: why });
    else this.report(stop, { reason: 'exception', description: 'gdb could not let the program go on', text: why });
  }

  /** gdb or the process is gone. */
  end(): void {
    this.ended = true;
    this.gdbRunning = false;
    this.drivers.abandon();
    this.interrupter.reset();
    this.endPause();
  }

  /** A process that ends meanwhile takes the ground from under what is being done with it: that is nobody's fault. */
  private post(job: () => Promise<void>): void {
    const { epoch } = this;
    this.ports.client.post(async () => {
      if (epoch !== this.epoch) return;
      try {
        await job();
      } catch (error) {
        if (!this.isGone) throw error;
      }
    });
  }

  /**
   * Lets the target go on by `start`, every thread or the one named `alone`. The client sees its request answered, so it
   * needs no `continued`; gdb's refusal leaves the stop as it is.
   */
  async resume(start: () => Promise<unknown>, alone?: number): Promise<void> {
    const pause = this.pause;
    this.pause = undefined;
    try {
      await this.single.set(alone);
      await this.failures.unlessDead(start);
      this.ports.pauseChanged();
    } catch (error) {
      this.pause = pause;
      await this.single.set(undefined);
      throw new RequestError('user', 'cannotResume', `gdb cannot do this: ${messageOf(error)}`, { cause: error });
    }
  }

  private async handleStop(stop: StoppedEvent): Promise<void> {
    if (isEnd(stop)) {
      this.end();
      await this.ports.exited(exitCodeOf(stop));
      return;
    }
    if (await this.ports.isSystemEvent(stop, false)) {
      await this.takeUp(stop);
      return;
    }
    const purpose = await this.interrupter.recognise(stop);
    const abort = await this.ports.abortAt(stop);
    const known = abort === undefined ? undefined : abort.stops ? 'user' : 'ours';
    const { pass, step } = this.drivers;
    const isNobodys = purpose !== undefined && purpose !== 'pause';
    if (pass.active) await pass.onStop(stop, isNobodys ? 'interrupt' : (known ?? causeOf(stop, pass, this.ports)));
    else if (isNobodys || (known === 'ours' && !step.passes(stop.threadId))) await this.takeUp(stop);
    else await this.deliver(stop, known);
  }

  /** A stop that is the step's or the user's. */
  private async deliver(stop: StoppedEvent, known?: StopCause): Promise<void> {
    this.lost.stopped(stop);
    const cause = known ?? (this.drivers.step.active ? causeOf(stop, this.drivers.step, this.ports) : 'user');
    if (cause === 'user' && !this.interrupter.wasPause(stop)) await this.ports.examine(stop);
    if (stop.threadId !== undefined && (await this.ports.isSilent(stop)) && !this.interrupter.takeForPause(stop)) {
      if (!(await this.letThrough(stop.threadId, stop.frame?.address))) await this.takeUp(stop);
    } else if (this.drivers.step.active) {
      await this.feed(stop, cause);
    } else {
      this.report(stop, this.ports.isEntry(stop) ? { reason: 'entry' } : undefined);
    }
  }

  private async feed(stop: StoppedEvent, cause: StopCause): Promise<void> {
    this.lastStop = stop;
    await this.drivers.step.onInput(stopInput(stop, cause, this.ports));
  }

  /** The stop that the machine was told of last: what `finish` reports. */
  private lastStop: StoppedEvent | undefined;

  /** Goes on after a stop that nobody shall see, in whatever was under way. */
  private async takeUp(stop: StoppedEvent): Promise<void> {
    if (this.drivers.pass.active) {
      await this.drivers.pass.onStop(stop, 'interrupt');
      return;
    }
    this.lastStop = stop;
    await this.goOn();
  }

  /** Lets whatever was under way go on: the step in progress, or all threads. */
  private async goOn(): Promise<void> {
    if (this.drivers.step.active && this.lastStop !== undefined) await this.feed(this.lastStop, 'interrupt');
    else await this.ports.gdb.send(execContinue(this.single.whoGoesOn));
  }

  /** Gives a thread that stands inside a region, or has lost an attempt at one near it, the free pass; false where it needs none. */
  private async letThrough(thread: number, pc: Address | undefined): Promise<boolean> {
    if (this.ports.noRegions()) return false;
    const mayWait = !this.drivers.step.active && this.single.thread === undefined;
    return this.drivers.pass.begin(thread, pc, mayWait);
  }

  private stepFinished(action: Action & { kind: 'finish' }): void {
    const stop = this.lastStop;
    if (stop === undefined) return;
    const onward = this.row.onward(action, stop);
    if (onward !== undefined) {
      this.post(() => this.goOnBy(onward, stop));
      return;
    }
    const note = action.note === undefined ? {} : { description: 'The step was cut short', text: action.note };
    if (action.note !== undefined) this.ports.tell('important', `The step was cut short: ${action.note}\n`);
    if (action.as === 'step') this.report(stop, { reason: 'step', ...note });
    else this.report(stop);
  }

  /** The next one of several steps that are one for the user. */
  private async goOnBy(request: StepRequest, stop: StoppedEvent): Promise<void> {
    try {
      await (
        await this.prepare(request)
      )();
    } catch (error) {
      this.report(stop, { reason: 'step', description: 'The step was cut short', text: messageOf(error) });
    }
  }

  /** Tells the client of a stop. */
  report(stop: StoppedEvent, as?: Partial<D.StoppedEvent['body']>): void {
    const asked = this.interrupter.wasPause(stop);
    this.interrupter.makeStale();
    const pause = new Pause(stop);
    this.pause = pause;
    this.ports.pauseChanged();
    const loss = lossOf(stop, this.lost.stopped(stop));
    if (loss !== undefined && this.ports.showsFirstAttempt()) this.ports.tell('important', `${loss}\n`);
    const hits = as === undefined ? this.ports.breakpointsHit(stop) : [];
    const details = asked ? {} : this.ports.stopDetails(stop);
    const body = { ...stoppedBody(stop, hits, asked), ...details, ...as };
    if (this.single.thread !== undefined) this.post(() => this.single.release(() => this.pause === pause));
    this.ports.client.emit('stopped', insideNote(body, loss));
  }

  private endPause(): void {
    this.pause = undefined;
    this.ports.pauseChanged();
  }
}
