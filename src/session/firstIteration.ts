import type { Region } from '../rseq/region.js';
import { isInside, regionsToPass } from '../stepping/judgement.js';
import type { Position, StepRequest } from '../stepping/types.js';
import type { Address } from '../util/address.js';

/**
 * `rseq.stepping: "firstIteration"`: the user wants to see a critical section, not only to be spared it.
 *
 * The first attempt of a thread at a region is entered by instruction steps, which the kernel aborts as soon as the thread
 * goes on from inside; that is told. The retry runs through, so that the program makes progress: a thread loses one attempt
 * for each time that it comes to the region.
 */
export class FirstIteration {
  /** The regions whose attempt a thread has been shown, until it gets through. */
  private readonly shown = new Map<number, Set<string>>();

  /** Whether `request` is to step into the attempt that begins at `position`, instead of running through it. */
  enters({ thread, granularity, kind }: StepRequest, { regions, pc }: Position): boolean {
    if (granularity !== 'instruction' || kind === 'stepOut') return false;
    const near = regionsToPass(regions, pc);
    const isShown = ({ id }: Region): boolean => this.shown.get(thread)?.has(id) === true;
    return near.length > 0 && !near.some(region => isInside(region, pc) || isShown(region));
  }

  /**
   * A step of `thread` has ended at `pc`.
   *
   * @param regions those near `pc`
   * @returns what the user must know of it
   */
  arrived(thread: number, pc: Address, regions: readonly Region[]): string | undefined {
    const region = regions.find(each => isInside(each, pc));
    if (region === undefined) return undefined;
    const shown = this.shown.get(thread) ?? new Set();
    this.shown.set(thread, shown.add(region.id));
    return `Thread ${thread} stands inside the restartable sequence ${region.id}: this attempt is lost, the kernel aborts it as soon as the thread goes on. The next attempt runs through.`;
  }

  /** `thread` has been run through `regions` and has not been aborted: it may be shown the next attempt. */
  passed(thread: number, regions: readonly Region[]): void {
    for (const { id } of regions) this.shown.get(thread)?.delete(id);
  }
}
