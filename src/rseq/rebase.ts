import type { Address, AddressRange } from '../util/address.js';
import type { Region } from './region.js';

/** A region moved by `delta` bytes: from link-time addresses to where its image was loaded. Its id stays. */
export function rebaseRegion(region: Region, delta: bigint): Region {
  const move = (address: Address): Address => address + delta;
  const moveRange = ({ start, end }: AddressRange): AddressRange => ({ start: move(start), end: move(end) });
  return {
    ...region,
    ...(region.range === undefined ? {} : { range: moveRange(region.range) }),
    ...(region.abort === undefined ? {} : { abort: move(region.abort) }),
    ...(region.key === undefined ? {} : { key: move(region.key) }),
    ...(region.armingStore === undefined ? {} : { armingStore: move(region.armingStore) }),
    preludes: region.preludes.map(move),
    exits: region.exits.map(({ address, origin }) => ({ address: move(address), origin })),
    ...(region.firstExits === undefined ? {} : { firstExits: region.firstExits.map(move) }),
    functions: region.functions.map(moveRange),
  };
}
