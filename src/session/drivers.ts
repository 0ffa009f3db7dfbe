import { execContinue } from '../mi/commandsExecution.js';
import type { StoppedEvent } from '../mi/events.js';
import { STEP, type State } from '../stepping/machine.js';
import type { Action } from '../stepping/types.js';
import type { ExecutionPorts } from './executionPorts.js';
import { FreePass } from './freePass.js';
import type { LostAttempts } from './lostAttempts.js';
import { locate } from './position.js';
import { StepDriver } from './stepDriver.js';

/** What the two need of the owner of the run state. */
export interface DriverHooks {
  /** Stops the target for a step. */
  interrupt(): void;
  /** The scheduler-locking mode that holds while no region is run through. */
  schedulerLocking(): string;
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
    hooks: DriverHooks,
  ) {
    const common = {
      gdb: ports.gdb,
      locate: (thread: number) => locate(ports.answers, thread, ports.regionsNear),
      interrupt: () => {
        hooks.interrupt();
      },
      schedulerLocking: () => hooks.schedulerLocking(),
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

  threadEnded(thread: number): void {
    this.threads.delete(thread);
    this.lost.threadEnded(thread);
  }

  /** Forgets what moved a thread that has ended. @returns whether the others were held for it */
  async forget(thread: number): Promise<boolean> {
    const driver = [this.step, this.pass].find(each => each.steppingThread === thread);
    return (await driver?.cancel()) === true;
  }

  /** All threads go on, from whichever gdb lets: of a process that is being killed it cannot tell which are stopped. */
  async continueAny(): Promise<void> {
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
