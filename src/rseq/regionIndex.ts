import type { Address } from '../util/address.js';
import type { Interval } from './intervalIndex.js';
import { IntervalIndex } from './intervalIndex.js';
import type { Region } from './region.js';

/** A region that holds an address. */
export interface InsideRegion {
  readonly region: Region;
  /**
   * `atArmingStore`: the region is not armed yet, the instruction at the address is about to do it; `armed`: behind the
   * arming store, where every stop aborts or disarms the region.
   */
  readonly position: 'atArmingStore' | 'armed';
}

/** The regions of all loaded images, found by run-time address. */
export class RegionIndex {
  readonly #images = new Map<string, readonly Region[]>();
  #lookup: Lookup | undefined;

  /** Adds the regions of an image; what was there under the same id is replaced. */
  add(imageId: string, regions: readonly Region[]): void {
    this.#images.set(imageId, regions);
    this.#lookup = undefined;
  }

  /** Forgets the regions of an image; unknown ids are ignored. */
  remove(imageId: string): void {
    if (this.#images.delete(imageId)) this.#lookup = undefined;
  }

  /** Whether no region is known: nothing has to be looked up then. */
  get isEmpty(): boolean {
    for (const regions of this.#images.values()) if (regions.length > 0) return false;
    return true;
  }

  /** All regions, image by image in the order of their addition. */
  all(): Region[] {
    return [...this.#images.values()].flat();
  }

  /** The region of that id. */
  byId(id: string): Region | undefined {
    return this.#current().byId.get(id);
  }

  /** The region whose `[arming store, post_commit_ip)` holds an address; of several the innermost. */
  inside(address: Address): InsideRegion | undefined {
    const region = this.#current().ranges.innermost(address);
    if (region === undefined) return undefined;
    return { region, position: address === region.armingStore ? 'atArmingStore' : 'armed' };
  }

  /** The regions that have a prelude at an address. */
  atPrelude(address: Address): readonly Region[] {
    return this.#current().preludes.at(address);
  }

  /** The regions that have an exit at an address. */
  exitsAt(address: Address): readonly Region[] {
    return this.#current().exits.at(address);
  }

  /** The regions any of whose functions holds one of the addresses; each once, in no order. */
  near(addresses: readonly Address[]): Region[] {
    const { functions } = this.#current();
    const found = new Set<Region>();
    for (const address of addresses) for (const region of functions.all(address)) found.add(region);
    return [...found];
  }

  /** Built on the first question after a change: a program that loads fifty libraries at its start asks none in between. */
  #current(): Lookup {
    this.#lookup ??= buildLookup(this.all());
    return this.#lookup;
  }
}

/** Regions by an address of theirs. Nearly every address has one region: that one is kept without a list around it. */
class ByAddress {
  readonly #map = new Map<Address, Region | Region[]>();

  append(address: Address, region: Region): void {
    const known = this.#map.get(address);
    if (known === undefined) this.#map.set(address, region);
    else if (!Array.isArray(known)) {
      if (known !== region) this.#map.set(address, [known, region]);
    } else if (known.at(-1) !== region) known.push(region);
  }

  at(address: Address): readonly Region[] {
    const known = this.#map.get(address) ?? [];
    return Array.isArray(known) ? known : [known];
  }
}

interface Lookup {
  readonly byId: ReadonlyMap<string, Region>;
  readonly ranges: IntervalIndex<Region>;
  readonly preludes: ByAddress;
  readonly exits: ByAddress;
  readonly functions: IntervalIndex<Region>;
}

function buildLookup(regions: readonly Region[]): Lookup {
  const ranges: Interval<Region>[] = [];
  const preludes = new ByAddress();
  const exits = new ByAddress();
  const functions: Interval<Region>[] = [];
  for (const region of regions) {
    const { range, armingStore } = region;
    if (range !== undefined) ranges.push({ start: armingStore ?? range.start, end: range.end, value: region });
    for (const address of region.preludes) preludes.append(address, region);
    for (const { address } of region.exits) exits.append(address, region);
    for (const { start, end } of region.functions) functions.push({ start, end, value: region });
  }
  return {
    byId: new Map(regions.map(region => [region.id, region])),
    ranges: new IntervalIndex(ranges),
    preludes,
    exits,
    functions: new IntervalIndex(functions),
  };
}
