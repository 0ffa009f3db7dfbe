import type { Address, AddressRange } from '../util/address.js';

/** A value that covers a half-open range of addresses. */
export interface Interval<T> extends AddressRange {
  readonly value: T;
}

/**
 * A fixed set of ranges, found by address: sorted by start, under a tree that knows the furthest end in each stretch of
 * them. So a search takes logarithmic time however the ranges overlap: a hostile table can make all of them nest.
 *
 * The search compares doubles, ten times faster than bigints. Rounding an address above 2^53 can make two equal but never
 * swaps them; what equality leaves open is decided by the exact comparison of the range that is found.
 */
export class IntervalIndex<T> {
  readonly #items: readonly Interval<T>[];
  readonly #starts: Float64Array;
  /** The furthest end up to each range: where ranges do not overlap, a search that finds nothing ends here. */
  readonly #reach: Float64Array;
  /** A complete binary tree: node `n` has children `2n` and `2n + 1`, the ranges are the leaves from `#leaves` on. */
  readonly #furthest: Float64Array;
  readonly #leaves: number;

  constructor(items: Iterable<Interval<T>>) {
    this.#items = [...items].sort((a, b) => (a.start < b.start ? -1 : a.start > b.start ? 1 : 0));
    this.#starts = Float64Array.from(this.#items, item => Number(item.start));
    let reach = 0;
    this.#reach = Float64Array.from(this.#items, item => (reach = Math.max(reach, Number(item.end))));
    this.#leaves = 2 ** Math.ceil(Math.log2(Math.max(1, this.#items.length)));
    this.#furthest = new Float64Array(2 * this.#leaves).fill(-1);
    this.#items.forEach((item, i) => (this.#furthest[this.#leaves + i] = Number(item.end)));
    for (let node = this.#leaves - 1; node > 0; node--) {
      this.#furthest[node] = Math.max(this.#end(2 * node), this.#end(2 * node + 1));
    }
  }

  /** The value with the greatest start whose range holds `address`: of nested ranges the innermost. */
  innermost(address: Address): T | undefined {
    return this.#items[this.#lastHolding(address, this.#lastStart(Number(address)))]?.value;
  }

  /** The values of all ranges that hold `address`, by falling start. */
  all(address: Address): T[] {
    const found: T[] = [];
    let at = this.#lastStart(Number(address));
    for (;;) {
      at = this.#lastHolding(address, at);
      const item = this.#items[at];
      if (item === undefined) return found;
      found.push(item.value);
      at--;
    }
  }

  /** Index of the last range up to `last` that holds an address; -1 if there is none. */
  #lastHolding(address: Address, last: number): number {
    const rounded = Number(address);
    // A range that ends at the address does not hold it; among rounded numbers that cannot be told yet.
    const end = rounded < Number.MAX_SAFE_INTEGER ? rounded + 1 : rounded;
    for (let at = this.#lastReaching(end, last); at >= 0; at = this.#lastReaching(end, at - 1)) {
      const item = this.#items[at];
      if (item !== undefined && item.start <= address && address < item.end) return at;
    }
    return -1;
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

  /** Index of the last range up to `last` whose end is at least `end`; -1 if there is none. */
  #lastReaching(end: number, last: number): number {
    if (last < 0 || (this.#reach[last] ?? 0) < end) return -1;
    let node = this.#leaves + last;
    // Upwards to the nearest stretch on the left that reaches it ...
    while (this.#end(node) < end) {
      while ((node & 1) === 0) node >>>= 1;
      node--;
    }
    // ... and down again to its last range that does.
    while (node < this.#leaves) node = this.#end(2 * node + 1) >= end ? 2 * node + 1 : 2 * node;
    return node - this.#leaves;
  }

  #end(node: number): number {
    return this.#furthest[node] ?? -1;
  }
}
