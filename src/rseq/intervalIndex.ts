import type { Address, AddressRange } from '../util/address.js';

/** A value that covers a half-open range of addresses. */
export interface Interval<T> extends AddressRange {
  readonly value: T;
}

/** As many ranges are passed over at once where none of them reaches an address. */
const BLOCK = 512;

/**
 * A fixed set of ranges, found by address: sorted by start, so that a search begins at the last range that starts at or
 * before the address and goes backwards. Where ranges do not overlap it ends there. A hostile table can make all of them
 * nest or overlap: then it passes over whole blocks of ranges that end too early, and stops where nothing before reaches so
 * far.
 *
 * The search compares doubles, ten times faster than bigints. Below 2^53 they are exact, and so is the answer. Rounding an
 * address above (the kernel's) can make two equal but never swaps them; what equality leaves open there is decided by
 * the exact comparison of the range that is found.
 */
export class IntervalIndex<T> {
  readonly #items: readonly Interval<T>[];
  readonly #starts: Float64Array;
  readonly #ends: Float64Array;
  /** The furthest end up to each range, and the furthest in each block. */
  readonly #reach: Float64Array;
  readonly #blocks: Float64Array;

  constructor(items: Iterable<Interval<T>>) {
    this.#items = [...items].sort((a, b) => (a.start < b.start ? -1 : a.start > b.start ? 1 : 0));
    this.#starts = Float64Array.from(this.#items, item => Number(item.start));
    this.#ends = Float64Array.from(this.#items, item => Number(item.end));
    let reach = 0;
    this.#reach = this.#ends.map(end => (reach = Math.max(reach, end)));
    this.#blocks = Float64Array.from({ length: Math.ceil(this.#ends.length / BLOCK) }, (_, block) =>
      Math.max(...this.#ends.subarray(block * BLOCK, (block + 1) * BLOCK)),
    );
  }

  /** The value with the greatest start whose range holds `address`: of nested ranges the innermost. */
  innermost(address: Address): T | undefined {
    const rounded = Number(address);
    return this.#items[this.#lastHolding(address, rounded, this.#lastStart(rounded))]?.value;
  }

  /** The values of all ranges that hold `address`, by falling start. */
  all(address: Address): T[] {
    const found: T[] = [];
    const rounded = Number(address);
    for (let at = this.#lastStart(rounded); ; at--) {
      at = this.#lastHolding(address, rounded, at);
      const item = this.#items[at];
      if (item === undefined) return found;
      found.push(item.value);
    }
  }

  /** Index of the last range that starts at or before an address; -1 if there is none. */
  #lastStart(rounded: number): number {
    const starts = this.#starts;
    let low = 0;
    let high = starts.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((starts[middle] ?? 0) <= rounded) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  /** Index of the last range up to `last` that holds an address; -1 if there is none. */
  #lastHolding(address: Address, rounded: number, last: number): number {
    const isExact = rounded < Number.MAX_SAFE_INTEGER;
    // A range that ends at the address does not hold it; among rounded numbers that cannot be told yet.
    const leastEnd = isExact ? rounded + 1 : rounded;
    for (let at = last; (this.#reach[at] ?? -1) >= leastEnd; at--) {
      if (at % BLOCK === BLOCK - 1 && (this.#blocks[(at + 1) / BLOCK - 1] ?? 0) < leastEnd) {
        at -= BLOCK - 1;
      } else if ((this.#ends[at] ?? 0) >= leastEnd) {
        if (isExact || this.#holdsExactly(at, address)) return at;
      }
    }
    return -1;
  }

  #holdsExactly(at: number, address: Address): boolean {
    const item = this.#items[at];
    return item !== undefined && item.start <= address && address < item.end;
  }
}
