import type { Address } from '../util/address.js';
import type { Region } from './region.js';
import type { RegionIndex } from './regionIndex.js';

/**
 * What an instruction is to the regions around it, in words for a reader of assembly: `arming store of counter_inc`.
 *
 * @param start the instruction's address, run-time
 * @param end   the address behind it
 * @returns undefined where it is nothing to any region
 */
export function markOf(index: RegionIndex, start: Address, end: Address): string | undefined {
  const inside = index.inside(start)?.region;
  const roles = [
    ...(inside === undefined ? [] : rolesInside(inside, start, end)),
    ...index.atPrelude(start).map(region => named('prelude', region)),
    ...index.exitsAt(start).map(region => named(exitRole(region, start), region)),
  ];
  return roles.length === 0 ? undefined : roles.join(', ');
}

function rolesInside(region: Region, start: Address, end: Address): readonly string[] {
  const { armingStore, range } = region;
  if (start === armingStore) return [named('arming store', region)];
  // One instruction can be both: the shortest region is a single store.
  return [
    ...(start === range?.start ? [named('start', region)] : []),
    ...(end === range?.end ? [named('commit', region)] : []),
  ];
}

function exitRole({ exits }: Region, address: Address): string {
  switch (exits.find(exit => exit.address === address)?.origin) {
    case 'postCommit':
    case 'finish':
      return 'behind the commit';
    case 'abort':
      return 'abort handler';
    case 'declared':
    case 'branch':
    case undefined:
      return 'exit';
  }
}

function named(role: string, region: Region): string {
  return region.function === undefined ? role : `${role} of ${region.function}`;
}
