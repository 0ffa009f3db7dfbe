import type { StoppedEvent, WatchTrigger } from '../mi/events.js';
import type { Region } from '../rseq/region.js';
import { regionsToPass } from '../stepping/judgement.js';
import type { StopCause } from '../stepping/types.js';
import type { Address } from '../util/address.js';
import { asTrigger } from './stopWatches.js';
import { StepDriver, type StepDriverPorts } from './stepDriver.js';

/** What the free pass needs besides what every step does. */
export interface FreePassPorts extends Omit<StepDriverPorts, 'finished'> {
  isInsideRegion(address: Address): boolean;
  /** A pass begins, in which nothing is watched. */
  readonly passBegins: () => Promise<void>;
  /** What the user watches and the pass has changed. */
  readonly changedInPass: () => Promise<readonly WatchTrigger[]>;
  /** The pass is over: what was under way goes on. */
  readonly resume: () => Promise<void>;
  /** Something else has stopped the target during the pass, or what it has changed does: the stop is to be told. */
  readonly interrupted: (stop: StoppedEvent) => Promise<void>;
}

/**
 * Lets a thread that was stopped inside a region through it before everything goes on.
 *
 * The user's situation: a breakpoint (kept there, or set in the debug console) or a watchpoint has stopped a thread inside
 * a region. That attempt is lost. Simply continued, the retry would run into the same breakpoint again, for ever. The
 * plan: the thread runs alone, with the breakpoints of that region lifted, until it has committed or left, bounded in
 * time. So one hit costs one attempt.
 */
export class FreePass {
  private readonly driver: StepDriver;

  constructor(private readonly ports: FreePassPorts) {
    this.driver = new StepDriver({
      ...ports,
      finished: action => {
        ports.post(() => (action.as === 'resume' ? this.goOn() : this.giveBack()));
      },
    });
  }

  /** What has stopped the target last during the pass. */
  private lastStop: StoppedEvent | undefined;

  get active(): boolean {
    return this.driver.active;
  }

  owns(number: string): boolean {
    return this.driver.owns(number);
  }

  onBreakpointDeleted(number: string): void {
    this.driver.onBreakpointDeleted(number);
  }

  abandon(): void {
    this.driver.abandon();
  }

  /** The thread that is let through; undefined where none is. */
  get steppingThread(): number | undefined {
    return this.driver.steppingThread;
  }

  /** The thread has ended. @returns whether the others were held for it */
  threadEnded(): Promise<boolean> {
    return this.driver.threadEnded();
  }

  /**
   * Begins a pass if the thread needs one.
   *
   * @param free ids of regions at which the thread has lost an attempt to an earlier stop
   * @returns false where it stands neither inside a region nor at the arming store of one, nor near one of `free`
   */
  async begin(thread: number, free: ReadonlySet<string>): Promise<boolean> {
    const position = await this.ports.locate(thread);
    const entering = regionsToPass(position.regions, position.pc).filter(region => isWithin(region, position.pc));
    if (entering.length === 0 && !position.regions.some(({ id }) => free.has(id))) return false;
    await this.ports.passBegins();
    await this.driver.begin({ thread, kind: 'through', granularity: 'line', free }, position);
    return true;
  }

  async onStop(stop: StoppedEvent, cause: StopCause): Promise<void> {
    this.lastStop = stop;
    const pc = stop.frame?.address ?? 0n;
    const noPlaceToEnd = this.ports.isInsideRegion(pc);
    await this.driver.onInput({ kind: 'stop', cause, thread: stop.threadId ?? 0, pc, noPlaceToEnd });
  }

  async fail(message: string): Promise<void> {
    await this.driver.onInput({ kind: 'failed', message });
  }

  /** A change of what is watched is a stop like those that gdb makes where nothing is lifted. */
  private async goOn(): Promise<void> {
    const watches = await this.ports.changedInPass();
    if (this.lastStop === undefined || watches.length === 0) await this.ports.resume();
    else await this.ports.interrupted(asTrigger(this.lastStop, watches));
  }

  private async giveBack(): Promise<void> {
    if (this.lastStop !== undefined) await this.ports.interrupted(this.lastStop);
  }
}

/** Behind the prelude: at the arming store or inside. */
function isWithin({ armingStore, range }: Region, pc: Address): boolean {
  return pc === armingStore || (range !== undefined && range.start <= pc && pc < range.end);
}
