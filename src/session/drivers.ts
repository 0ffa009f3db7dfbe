import type { StoppedEvent } from '../mi/events.js';
import type { Action } from '../stepping/types.js';
import type { ExecutionPorts } from './executionPorts.js';
import { FreePass } from './freePass.js';
import { locate } from './position.js';
import { StepDriver } from './stepDriver.js';

/** What the two need of the owner of the run state. */
export interface DriverHooks {
  /** Stops the target for a step. */
  interrupt(): void;
  /** The scheduler-locking mode that holds while no region is run through. */
  schedulerLocking(): string;
  post(job: () => Promise<void>): void;
  /** A thread has run through regions; `isFree`: by a free pass. */
  passed(action: Action & { kind: 'tell' }, thread: number, isFree: boolean): void;
  /** The user's step is over. */
  stepFinished(action: Action & { kind: 'finish' }): void;
  /** The free pass is over: what was under way goes on. */
  goOn(): Promise<void>;
  /** A stop that the free pass has nothing to do with. */
  deliver(stop: StoppedEvent): Promise<void>;
}

/** What may move a single thread: the user's step, and the free pass of a thread that was stopped inside a region. */
export class Drivers {
  readonly step: StepDriver;
  readonly pass: FreePass;

  constructor(ports: ExecutionPorts, hooks: DriverHooks) {
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
    this.step = new StepDriver({
      ...common,
      tell: (action, thread) => {
        hooks.passed(action, thread, false);
      },
      finished: action => {
        hooks.stepFinished(action);
      },
    });
    this.pass = new FreePass({
      ...common,
      tell: (action, thread) => {
        hooks.passed(action, thread, true);
      },
      isInsideRegion: address => ports.isInsideRegion(address),
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

  /** The thread has ended. @returns whether the others were held for it */
  async threadEnded(thread: number): Promise<boolean> {
    const driver = [this.step, this.pass].find(each => each.steppingThread === thread);
    return (await driver?.threadEnded()) === true;
  }

  /** The program or gdb has ended. */
  abandon(): void {
    this.step.abandon();
    this.pass.abandon();
  }
}
