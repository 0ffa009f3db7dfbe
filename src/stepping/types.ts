import type { Region, SourceLine } from '../rseq/region.js';
import type { Address, AddressRange } from '../util/address.js';

/** What a thread (gdb's global number) is to do. `line` serves DAP's `statement` and `line`. */
export interface StepRequest {
  readonly thread: number;
  readonly kind: 'next' | 'stepIn' | 'stepOut';
  readonly granularity: 'line' | 'instruction';
  /** An instruction step goes into the attempt that begins where the thread stands, though it will abort: the user wants to see it. */
  readonly intoAttempt?: boolean;
  /** Ids of regions at which the thread has lost an attempt to a stop inside: its next run through them is free of the user's breakpoints. */
  readonly free?: ReadonlySet<string>;
}

/** One frame as far as stepping needs it; `pc` of a caller is its return address. */
export interface FrameSummary {
  readonly pc: Address;
  readonly function?: string;
  readonly hasLine: boolean;
  /** gdb's `<signal handler called>`. */
  readonly isSignalTrampoline: boolean;
}

/** Where the stepping thread stands. */
export interface Position {
  readonly pc: Address;
  readonly line?: SourceLine;
  /** Whether `pc` is the first address of its row in the line table: a step may end only there, as gdb's own do. */
  readonly atLineStart: boolean;
  /** Canonical frame address of the physical frame: grows from inner to outer frames. Garbage in code without unwind information. */
  readonly frameAddress: Address;
  /** The innermost frames, at most {@link FRAMES_ASKED}. */
  readonly frames: readonly FrameSummary[];
  /** Regions in the neighbourhood of this position. */
  readonly regions: readonly Region[];
}

/** How many frames a position holds: enough to see past inlined frames and a signal handler's frames to the function underneath. */
export const FRAMES_ASKED = 12;

/**
 * Why the target stopped, as far as stepping tells stops apart: its own command ended (`endOfStep`), a guard or exit
 * breakpoint and nothing of the user's (`ours`), the machine's own interrupt (`interrupt`), or anything that the user
 * must see as it is (`user`: their breakpoints, signals, pause, exit).
 */
export type StopCause = 'endOfStep' | 'ours' | 'interrupt' | 'user';

/** How a run through a region ended. */
export type Outcome = 'committed' | 'aborted' | 'exited';

/** What the driver tells the machine. */
export type Input =
  | {
      readonly kind: 'stop';
      readonly cause: StopCause;
      readonly thread: number;
      readonly pc: Address;
      /** Whether a step by line must not end at `pc`: in some region, near the step or not, in code of one that has no line, or in a signal trampoline. */
      readonly noPlaceToEnd: boolean;
    }
  | { readonly kind: 'position'; readonly position: Position }
  | { readonly kind: 'timeout' }
  | { readonly kind: 'failed'; readonly message: string };

/** The gdb command behind an `exec` action. */
export type ExecCommand = 'next' | 'stepIn' | 'finish' | 'continue' | 'nexti' | 'stepi';

/**
 * What the driver is to do, in order. Commands may be sent without waiting for each other's answers: gdb carries them
 * out in order.
 */
export type Action =
  /** Ask where the thread stands; the answer comes back as a `position` input. */
  | { readonly kind: 'locate'; readonly thread: number }
  /** Thread-specific temporary breakpoints; they join those that are set. */
  | { readonly kind: 'insert'; readonly thread: number; readonly addresses: readonly Address[] }
  /** Disable the user's breakpoints in these ranges, and watchpoints: the thread is to run through them once. */
  | { readonly kind: 'lift'; readonly ranges: readonly AddressRange[] }
  /** Enable again what was lifted. */
  | { readonly kind: 'unlift' }
  /** Remove whatever is left of the inserted breakpoints. */
  | { readonly kind: 'removeAll' }
  /** Hold the other threads at the next resume, or let them run as the user's own setting says. */
  | { readonly kind: 'holdOthers'; readonly hold: boolean }
  | { readonly kind: 'exec'; readonly command: ExecCommand; readonly thread: number; readonly frame: number }
  /** A `timeout` input is due after the window in which others may be held; a new one replaces the old. */
  | { readonly kind: 'startTimer' }
  | { readonly kind: 'stopTimer' }
  /** Stop the target without the program noticing; the stop comes back with cause `interrupt`. */
  | { readonly kind: 'interrupt' }
  /** A thread's run through regions ended at `address`; `outcome` says how. */
  | {
      readonly kind: 'tell';
      readonly thread: number;
      readonly regions: readonly Region[];
      readonly outcome: Outcome;
      readonly address: Address;
    }
  /** It is over: report the last stop, as a step where the machine's own breakpoints caused it; or let all threads go on. */
  | { readonly kind: 'finish'; readonly as: 'step' | 'stop' | 'resume'; readonly note?: string };

/** What follows from an input: the next state, and what is to be done, in order. */
export interface Transition<S> {
  readonly state: S;
  readonly actions: readonly Action[];
}

/** A state machine that the driver can carry out; a state of kind `done` is its last one. */
export interface Machine<S extends { readonly kind: string }> {
  /** The next state and what to do, for whatever may come. Throws where `input` cannot come in `state`: a defect of the driver. */
  transition(state: S, input: Input): Transition<S>;
  /** The thread that is being moved alone; undefined while all run. */
  threadOf(state: S): number | undefined;
}
