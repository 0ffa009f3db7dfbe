import type { StoppedEvent } from '../mi/events.js';
import type { Action, StepRequest } from '../stepping/types.js';
import type { Address } from '../util/address.js';

/** A call that a thread (gdb's number) is to step into, on the line that it stands on. */
export interface StepTarget {
  readonly thread: number;
  /** Where the thread stands, and the call's instruction. */
  readonly from: Address;
  readonly call: Address;
  readonly function: string | undefined;
  readonly line: number | undefined;
}

/** Steps that are one for the user: to a call on the line that the thread stands on, and into it; or so many of a kind in a row. */
export class StepsInARow {
  private target: StepTarget | undefined;
  private left: { readonly request: StepRequest; readonly count: number } | undefined;

  /** The first step; towards a target, or the first of so many. */
  begin(request: StepRequest, more: StepTarget | number): StepRequest {
    this.target = typeof more === 'number' ? undefined : more;
    this.left = typeof more === 'number' ? { request, count: more - 1 } : undefined;
    return this.target === undefined ? request : this.towards(this.target, this.target.from);
  }

  /** A step has ended: @returns the next one; undefined where that was the last, or something else has stopped the thread */
  onward({ as, note }: Action & { kind: 'finish' }, stop: StoppedEvent): StepRequest | undefined {
    const { target, left } = this;
    this.target = this.left = undefined;
    const isEnd = note === undefined && (as === 'step' || stop.reason === 'end-stepping-range');
    const { frame, threadId } = stop;
    if (isEnd && left !== undefined && left.count > 0 && threadId === left.request.thread) {
      this.left = { ...left, count: left.count - 1 };
      return left.request;
    }
    if (target === undefined || !isEnd || threadId !== target.thread || frame?.address === undefined) return undefined;
    if (frame.line !== target.line || frame.func !== target.function) return undefined;
    this.target = target;
    return this.towards(target, frame.address);
  }

  /**
   * By instruction, over the calls before the one that is wanted, and into it from the call itself. Each is a step like
   * the user's own, so restartable sequences on the way are run through. A breakpoint at the call would be simpler, and
   * would be hit by a recursion, too.
   */
  private towards({ thread, call }: StepTarget, pc: Address): StepRequest {
    if (pc !== call) return { thread, kind: 'next', granularity: 'instruction' };
    this.target = undefined;
    return { thread, kind: 'stepIn', granularity: 'line' };
  }
}
