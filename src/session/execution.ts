import type { DebugProtocol as D } from '@vscode/debugprotocol';
import { execContinue } from '../mi/commandsExecution.js';
import type { StoppedEvent } from '../mi/events.js';
import type { Region } from '../rseq/region.js';
import type { Action, FrameSummary, StepRequest, StopCause } from '../stepping/types.js';
import type { Address } from '../util/address.js';
import { messageOf, RequestError } from '../util/errors.js';
import type { ExecutionPorts } from './executionPorts.js';
import { FreePass } from './freePass.js';
import { Interrupter } from './interrupter.js';
import { LostAttempts } from './lostAttempts.js';
import { Pause } from './pause.js';
import { innermostFrames, locate, neighbourhood } from './position.js';
import { SilentStops } from './silentStops.js';
import { StepDriver } from './stepDriver.js';
import { exitCodeOf, isEnd, stoppedBody } from './stopReport.js';
import { anyStoppedThread, untoldStop } from './stopWaiter.js';

/** The owner of the run state: whether the target runs, why it stopped, and the step in progress. */
export class Execution {
  private pause: Pause | undefined;
  /** Whether gdb says that a thread runs; changes in the middle of a step too. */
  private gdbRunning = false;
  private ended = false;
  /** The process has ended; the reaction to that may still be waiting its turn. */
  private isGone = false;
  private readonly silent: SilentStops;
  private readonly lost = new LostAttempts();
  /** The user's own mode; a step sets another one only while it lasts. */
  private lockingMode = 'replay';
  private readonly driver: StepDriver;
  private readonly freePass: FreePass;
  readonly interrupter: Interrupter;

  constructor(private readonly ports: ExecutionPorts) {
    const { gdb } = ports;
    this.interrupter = new Interrupter(gdb, ports.processId, ports.gdbPid);
    this.silent = new SilentStops({
      interrupter: this.interrupter,
      isRunning: () => this.gdbRunning,
      hasEnded: () => this.ended,
      handle: stop => this.handleStop(stop),
      goOn: stop => this.takeUp(stop),
    });
    const stepping = {
      gdb,
      locate: (thread: number) => locate(ports.answers, thread, ports.regionsNear),
      interrupt: () => {
        this.interrupter.request('step');
      },
      schedulerLocking: () => this.lockingMode,
      tell: (action: Action & { kind: 'tell' }, thread: number) => {
        this.passed(action, thread, false);
      },
      post: (job: () => Promise<void>) => {
        this.post(job);
      },
    };
    this.driver = new StepDriver({
      ...stepping,
      finished: action => {
        this.stepFinished(action);
      },
    });
    this.freePass = new FreePass({
      ...stepping,
      tell: (action, thread) => {
        this.passed(action, thread, true);
      },
      isInsideRegion: address => ports.isInsideRegion(address),
      resume: () => this.goOn(),
      passBegins: () => ports.passBegins(),
      changedInPass: () => ports.changedInPass(),
      interrupted: stop => this.deliver(stop),
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

  breakpointDeleted(number: string): void {
    this.driver.onBreakpointDeleted(number);
    this.freePass.onBreakpointDeleted(number);
  }

  /**
   * A thread has ended. In the middle of its own step (a signal handler may end it) nobody else would ever end that step,
   * nor let the threads go on that it holds: gdb waits for the one that is gone.
   */
  threadEnded(thread: number): void {
    this.lost.threadEnded(thread);
    const driver = [this.driver, this.freePass].find(each => each.steppingThread === thread);
    if (driver === undefined) return;
    this.post(async () => {
      if (this.ended || driver.steppingThread !== thread) return;
      this.ports.tell('important', `Thread ${thread} has ended before its step did.\n`);
      const held = (await driver.threadEnded()) ? await anyStoppedThread(this.ports.gdb) : undefined;
      if (held !== undefined) await this.ports.gdb.send(execContinue({ thread: held }));
    });
  }

  schedulerLockingChanged(mode: string): void {
    this.lockingMode = mode;
  }

  /** The client has asked for a stack: what it holds need not be asked again by a step. */
  rememberFrames(thread: number, frames: readonly FrameSummary[]): void {
    this.pause?.remember(thread, frames);
  }

  /** Where a stopped thread stands, as far as has been asked at this stop. */
  pcOf(thread: number): Address | undefined {
    return this.pause?.pcOf(thread);
  }

  // --- what the user does

  /** Lets every thread go on; one that has stopped inside a region first gets through it alone. */
  async continue(): Promise<void> {
    const thread = this.pause?.stop.threadId;
    await this.resume(async () => {
      if (thread === undefined || !(await this.letThrough(thread))) await this.goOn();
    });
  }

  /**
   * Steps one thread.
   *
   * @throws RequestError with gdb's own words where it cannot step
   */
  async step(request: StepRequest): Promise<void> {
    const near = await this.regionsNear(request.thread);
    const position =
      near.length === 0 ? undefined : await locate(this.ports.answers, request.thread, this.ports.regionsNear);
    const shows = this.ports.showsFirstAttempt() && position !== undefined;
    const intoAttempt = shows && this.lost.showsAttempt(request, position);
    const free = this.lost.of(request.thread);
    await this.resume(() => this.driver.begin({ ...request, intoAttempt, free }, position));
  }

  /**
   * Stops the program; the client is told by `stopped`. It counts what the client knows, not whether gdb has said already
   * that a thread runs: an interrupt that comes too early stops the thread as soon as it goes on.
   */
  requestPause(): void {
    if (this.pause === undefined && !this.ended) this.interrupter.request('pause');
  }

  /**
   * Runs `job` while no thread runs: at once where the target is stopped, else in a stop that the client is not told of.
   * For what gdb refuses while the target runs.
   */
  whileStopped<T>(job: () => Promise<T>, resume = true): Promise<T> {
    return this.silent.whileStopped(job, resume);
  }

  /** Runs a command that lets the target go on to a stop which is nobody's business, and waits for that stop. */
  runToStop(start: () => Promise<unknown>): Promise<StoppedEvent> {
    return this.silent.runToStop(start);
  }

  // --- what gdb says

  /** At once, before anything is queued. */
  onRunning(): void {
    this.gdbRunning = true;
    if (this.pause === undefined || this.driver.active || this.freePass.active) return;
    // A command of the user's in the debug console has let it go on.
    this.endPause();
    this.ports.client.emit('continued', { threadId: 1, allThreadsContinued: true });
  }

  /** The state changes at once; what follows from it is queued behind the request in progress. */
  onStopped(stop: StoppedEvent): void {
    this.gdbRunning = false;
    if (isEnd(stop)) this.isGone = true;
    if (this.silent.take(stop)) return;
    this.post(() => this.handleStop(stop));
  }

  /** gdb could not insert a breakpoint when it resumed, and is silent about the stop that follows. */
  onInsertionFailure(message: string): void {
    this.post(async () => {
      const stop = this.gdbRunning ? await untoldStop(this.ports.gdb) : undefined;
      if (stop === undefined) return;
      this.gdbRunning = false;
      if (this.freePass.active) await this.freePass.fail(message);
      if (this.driver.active) await this.driver.onInput({ kind: 'failed', message });
      else this.report(stop, { reason: 'exception', description: 'A breakpoint could not be inserted', text: message });
    });
  }

  /** gdb or the process is gone. */
  end(): void {
    this.ended = true;
    this.gdbRunning = false;
    this.driver.abandon();
    this.freePass.abandon();
    this.interrupter.reset();
    this.endPause();
  }

  // --- inside

  /** A process that ends meanwhile takes the ground from under what is being done with it: that is nobody's fault. */
  private post(job: () => Promise<void>): void {
    this.ports.client.post(async () => {
      try {
        await job();
      } catch (error) {
        if (!this.isGone) throw error;
      }
    });
  }

  private async regionsNear(thread: number): Promise<readonly Region[]> {
    if (this.ports.noRegions()) return [];
    const frames = this.pause?.framesOf(thread) ?? (await innermostFrames(this.ports.answers, thread));
    return this.ports.regionsNear(neighbourhood(frames));
  }

  /** The client sees its request answered, so it needs no `continued`; gdb's refusal leaves the stop as it is. */
  private async resume(start: () => Promise<unknown>): Promise<void> {
    const pause = this.pause;
    this.pause = undefined;
    try {
      await start();
      this.ports.pauseChanged();
    } catch (error) {
      this.pause = pause;
      throw new RequestError('user', 'cannotResume', `gdb cannot do this: ${messageOf(error)}`, { cause: error });
    }
  }

  private async handleStop(stop: StoppedEvent): Promise<void> {
    if (isEnd(stop)) {
      this.end();
      await this.ports.exited(exitCodeOf(stop));
      return;
    }
    if (stop.reason === 'solib-event') {
      await this.ports.librariesChanged();
      await this.takeUp(stop);
      return;
    }
    const purpose = await this.interrupter.recognise(stop);
    if (this.freePass.active) {
      const silent = purpose !== undefined && purpose !== 'pause';
      await this.freePass.onStop(stop, silent ? 'interrupt' : this.causeOf(stop, this.freePass));
    } else if (purpose === undefined || purpose === 'pause') {
      await this.deliver(stop);
    } else {
      await this.takeUp(stop);
    }
  }

  /** A stop that is the step's or the user's. */
  private async deliver(stop: StoppedEvent): Promise<void> {
    if (stop.threadId !== undefined && (await this.ports.isSilent(stop))) {
      if (!(await this.letThrough(stop.threadId))) await this.takeUp(stop);
    } else if (this.driver.active) {
      await this.feed(stop, this.causeOf(stop, this.driver));
    } else {
      this.report(stop, this.ports.isEntry(stop) ? { reason: 'entry' } : undefined);
    }
  }

  private causeOf(stop: StoppedEvent, driver: { owns(number: string): boolean }): StopCause {
    if (stop.reason === 'end-stepping-range' || stop.reason === 'function-finished') return 'endOfStep';
    const { breakpointNumber: number } = stop;
    const ours = stop.reason === 'breakpoint-hit' && number !== undefined && driver.owns(number);
    return ours && this.ports.breakpointsHit(stop).length === 0 ? 'ours' : 'user';
  }

  private async feed(stop: StoppedEvent, cause: StopCause): Promise<void> {
    this.lastStop = stop;
    const pc = stop.frame?.address ?? 0n;
    const thread = stop.threadId ?? 0;
    // Code of a region without lines (an abort handler, a cold part) is no place for a step to end either.
    const bare = stop.frame?.line === undefined && this.ports.regionsNear([pc]).length > 0;
    const inTrampoline = stop.frame?.func === '<signal handler called>';
    const noPlaceToEnd = bare || inTrampoline || this.ports.isInsideRegion(pc);
    await this.driver.onInput({ kind: 'stop', cause, thread, pc, noPlaceToEnd });
  }

  /** The stop that the machine was told of last: what `finish` reports. */
  private lastStop: StoppedEvent | undefined;

  /** Goes on after a stop that nobody shall see, in whatever was under way. */
  private async takeUp(stop: StoppedEvent): Promise<void> {
    this.lastStop = stop;
    await this.goOn();
  }

  /** Lets whatever was under way go on: the step in progress, or all threads. */
  private async goOn(): Promise<void> {
    if (this.driver.active && this.lastStop !== undefined) await this.feed(this.lastStop, 'interrupt');
    else await this.ports.gdb.send(execContinue());
  }

  /** Gives a thread that stands inside a region, or has lost an attempt at one near it, the free pass; false where it needs none. */
  private async letThrough(thread: number): Promise<boolean> {
    return !this.ports.noRegions() && (await this.freePass.begin(thread, this.lost.of(thread)));
  }

  private stepFinished(action: Action & { kind: 'finish' }): void {
    const stop = this.lastStop;
    if (stop === undefined) return;
    const note = action.note === undefined ? {} : { description: 'The step was cut short', text: action.note };
    if (action.note !== undefined) this.ports.tell('important', `The step was cut short: ${action.note}\n`);
    if (action.as === 'step') this.report(stop, { reason: 'step', ...note });
    else this.report(stop);
  }

  private report(stop: StoppedEvent, as?: Partial<D.StoppedEvent['body']>): void {
    const asked = this.interrupter.wasPause(stop);
    this.interrupter.makeStale();
    this.pause = new Pause(stop);
    this.ports.pauseChanged();
    const note = this.lost.stopped(stop, this.ports.regionsNear);
    if (note !== undefined && this.ports.showsFirstAttempt()) this.ports.tell('important', `${note}\n`);
    const body = stoppedBody(stop, as === undefined ? this.ports.breakpointsHit(stop) : [], asked);
    this.ports.client.emit('stopped', { ...body, ...(asked ? {} : this.ports.stopDetails(stop)), ...as });
  }

  private passed(passed: Action & { kind: 'tell' }, thread: number, isFree: boolean): void {
    if (passed.outcome !== 'aborted') this.lost.passed(thread, passed.regions);
    this.ports.passed(passed, thread, isFree);
  }

  private endPause(): void {
    this.pause = undefined;
    this.ports.pauseChanged();
  }
}
