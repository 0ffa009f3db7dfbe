import type { StoppedEvent } from '../mi/events.js';
import type { FrameSummary } from '../stepping/types.js';
import type { Address } from '../util/address.js';
import { isEnough } from './position.js';

/** Where threads stand at this stop, as far as it is known. */
export interface Places {
  /** Where a stopped thread stands, as far as has been asked at this stop. */
  pcOf(thread: number): Address | undefined;
  /** The innermost frames of a thread, as gdb has just told them: what they hold need not be asked again by a step. */
  rememberFrames(thread: number, frames: readonly FrameSummary[]): void;
  /** A thread may have called a function, during which all run; it alone stands again where it stood. */
  othersRan(caller: number | undefined): void;
}

/** One stop that the client has been told of, and what has been learnt during it; it lives exactly as long. */
export class Pause {
  private readonly frames = new Map<number, readonly FrameSummary[]>();
  private readonly places = new Map<number, Address>();

  constructor(readonly stop: StoppedEvent) {
    const { threadId, frame } = stop;
    if (threadId !== undefined && frame?.address !== undefined) this.places.set(threadId, frame.address);
  }

  /** The client has asked for a stack: what it holds need not be asked again by a step. */
  remember(thread: number, frames: readonly FrameSummary[]): void {
    const place = frames[0]?.pc;
    // A register was written, or a frame popped: the thread stands elsewhere though it has not run.
    if (place !== this.places.get(thread)) this.frames.delete(thread);
    if (place !== undefined) this.places.set(thread, place);
    if (isEnough(frames)) this.frames.set(thread, frames);
  }

  /** Every thread but one may have gone on: where those stand is not known any more. */
  keepOnly(thread: number | undefined): void {
    for (const known of [this.frames, this.places]) {
      for (const each of known.keys()) if (each !== thread) known.delete(each);
    }
  }

  /** The innermost frames of a thread, where enough of them for a step are known. */
  framesOf(thread: number): readonly FrameSummary[] | undefined {
    return this.frames.get(thread);
  }

  /** Where a thread stands, where that is known. */
  pcOf(thread: number): Address | undefined {
    return this.places.get(thread);
  }
}
