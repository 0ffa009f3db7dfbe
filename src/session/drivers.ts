import { execContinue } from '../mi/commandsExecution.js';
import type { StoppedEvent } from '../mi/events.js';
import { STEP, type State } from '../stepping/machine.js';
import type { Action } from '../stepping/types.js';
import type { ExecutionPorts } from './executionPorts.js';
import { FreePass } from './freePass.js';
import type { LostAttempts } from './lostAttempts.js';
import { locate } from './position.js';
import type { SingleThread } from './singleThread.js';
import { StepDriver } from './stepDriver.js';

/** What the two need of the owner of the run state. */
export interface DriverHooks {
  /** Stops the target for a step. */
  interrupt(): void;
  /** Which threads run while no region is run through. */
  readonly single: SingleThread;
  hasEnded(): boolean;
  post(job: () => Promise<void>): void;
  /** The user's step is over. */
  stepFinished(action: Action & { kind: 'finish' }): void;
  /** The free pass is over: what was under way goes on. */
  goOn(): Promise<void>;
  /** A stop that the free pass has nothing to do with. */
  deliver(stop: StoppedEvent): Promise<void>;
}

/** What may move a single thread: the user's step, and the free pass of a thread that was stopped inside a region. */
export class Drivers {
  readonly step: StepDriver<State>;
  readonly pass: FreePass;

  /** gdb's numbers of the threads that have not ended. */
  private readonly threads = new Set<number>();

  constructor(
    private readonly ports: ExecutionPorts,
    private readonly lost: LostAttempts,
    private readonly hooks: DriverHooks,
  ) {
    const common = {
      gdb: ports.gdb,
      locate: (thread: number) => locate(ports.answers, thread, ports.regionsNear),
      interrupt: () => {
        hooks.interrupt();
      },
      schedulerLocking: () => hooks.single.current,
      post: (job: () => Promise<void>) => {
        hooks.post(job);
      },
    };
    this.step = new StepDriver(STEP, {
      ...common,
      tell: action => {
        this.passed(action, false);
      },
      finished: action => {
        hooks.stepFinished(action);
      },
    });
    this.pass = new FreePass({
      ...common,
      lost,
      tell: action => {
        this.passed(action, true);
      },
      regionAround: address => ports.regionAround(address),
      regionById: id => ports.regionById(id),
      failed: why => {
        ports.tell('important', `A thread could not be let through its restartable sequence: ${why}\n`);
      },
      passBegins: () => ports.passBegins(),
      changedInPass: () => ports.changedInPass(),
      resume: () => hooks.goOn(),
      interrupted: stop => hooks.deliver(stop),
    });
  }

  /** gdb has deleted a breakpoint. */
  onBreakpointDeleted(number: string): void {
    this.step.onBreakpointDeleted(number);
    this.pass.onBreakpointDeleted(number);
  }

  /** Whether one of them moves the thread. */
  move(thread: number): boolean {
    return [this.step, this.pass].some(each => each.steppingThread === thread);
  }

  threadStarted(thread: number): void {
    this.threads.add(thread);
  }

  /**
   * A thread has ended. In the middle of its own step (a signal handler may end it) nobody else would ever end that step,
   * nor let the threads go on that it holds: gdb waits for the one that is gone. `isLeft`: gdb follows its child.
   */
  threadEnded(thread: number, isLeft: boolean): void {
    this.threads.delete(thread);
    this.lost.threadEnded(thread);
    const { single } = this.hooks;
    if (!this.move(thread) && single.thread !== thread) return;
    const isStep = !this.pass.active && !isLeft;
    this.hooks.post(async () => {
      const isAlone = single.thread === thread;
      if (this.hooks.hasEnded() || !(this.move(thread) || isAlone)) return;
      if (isStep) this.ports.tell('important', `Thread ${thread} has ended before its step did.\n`);
      if (isAlone) await single.set(undefined);
      if ((await this.forget(thread)) || isAlone) await this.continueAny();
    });
  }

  /** Forgets what moved a thread that has ended. @returns whether the others were held for it */
  private async forget(thread: number): Promise<boolean> {
    const driver = [this.step, this.pass].find(each => each.steppingThread === thread);
    return (await driver?.cancel()) === true;
  }

  /** All threads go on, from whichever gdb lets: of a process that is being killed it cannot tell which are stopped. */
  private async continueAny(): Promise<void> {
    for (const thread of this.threads) {
      try {
        await this.ports.gdb.send(execContinue({ thread }));
        return;
      } catch {
        // This one is gone as well.
      }
    }
  }

  /** Forgets what is under way and takes it out of gdb: the program is to end, or to be left. */
  async cancel(): Promise<void> {
    await Promise.all([this.step.cancel(), this.pass.cancel()]);
  }

  /** The program or gdb has ended. */
  abandon(): void {
    this.step.abandon();
    this.pass.abandon();
  }

  private passed(action: Action & { kind: 'tell' }, isFree: boolean): void {
    if (action.outcome !== 'aborted') this.lost.passed(action.thread, action.regions);
    this.ports.passed(action, isFree);
  }
}
