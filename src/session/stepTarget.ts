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

/** The steps that are one for the user: to a call on the line that the thread stands on, and into it. */
export class StepsToTarget {
  private target: StepTarget | undefined;

  /** The first step: `request` itself where there is no target. */
  begin(request: StepRequest, target: StepTarget | undefined): StepRequest {
    this.target = target;
    return target === undefined ? request : this.towards(target, target.from);
  }

  /** A step has ended: @returns the next one; undefined where that was the last, or something else has stopped the thread */
  onward({ as, note }: Action & { kind: 'finish' }, stop: StoppedEvent): StepRequest | undefined {
    const { target } = this;
    this.target = undefined;
    const isEnd = note === undefined && (as === 'step' || stop.reason === 'end-stepping-range');
    const { frame, threadId } = stop;
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
