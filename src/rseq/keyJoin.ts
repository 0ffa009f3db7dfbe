import type { Address } from '../util/address.js';
import type { CodeInstruction, CodeMap } from './codeMap.js';
import { goesOn } from './codeMap.js';

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
export function regionsAfter<T>(
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
    if (entry !== undefined) found.add(entry);
    else open.push(...successors(code.at(address)));
  }
  return [...found];
}

function successors(instruction: CodeInstruction | undefined): Address[] {
  if (instruction === undefined) return [];
  const next: Address[] = [];
  if (goesOn(instruction.flow)) next.push(instruction.address + BigInt(instruction.size));
  if (instruction.flow.kind === 'branch') next.push(instruction.flow.target);
  return next;
}
