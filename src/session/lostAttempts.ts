import type { DebugProtocol as D } from '@vscode/debugprotocol';
import type { StoppedEvent } from '../mi/events.js';
import type { Region } from '../rseq/region.js';
import type { Debt } from '../stepping/freePass.js';
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

  /** @param insideOf the region that holds an address behind its arming store */
  constructor(private readonly insideOf: (address: Address) => Region | undefined) {}

  /**
   * A thread has stopped, whether or not the user is shown it.
   *
   * @returns the region inside of which it stands: that attempt is lost
   */
  stopped({ threadId, frame }: StoppedEvent): Region | undefined {
    const region = frame?.address === undefined ? undefined : this.insideOf(frame.address);
    if (threadId === undefined || region === undefined) return undefined;
    this.regions.set(threadId, (this.regions.get(threadId) ?? new Set()).add(region.id));
    return region;
  }

  /** The ids of the regions whose next attempt by `thread` is to be free. */
  of(thread: number): ReadonlySet<string> {
    return this.regions.get(thread) ?? new Set();
  }

  /**
   * All that threads are owed.
   *
   * @param byId a region that is still loaded
   */
  debts(byId: (id: string) => Region | undefined): readonly Debt[] {
    return [...this.regions].map(([thread, ids]) => ({
      thread,
      regions: [...ids].map(byId).filter(region => region !== undefined),
    }));
  }

  /** `thread` has committed `regions`, or has left them by another exit than the abort handler. */
  passed(thread: number, regions: readonly Region[]): void {
    const ids = this.regions.get(thread);
    for (const { id } of regions) ids?.delete(id);
    if (ids?.size === 0) this.regions.delete(thread);
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

type Body = D.StoppedEvent['body'];

/** What a stop inside a region has cost, in words for the user. */
export function lossOf({ threadId = 0 }: StoppedEvent, region: Region | undefined): string | undefined {
  if (region === undefined) return undefined;
  const where = `Thread ${threadId} stands inside the restartable sequence of ${region.function ?? region.id}`;
  return `${where}: this attempt is lost, it aborts as soon as the thread goes on. The next one runs through.`;
}

/** The body of a stop, told apart from others where it has cost an attempt. */
export function insideNote(body: Body, loss: string | undefined): Body {
  if (loss === undefined) return body;
  return {
    ...body,
    description: `${body.description ?? `Paused on ${body.reason}`}, inside a restartable sequence`,
    text: body.text === undefined ? loss : `${body.text}. ${loss}`,
  };
}
