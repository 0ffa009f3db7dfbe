import type { Address, AddressRange } from '../util/address.js';

/** A value that covers a half-open range of addresses. */
export interface Interval<T> extends AddressRange {
  readonly value: T;
}

/**
 * A fixed set of ranges that may overlap and nest, searched by address in logarithmic time: an array sorted by start, read
 * as a balanced tree (the middle of each stretch is its root) whose nodes know the furthest end below them.
 */
export class IntervalTree<T> {
  readonly #items: readonly Interval<T>[];
  readonly #reach: Address[];

  constructor(items: Iterable<Interval<T>>) {
    this.#items = [...items].sort((a, b) => (a.start < b.start ? -1 : a.start > b.start ? 1 : 0));
    this.#reach = new Array<Address>(this.#items.length).fill(0n);
    this.#measure(0, this.#items.length);
  }

  #measure(low: number, high: number): Address {
    if (low >= high) return 0n;
    const middle = (low + high) >>> 1;
    const left = this.#measure(low, middle);
    const right = this.#measure(middle + 1, high);
    let reach = this.#items[middle]?.end ?? 0n;
    if (left > reach) reach = left;
    if (right > reach) reach = right;
    this.#reach[middle] = reach;
    return reach;
  }

  /** The value with the greatest start whose range holds `address`: of nested ranges the innermost. */
  innermost(address: Address): T | undefined {
    return this.#last(0, this.#items.length, address)?.value;
  }

  #last(low: number, high: number, address: Address): Interval<T> | undefined {
    if (low >= high) return undefined;
    const middle = (low + high) >>> 1;
    const item = this.#items[middle];
    if (item === undefined || (this.#reach[middle] ?? 0n) <= address) return undefined;
    if (item.start > address) return this.#last(low, middle, address);
    return this.#last(middle + 1, high, address) ?? (address < item.end ? item : this.#last(low, middle, address));
  }

  /** Calls `visit` with every value whose range holds `address`. */
  each(address: Address, visit: (value: T) => void): void {
    this.#visit(0, this.#items.length, address, visit);
  }

  #visit(low: number, high: number, address: Address, visit: (value: T) => void): void {
    if (low >= high) return;
    const middle = (low + high) >>> 1;
    const item = this.#items[middle];
    if (item === undefined || (this.#reach[middle] ?? 0n) <= address) return;
    this.#visit(low, middle, address, visit);
    if (item.start > address) return;
    if (address < item.end) visit(item.value);
    this.#visit(middle + 1, high, address, visit);
  }
}
