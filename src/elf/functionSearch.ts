import type { AddressRange } from '../util/address.js';

/**
 * A stretch of code that may hold some of the addresses looked for. Addresses are doubles (see TargetBytes.wordNumber):
 * there are hundreds of thousands of these.
 */
export interface CodeSymbol {
  /** What the caller knows the name by, e.g. its offset in the string table. */
  readonly name: number;
  readonly start: number;
  /** In bytes; 0: not stated, as for labels of hand-written assembly. */
  readonly size: number;
  readonly isGlobal: boolean;
}

/** The function found around an address. */
export interface FoundFunction extends AddressRange {
  readonly address: bigint;
  readonly name: number;
}

/**
 * Finds, in one pass over symbols in any order, the innermost one around each of some addresses.
 *
 * Symbols with a size say themselves what they hold. One without a size goes from its label to the next symbol, if it is the
 * last symbol before the address: so the symbols next to each *gap* between two of the addresses are remembered, too.
 */
export class FunctionSearch {
  readonly #wanted: readonly bigint[];
  readonly #addresses: Float64Array;
  readonly #covering: (Kept | undefined)[];
  /** By gap (the number of addresses below it): its last symbol, and the start of its first one. */
  readonly #last: (Kept | undefined)[];
  readonly #firstStart: Float64Array;
  /** The gap of the last symbol: those that follow each other in a table mostly lie in the same one. */
  #gap = 0;
  /** Steps left for symbols that hold many addresses: in a hostile file every symbol holds all of them. */
  #budget = 20_000_000;

  /** @param wanted link-time addresses, ascending */
  constructor(wanted: readonly bigint[]) {
    this.#wanted = wanted;
    this.#addresses = Float64Array.from(wanted, Number);
    this.#covering = new Array<Kept | undefined>(wanted.length).fill(undefined);
    this.#last = new Array<Kept | undefined>(wanted.length + 1).fill(undefined);
    this.#firstStart = new Float64Array(wanted.length + 1).fill(Infinity);
  }

  /** Takes one symbol into account. What matters of it is copied, so that a cursor may be handed in. */
  offer(symbol: CodeSymbol): void {
    const { start } = symbol;
    const gap = this.#gapOf(start);
    const end = start + symbol.size;
    for (let i = gap; i < this.#addresses.length && (this.#addresses[i] ?? end) < end; i++) {
      if (--this.#budget < 0) break;
      const best = this.#covering[i];
      if (best === undefined || isBetter(symbol, best)) this.#covering[i] = keep(symbol, best);
    }
    if (start < (this.#firstStart[gap] ?? 0)) this.#firstStart[gap] = start;
    const last = this.#last[gap];
    if (last === undefined || start >= last.start) this.#last[gap] = keep(symbol, last);
  }

  /**
   * What was found, by ascending address; addresses in no function are left out.
   *
   * @param codeBounds the section of code that holds an address: a label's code does not go beyond it
   */
  *results(codeBounds: (address: bigint) => AddressRange | undefined): Generator<FoundFunction> {
    const nextStart = this.#nextStarts();
    let last: Kept | undefined;
    for (const [i, address] of this.#wanted.entries()) {
      last = this.#last[i] ?? last;
      const symbol = this.#covering[i];
      if (symbol !== undefined) {
        yield { address, name: symbol.name, start: BigInt(symbol.start), end: BigInt(symbol.start + symbol.size) };
      } else if (last?.size === 0) {
        const bounds = codeBounds(address);
        if (bounds === undefined || BigInt(last.start) < bounds.start) continue;
        const next = nextStart[i + 1] ?? Infinity;
        const end = next < Number(bounds.end) ? BigInt(next) : bounds.end;
        yield { address, name: last.name, start: BigInt(last.start), end };
      }
    }
  }

  /** By gap: where the first symbol in it or behind it starts. */
  #nextStarts(): Float64Array {
    const starts = this.#firstStart.slice();
    for (let i = starts.length - 2; i >= 0; i--) {
      starts[i] = Math.min(starts[i] ?? Infinity, starts[i + 1] ?? Infinity);
    }
    return starts;
  }

  /** How many of the addresses lie below a value. */
  #gapOf(value: number): number {
    const addresses = this.#addresses;
    const cached = this.#gap;
    if ((addresses[cached - 1] ?? -1) < value && value <= (addresses[cached] ?? Infinity)) return cached;
    let low = 0;
    let high = addresses.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((addresses[middle] ?? 0) < value) low = middle + 1;
      else high = middle;
    }
    this.#gap = low;
    return low;
  }
}

/** Of two symbols that hold an address: the innermost; of aliases the global one, whose name the user knows. */
function isBetter(a: CodeSymbol, b: CodeSymbol): boolean {
  return a.start === b.start ? a.isGlobal && !b.isGlobal : a.start > b.start;
}

type Kept = { -readonly [Field in keyof CodeSymbol]: CodeSymbol[Field] };

/** Copies a symbol, over the one that it replaces: a pass replaces hundreds of thousands. */
function keep(symbol: CodeSymbol, replaced: Kept | undefined): Kept {
  const { name, start, size, isGlobal } = symbol;
  if (replaced === undefined) return { name, start, size, isGlobal };
  replaced.name = name;
  replaced.start = start;
  replaced.size = size;
  replaced.isGlobal = isGlobal;
  return replaced;
}
