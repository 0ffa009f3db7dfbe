import type { StoppedEvent } from '../mi/events.js';
import type { Region } from '../rseq/region.js';
import { isInside, regionsToPass } from '../stepping/judgement.js';
import type { Position, StepRequest } from '../stepping/types.js';
import type { Address } from '../util/address.js';

/**
 * The attempts that threads have lost because they were stopped inside a region.
 *
 * One stop inside costs one attempt: so the thread's next run through that region is free of the user's breakpoints there,
 * however the user gets to it. Without this a breakpoint inside would catch every retry.
 */
export class LostAttempts {
  /** Region ids by gdb's thread number. */
  private readonly regions = new Map<number, Set<string>>();

  /**
   * The user is shown a stop.
   *
   * @param near the regions whose functions hold given addresses
   * @returns what has happened to the thread's attempt, where it stands inside a region
   */
  stopped(
    { threadId, frame }: StoppedEvent,
    near: (addresses: readonly Address[]) => readonly Region[],
  ): string | undefined {
    const pc = frame?.address;
    if (threadId === undefined || pc === undefined) return undefined;
    const region = near([pc]).find(each => isInside(each, pc));
    if (region === undefined) return undefined;
    this.regions.set(threadId, (this.regions.get(threadId) ?? new Set()).add(region.id));
    const where = `Thread ${threadId} stands inside the restartable sequence of ${region.function ?? region.id}`;
    return `${where}: this attempt is lost, it aborts as soon as the thread goes on. The next one runs through.`;
  }

  /** The ids of the regions whose next attempt by `thread` is to be free. */
  of(thread: number): ReadonlySet<string> {
    return this.regions.get(thread) ?? new Set();
  }

  /** `thread` has committed `regions`, or has left them by another exit than the abort handler. */
  passed(thread: number, regions: readonly Region[]): void {
    for (const { id } of regions) this.regions.get(thread)?.delete(id);
  }

  threadEnded(thread: number): void {
    this.regions.delete(thread);
  }

  /**
   * Whether `request` is to step into the attempt that begins at `position` instead of running through it, for
   * `rseq.stepping: "firstIteration"`: the user wants to see a region, not only to be spared it. That attempt aborts as soon
   * as the thread goes on; the retry runs through, so that the program makes progress.
   */
  showsAttempt({ thread, granularity, kind }: StepRequest, { regions, pc }: Position): boolean {
    if (granularity !== 'instruction' || kind === 'stepOut') return false;
    const near = regionsToPass(regions, pc);
    return near.length > 0 && !near.some(region => isInside(region, pc) || this.of(thread).has(region.id));
  }
}
