/**
 * The window: one thread runs, alone, through regions to one of their exits.
 *
 * A region neither blocks nor calls, so nobody can be waited for in it, and nobody else can hit the exit breakpoints. A
 * signal handler that comes in between may wait for the others, so the window is bounded in time; behind that they run again.
 */
import type { Region } from '../rseq/region.js';
import { contains, type Address } from '../util/address.js';
import { armedRanges, exitsFrom, isBare, outcomeAt, returnAddress } from './judgement.js';
import type { Action, Outcome, Position } from './types.js';

/** Whether the other threads are held; `ending`: the interrupt that ends it is under way. */
export type Hold = 'held' | 'ending' | 'released';

/** A window that is open. */
export interface Window {
  readonly thread: number;
  readonly regions: readonly Region[];
  readonly hold: Hold;
  /** Where the thread stood when it was opened. */
  readonly from: Address;
}

/** A window, and what is to be done for it. */
export interface WindowStep {
  readonly window: Window;
  readonly actions: readonly Action[];
}

/**
 * Opens a window for a thread that stands at `now`. The address that it returns to is watched too, in case the way into
 * the regions is not taken.
 *
 * @param lifts whether the user's breakpoints in the regions must not stop the thread: an attempt that a stop has cost is
 *   being made up for
 */
export function openWindow(thread: number, regions: readonly Region[], now: Position, lifts: boolean): WindowStep {
  const exits = exitsFrom(regions, now.pc);
  const ranges = armedRanges(regions);
  // From inside, the thread would stop at the user's next breakpoint there at once; at the arming store, gdb would step
  // it over a breakpoint to `start_ip`, which is inside.
  const lift: Action[] =
    lifts || ranges.some(range => contains(range, now.pc)) ? [{ kind: 'lift', ranges: [...ranges] }] : [];
  const back = isBare(now) ? undefined : returnAddress(now);
  const isArmed = (address: Address): boolean => armedRanges(now.regions).some(range => contains(range, address));
  const watched = back === undefined || exits.includes(back) || isArmed(back) ? exits : [...exits, back];
  return {
    window: { thread, regions, hold: 'held', from: now.pc },
    actions: [
      ...lift,
      { kind: 'holdOthers', hold: true },
      { kind: 'insert', thread, addresses: watched },
      { kind: 'startTimer' },
      { kind: 'exec', command: 'continue', thread, frame: 0 },
    ],
  };
}

/** What the thread's arrival at `pc` means: by which exit it has left the regions, if by any, and what to tell of it. */
export function arrival(
  { thread, regions }: Window,
  pc: Address,
): { readonly outcome: Outcome | undefined; readonly told: readonly Action[] } {
  if (!regions.some(region => region.exits.some(exit => exit.address === pc))) return { outcome: undefined, told: [] };
  const outcome = outcomeAt(regions, pc);
  return { outcome, told: [{ kind: 'tell', thread, regions, outcome, address: pc }] };
}

/**
 * What to tell where something of the user's has stopped a thread in the window: their own breakpoint right behind the
 * commit hides that the thread has run through. An abort is not told: whoever stops at abort handlers tells it.
 */
export function leftBy(
  window: Window,
  { thread, pc }: { readonly thread: number; readonly pc: Address },
): readonly Action[] {
  if (thread !== window.thread || pc === window.from) return [];
  const { outcome, told } = arrival(window, pc);
  return outcome === 'aborted' ? [] : told;
}

/** The time is up: only a signal handler, or a way out that nobody knew, keeps a thread in the window this long. */
export function timeIsUp(hold: Hold): { readonly hold: Hold; readonly actions: readonly Action[] } {
  return hold === 'held' ? { hold: 'ending', actions: [{ kind: 'interrupt' }] } : { hold, actions: [] };
}

/** What closes a window, or whatever else is under way: nothing of ours is left, and nobody is held. */
export const CLOSING: readonly Action[] = [
  { kind: 'stopTimer' },
  { kind: 'removeAll' },
  { kind: 'holdOthers', hold: false },
  { kind: 'unlift' },
];
