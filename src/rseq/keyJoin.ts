import type { Address } from '../util/address.js';
import { formatAddress } from '../util/address.js';
import { findPreludes } from './arming.js';
import type { CodeMap } from './codeMap.js';
import { successors } from './codeMap.js';
import type { IntervalIndex } from './intervalIndex.js';
import type { KeyPoints } from './points.js';
import { POINTS_SECTION, rebasePoints } from './points.js';
import { RegionDraft } from './regionDraft.js';
import { storeOf } from './store.js';
import type { Warnings } from './warnings.js';

/** A START point that leads to no known descriptor, and where a thread can be stopped for it. */
interface LoneStart {
  readonly start: Address;
  readonly preludes: readonly Address[];
  readonly limits: readonly string[];
}

/**
 * Brings key points and descriptors together: one critical section that is marked both ways is one region to the user.
 */
export class KeyJoin {
  /** By the address where each region is entered: its arming store, or `start_ip` where that is unknown. */
  readonly #entries: ReadonlyMap<Address, RegionDraft>;
  #exitsLeft: number;

  /**
   * @param drafts   the regions of the descriptors
   * @param map      absent where no code was read: then each key is a region of its own
   * @param armed    the drafts by where a thread is armed
   * @param maxExits how many exits may be added to the drafts in all
   */
  constructor(
    drafts: readonly RegionDraft[],
    private readonly map: CodeMap | undefined,
    private readonly armed: IntervalIndex<RegionDraft>,
    maxExits: number,
    private readonly warnings: Warnings,
  ) {
    this.#entries = new Map(drafts.map(draft => [draft.armingStore ?? draft.first, draft] as const));
    this.#exitsLeft = maxExits;
  }

  /**
   * Gives a key's points to the regions that its START points lead into. START points that lead to no known descriptor
   * make a region of kind `key`.
   *
   * @param linked the points at link-time addresses
   * @returns that region, if any
   */
  join(linked: KeyPoints, bias: bigint): RegionDraft[] {
    const points = rebasePoints(linked, bias);
    const stops = new Set([...points.starts, ...points.finishes, ...points.aborts]);
    const joined = new Set<RegionDraft>();
    const alone: LoneStart[] = [];
    for (const start of points.starts) {
      const drafts = this.#draftsAt(start, stops);
      for (const draft of drafts) joined.add(draft);
      if (drafts.length === 0) alone.push({ start, ...this.#safeStart(start) });
    }
    for (const draft of joined) draft.key ??= points.key;
    this.#exitsLeft -= joined.size * (points.finishes.length + points.aborts.length);
    if (this.#exitsLeft >= 0) for (const draft of joined) this.#addExits(draft, points);
    else
      this.warnings.add(
        'too-many',
        POINTS_SECTION,
        undefined,
        'too many exits for too many regions of one key; these keep the exits of their descriptors',
      );
    const first = alone[0];
    if (first === undefined) return [];
    const draft = new RegionDraft(first.start, undefined, undefined);
    draft.key = points.key;
    for (const { preludes, limits } of alone) {
      for (const address of preludes) draft.preludes.add(address);
      for (const limit of limits) draft.limits.add(limit);
    }
    this.#addExits(draft, points);
    return [draft];
  }

  /** The regions that a START point leads into; it becomes one of their preludes if a thread can be stopped there. */
  #draftsAt(start: Address, stops: ReadonlySet<Address>): readonly RegionDraft[] {
    const inside = this.armed.innermost(start);
    // A START that is itself the arming store, or lies behind it, is no place to stop: the preludes stand for it.
    if (inside !== undefined) return [inside];
    const drafts = this.map === undefined ? [] : regionsAfter(this.map, start, this.#entries, stops);
    for (const draft of drafts) draft.preludes.add(start);
    return drafts;
  }

  /** A START point, or what comes before it where its instruction may itself arm: a store through the thread pointer. */
  #safeStart(start: Address): Omit<LoneStart, 'start'> {
    const { map } = this;
    const instruction = map?.at(start);
    if (map === undefined || instruction === undefined || storeOf(instruction.text, map.architecture) !== 'thread') {
      return { preludes: [start], limits: [] };
    }
    const { addresses, limits } = findPreludes(map, start, address => this.armed.innermost(address) !== undefined);
    return { preludes: addresses, limits };
  }

  #addExits(draft: RegionDraft, points: KeyPoints): void {
    for (const [list, origin] of [
      [points.finishes, 'finish'],
      [points.aborts, 'abort'],
    ] as const) {
      for (const address of list) {
        if (this.armed.innermost(address) === undefined) draft.addExit(address, origin);
        else
          draft.limits.add(
            `the ${origin} point at ${formatAddress(address)} lies inside a region; no stop is made there`,
          );
      }
    }
  }
}

/**
 * How many instructions after a START point the region that it leads into is looked for. The macros of the project's header put a
 * handful between them; a compiler may move more of its own code there.
 */
const REACH = 256;

/**
 * Finds the regions that a START point leads into, by following control from it: key table and descriptor then speak of
 * one critical section, and the user sees one region.
 *
 * @param start   the START point
 * @param entries what stands where a region begins: its arming store, or its `start_ip` where that is unknown
 * @param stops   points of the same key behind which another critical section begins
 */
function regionsAfter<T>(
  code: CodeMap,
  start: Address,
  entries: ReadonlyMap<Address, T>,
  stops: ReadonlySet<Address>,
): T[] {
  const seen = new Set<Address>();
  const found = new Set<T>();
  const open: Address[] = [start];
  for (let address = open.shift(); address !== undefined && seen.size < REACH; address = open.shift()) {
    if (seen.has(address) || (stops.has(address) && address !== start)) continue;
    seen.add(address);
    const entry = entries.get(address);
    if (entry !== undefined) {
      found.add(entry);
      continue;
    }
    const instruction = code.at(address);
    if (instruction !== undefined) open.push(...successors(instruction));
  }
  return [...found];
}
