import type { Address } from '../util/address.js';
import { formatAddress } from '../util/address.js';
import type { CodeInstruction, CodeMap } from './codeMap.js';
import { storeOf } from './store.js';

/** How far before `start_ip` the arming store is looked for, in instructions. */
const REACH = 4;

/**
 * Finds the store that arms a region: the store to memory that ends at `start_ip`. Every emitter known puts the label of
 * `start_ip` right behind it; for others, a few instructions that neither store nor branch may stand between.
 *
 * Where it errs it errs to the safe side: a store found too early only moves the stop further away from the region.
 *
 * @param start `start_ip`, in the map's addresses
 * @returns undefined where there is no such store
 */
export function findArmingStore(code: CodeMap, start: Address): Address | undefined {
  let at = start;
  for (let i = 0; i < REACH; i++) {
    const before = code.endingAt(at);
    if (before?.flow.kind !== 'next') return undefined;
    if (storeOf(before.text, code.architecture) !== undefined) return before.address;
    at = before.address;
  }
  return undefined;
}

/** Where a thread can be stopped before a region is armed. */
export interface Preludes {
  /** Ascending. */
  readonly addresses: readonly Address[];
  /** What cannot be known or had to be left out, in words for the user. */
  readonly limits: readonly string[];
}

/**
 * Finds the preludes of an instruction that arms: its control-flow predecessors in the functions that were disassembled,
 * fall-through and direct branches alike (gcc's tcmalloc jumps from each abort handler right onto the arming store).
 *
 * Two kinds need thought:
 *
 * - A predecessor inside a region, its own or another, is no prelude: a stop there aborts or disarms that region. The
 *   path is covered all the same, because the arming store is then an exit of that region, where a thread that runs
 *   through it stops.
 * - A call that returns right to the arming store is one. The alternatives are worse: a stop on the arming store itself
 *   aborts every other thread that runs into it, each time (666 aborts in one short run), while from the call on the thread runs the callee
 *   too before it reaches an exit, which only lengthens a window that is bounded in time anyway. Since the callee may block on a
 *   thread that is held, the limit is told.
 *
 * @param inside whether an address lies in some region from its arming store on
 */
export function findPreludes(code: CodeMap, armingStore: Address, inside: (address: Address) => boolean): Preludes {
  const addresses = new Set<Address>();
  const limits: string[] = [];
  for (const before of code.predecessors(armingStore)) {
    if (inside(before.address)) {
      limits.push(`the way to the arming store from ${formatAddress(before.address)}, inside a region, has no prelude`);
      continue;
    }
    addresses.add(before.address);
    if (before.flow.kind === 'call') limits.push(callLimit(before));
  }
  if (addresses.size === 0) {
    limits.push(`nothing is known that runs before the arming store at ${formatAddress(armingStore)}`);
  }
  return { addresses: [...addresses].sort((a, b) => (a < b ? -1 : 1)), limits };
}

function callLimit(call: CodeInstruction): string {
  return `the prelude at ${formatAddress(call.address)} is a call: what it calls runs between the stop and the region`;
}
