import type { DebugProtocol as D } from '@vscode/debugprotocol';
import type { StoppedEvent, WatchTrigger } from '../mi/events.js';
import type { Region } from '../rseq/region.js';
import type { Action } from '../stepping/types.js';
import type { Address } from '../util/address.js';
import type { AbortHit } from './exceptionAborts.js';
import type { Client, Gdb, Tell } from './ports.js';

/** What execution needs of the other subjects of the session. */
export interface ExecutionPorts {
  readonly gdb: Gdb;
  /** gdb for what only looks. */
  readonly answers: Gdb;
  readonly client: Client;
  readonly tell: Tell;
  /** The process, where it is one of this machine's. */
  readonly processId: () => number | undefined;
  /** The signal that the adapter has sent to end it. */
  readonly deadlySignal: () => NodeJS.Signals | undefined;
  /** Whether the process is another machine's. */
  readonly isRemote: () => boolean;
  readonly gdbPid: () => number | undefined;
  /** Regions whose functions hold one of the addresses; none while rseq awareness is off. */
  readonly regionsNear: (addresses: readonly Address[]) => readonly Region[];
  /** Whether a step must not end there: inside a region. */
  isInsideRegion(address: Address): boolean;
  /** The region for which an address lies in `[arming store, post_commit_ip)`. */
  regionAround(address: Address): Region | undefined;
  /** The region of an id, while it is loaded. */
  regionById(id: string): Region | undefined;
  /** Whether nothing that is loaded has a region. */
  readonly noRegions: () => boolean;
  /** The DAP ids of the user's breakpoints that the stop has hit. */
  breakpointsHit(stop: StoppedEvent): readonly number[];
  /** A stop is to be reported: what DAP's `stopped` says of it beyond what gdb tells. */
  stopDetails(stop: StoppedEvent): Partial<D.StoppedEvent['body']>;
  /**
   * What the stop has to do with an abort of a restartable sequence that the user asks for. Asked once at each stop of
   * gdb's, before any thread goes on.
   */
  abortAt(stop: StoppedEvent): Promise<AbortHit | undefined>;
  /** Finds out what there is to tell of a stop that will be shown: an exception, a signal, an abort. */
  examine(stop: StoppedEvent): Promise<void>;
  /** Whether a breakpoint that the adapter judges by itself was hit and is not to stop the program. */
  isSilent(stop: StoppedEvent): Promise<boolean>;
  /** Whether instruction steps go into the first attempt at a region (`rseq.stepping: "firstIteration"`). */
  showsFirstAttempt(): boolean;
  /** Whether the stop is the one on entry that the user asked for. */
  isEntry(stop: StoppedEvent): boolean;
  /**
   * Whether gdb has made a stop for the adapter alone, since libraries have come or gone or the program has forked; then
   * what follows from it has been done. `isUntold`: gdb has said nothing of the stop.
   */
  isSystemEvent(stop: StoppedEvent, isUntold: boolean): Promise<boolean>;
  /** Whether the adapter may stop the program in the middle of any step. */
  readonly mayInterrupt: () => boolean;
  /** A free pass begins, in which nothing is watched. */
  passBegins(): Promise<void>;
  /** What the user watches and the free pass that has ended has changed. */
  changedInPass(): Promise<readonly WatchTrigger[]>;
  /** A thread has run through regions: by a step, or by a free pass, in which an abort is what the stop inside has cost. */
  passed(action: Action & { kind: 'tell' }, isFree: boolean): void;
  /** The program has ended: exit code, or 128 + signal. */
  exited(code: number): Promise<void>;
  /** The target goes on, or has stopped: handles of the last stop are stale. */
  pauseChanged(): void;
}
