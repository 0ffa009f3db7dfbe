import type { StoppedEvent, WatchTrigger } from '../mi/events.js';
import type { Region } from '../rseq/region.js';
import { beginPass, FREE_PASS, type PassState } from '../stepping/freePass.js';
import { armedRanges } from '../stepping/judgement.js';
import type { StopCause } from '../stepping/types.js';
import type { Address } from '../util/address.js';
import { LiftedBreakpoints } from './liftedBreakpoints.js';
import type { LostAttempts } from './lostAttempts.js';
import { asTrigger } from './stopWatches.js';
import { StepDriver, type StepDriverPorts } from './stepDriver.js';

/** What the free pass needs besides what every step does. */
export interface FreePassPorts extends Omit<StepDriverPorts, 'finished'> {
  readonly lost: LostAttempts;
  /** The region for which an address lies in `[arming store, post_commit_ip)`. */
  regionAround(address: Address): Region | undefined;
  regionById(id: string): Region | undefined;
  /** A pass begins, in which nothing is watched. */
  readonly passBegins: () => Promise<void>;
  /** What the user watches and the pass has changed. */
  readonly changedInPass: () => Promise<readonly WatchTrigger[]>;
  /** The pass is over: what was under way goes on. */
  readonly resume: () => Promise<void>;
  /** Something else has stopped the target during the pass, or what it has changed does: the stop is to be told. */
  readonly interrupted: (stop: StoppedEvent) => Promise<void>;
  /** The pass could not be carried on; gdb's words. The target is stopped. */
  failed(why: string): void;
}

/** Lets threads that have lost an attempt to a stop inside a region through it, before or while everything goes on. */
export class FreePass {
  private readonly driver: StepDriver<PassState>;
  private readonly lifted: LiftedBreakpoints;
  /** What has stopped the target last during the pass. */
  private lastStop: StoppedEvent | undefined;

  constructor(private readonly ports: FreePassPorts) {
    this.lifted = new LiftedBreakpoints(ports.gdb);
    this.driver = new StepDriver(FREE_PASS, {
      ...ports,
      finished: ({ as, note }) => {
        if (note !== undefined) ports.failed(note);
        ports.post(() => (as === 'resume' ? this.goOn() : this.giveBack()));
      },
    });
  }

  get active(): boolean {
    return this.driver.active;
  }

  /** The thread that is let through alone; undefined where none is. */
  get steppingThread(): number | undefined {
    return this.driver.steppingThread;
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

  cancel(): Promise<boolean> {
    return this.driver.cancel();
  }

  /**
   * Begins a pass if one is needed: only where something of the user's would stop the next attempt as well.
   *
   * @param thread goes on first, from `pc`
   * @param mayWait whether all threads may be let go before every debt is paid
   * @returns false where nobody needs one
   */
  async begin(thread: number, pc: Address | undefined, mayWait: boolean): Promise<boolean> {
    const here = pc === undefined ? undefined : this.ports.regionAround(pc);
    const lost = this.ports.lost.debts(id => this.ports.regionById(id)).filter(({ regions }) => regions.length > 0);
    if (here === undefined && lost.length === 0) return false;
    const stopsIn = await this.lifted.obstacles();
    const isObstructed = (region: Region): boolean => stopsIn(armedRanges([region]));
    const debts = lost.flatMap(({ thread: debtor, regions }) => {
      const obstructed = regions.filter(isObstructed);
      return obstructed.length === 0 ? [] : [{ thread: debtor, regions: obstructed }];
    });
    if (debts.length === 0 && (here === undefined || !isObstructed(here))) return false;
    const first = beginPass(thread, await this.ports.locate(thread), debts, mayWait);
    if (first === undefined) return false;
    await this.ports.passBegins();
    await this.driver.begin(first);
    return true;
  }

  async onStop(stop: StoppedEvent, cause: StopCause): Promise<void> {
    this.lastStop = stop;
    const pc = stop.frame?.address ?? 0n;
    await this.driver.onInput({ kind: 'stop', cause, thread: stop.threadId ?? 0, pc, noPlaceToEnd: false });
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
