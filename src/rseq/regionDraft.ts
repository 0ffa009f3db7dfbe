import type { Address, AddressRange } from '../util/address.js';
import { contains } from '../util/address.js';
import { findFirstExits } from './firstExits.js';
import type { ExitOrigin, Region, RegionExit } from './region.js';
import type { RegionCode } from './regionCode.js';

/** What a descriptor says of a region; run-time addresses. */
export interface DraftSection {
  readonly range: AddressRange;
  readonly abort: Address;
  readonly flags: number;
}

/** A branch that leaves a region for code of its own leads to one jump, or to a few instructions and a jump. */
const STUB_BYTES = 16n;

/** A region while it is put together out of tables, key points and code; run-time addresses. */
export class RegionDraft {
  key: Address | undefined;
  readonly preludes = new Set<Address>();
  readonly limits = new Set<string>();
  readonly #exits = new Map<Address, ExitOrigin>();

  /**
   * @param first       `start_ip`, or the first START point: what names the region
   * @param section     absent for a region that is known by its key alone
   * @param armingStore absent where it is not known
   */
  constructor(
    readonly first: Address,
    readonly section: DraftSection | undefined,
    readonly armingStore: Address | undefined,
  ) {
    if (section === undefined) return;
    this.#exits.set(section.range.end, 'postCommit');
    this.#exits.set(section.abort, 'abort');
  }

  /**
   * Adds an exit; addresses inside the region are none. The origin that an address got first stays: they are added in the
   * order of what tells the user most.
   */
  addExit(address: Address, origin: ExitOrigin): void {
    const inside = this.section !== undefined && contains(this.section.range, address);
    if (!inside && !this.#exits.has(address)) this.#exits.set(address, origin);
  }

  /** The region, complete. */
  finish(id: string, around: RegionCode): Region {
    const { section, armingStore, key, first } = this;
    const name = around.functionsAt(first).find(f => contains(f, first))?.name;
    const source = around.sources.get(first);
    const exits: RegionExit[] = [...this.#exits].map(([address, origin]) => ({ address, origin }));
    return {
      id,
      kind: section === undefined ? 'key' : 'descriptor',
      ...(section === undefined ? {} : { range: section.range, abort: section.abort }),
      ...(key === undefined ? {} : { key }),
      flags: section?.flags ?? 0,
      ...(armingStore === undefined ? {} : { armingStore }),
      preludes: [...this.preludes].sort((a, b) => (a < b ? -1 : 1)),
      exits,
      ...this.#firstExits(around),
      functions: this.#functions(exits, around),
      ...(name === undefined ? {} : { function: name }),
      ...(source === undefined ? {} : { source }),
      limits: [...this.limits],
    };
  }

  /** A region that is known by its key alone has no known extent: any of the key's ABORT points may be its own. */
  #firstExits({ map }: RegionCode): { readonly firstExits?: readonly Address[] } {
    const { section, armingStore, preludes } = this;
    if (map === undefined || section === undefined || armingStore === undefined) return {};
    const entries = [...preludes, armingStore, section.range.start];
    const found = findFirstExits(map, entries, new Set(this.#exits.keys()), [section.abort]);
    return found === undefined ? {} : { firstExits: [...found] };
  }

  /**
   * The code that a stepping thread would be in just before or after the region: its functions, its handler's, its points',
   * and what branches lead to that belongs to no function.
   */
  #functions(exits: readonly RegionExit[], around: RegionCode): AddressRange[] {
    const handlers = exits.filter(({ origin }) => origin === 'abort').map(({ address }) => address);
    const asked = [this.first, ...handlers, ...this.preludes];
    const distinct = new Map<string, AddressRange>();
    for (const { start, end } of asked.flatMap(address => around.functionsAt(address))) {
      distinct.set(`${start}-${end}`, { start, end });
    }
    const functions = [...distinct.values()];
    const stubs = exits
      .filter(({ address }) => !functions.some(range => contains(range, address)))
      .map(({ address }) => ({ start: address, end: address + STUB_BYTES }));
    return [...functions, ...stubs];
  }
}
