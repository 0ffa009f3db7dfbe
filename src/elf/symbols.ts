import type { AddressRange } from '../util/address.js';
import { TargetBytes, textAt } from './bytes.js';
import { EM, SHT } from './constants.js';
import { findFrames } from './ehFrame.js';
import type { ElfImage, Section } from './image.js';

/** A function's code at link-time addresses; `name` is absent where only unwind information knows it. */
export interface FunctionRange extends AddressRange {
  readonly name?: string;
}

/** What the symbol tables and unwind information say about some addresses. */
export interface FunctionTable {
  /** The innermost function that holds a link-time address that was asked for. */
  at(linkAddress: bigint): FunctionRange | undefined;
  /** The pieces that the compiler split off a function of that name: `NAME.cold`, `NAME.part.0` and the like. */
  piecesOf(name: string): readonly FunctionRange[];
}

const STT_NOTYPE = 0;
const STT_FUNC = 2;
const STT_GNU_IFUNC = 10;
const STB_LOCAL = 0;
const CHUNK_ENTRIES = 8192;

/**
 * Finds the functions that hold the given link-time addresses. It passes over the symbol table in chunks and keeps one
 * candidate per address, so half a million symbols cost one pass and no memory.
 *
 * @param images the image and its separate debug file, if any; of several symbol tables the fullest is used
 * @param pieces whether to look for split-off pieces too (one pass over the names more)
 */
export function findFunctions(
  images: readonly ElfImage[],
  addresses: Iterable<bigint>,
  pieces: boolean,
): FunctionTable {
  const wanted = [...new Set(addresses)].sort((a, b) => (a < b ? -1 : 1));
  const found = new Map<bigint, FunctionRange>();
  const table = symbolTable(images);
  if (table !== undefined && wanted.length > 0) {
    const candidates = new Candidates(wanted.map(Number));
    scan(table, candidates);
    candidates.resolve(table, wanted, found);
  }
  const missing = wanted.filter(address => !found.has(address));
  if (missing.length > 0) for (const image of images) findFrames(image, missing, found);
  const split = table && pieces ? findPieces(table, namesOf(found.values())) : new Map<string, FunctionRange[]>();
  return {
    at: address => found.get(address),
    piecesOf: name => split.get(name) ?? [],
  };
}

interface SymbolTable {
  readonly image: ElfImage;
  readonly section: Section;
  readonly strings: Section | undefined;
}

/** `.symtab` where a file has one (it holds everything that `.dynsym` does), else `.dynsym`. */
function symbolTable(images: readonly ElfImage[]): SymbolTable | undefined {
  for (const type of [SHT.symtab, SHT.dynsym]) {
    for (const image of images) {
      // A separate debug file keeps the header of .dynsym as NOBITS, which is another type.
      const section = image.sections.find(s => s.type === type && s.size > 0);
      if (section !== undefined) return { image, section, strings: image.sections[section.link] };
    }
  }
  return undefined;
}

/** A symbol during a pass; addresses as doubles (see TargetBytes.wordNumber). */
interface RawSymbol {
  readonly name: number;
  readonly start: number;
  readonly size: number;
  readonly type: number;
  readonly binding: number;
}

/** Calls `visit` for every function symbol, and for global labels without a type (hand-written assembly). */
function eachSymbol(table: SymbolTable, visit: (symbol: RawSymbol) => void): void {
  const { image, section } = table;
  const wide = image.encoding.bits === 64;
  const entry = wide ? 24 : 16;
  const end = Math.min(section.size, image.size - section.offset);
  for (let at = 0; at + entry <= end; at += entry * CHUNK_ENTRIES) {
    const bytes = image.read(section.offset + at, Math.min(entry * CHUNK_ENTRIES, end - at));
    const chunk = new TargetBytes(bytes, image.encoding);
    for (let i = 0; i + entry <= chunk.length; i += entry) {
      const info = chunk.u8(i + (wide ? 4 : 12));
      const [type, binding] = [info & 0xf, info >> 4];
      const label = type === STT_NOTYPE && binding !== STB_LOCAL;
      if (type !== STT_FUNC && type !== STT_GNU_IFUNC && !label) continue;
      if (chunk.u16(i + (wide ? 6 : 14)) === 0) continue; // undefined here
      const value = chunk.wordNumber(i + (wide ? 8 : 4));
      visit({
        name: chunk.u32(i),
        // The low bit of an ARM function's value says Thumb; MIPS16 and microMIPS do the same.
        start: (image.machine === EM.arm || image.machine === EM.mips) && value % 2 === 1 ? value - 1 : value,
        size: wide ? chunk.wordNumber(i + 16) : chunk.u32(i + 8),
        type,
        binding,
      });
    }
  }
}

function scan(table: SymbolTable, candidates: Candidates): void {
  eachSymbol(table, symbol => {
    candidates.offer(symbol);
  });
}

/** The best symbol so far for each of the sorted addresses. */
class Candidates {
  readonly #addresses: readonly number[];
  readonly #covering: (RawSymbol | undefined)[];
  /** Symbols without a size, by the number of addresses below them: the nearest one below, and the nearest symbol above. */
  readonly #below: (RawSymbol | undefined)[];
  readonly #above: number[];
  /** Steps left for symbols that hold many addresses: a hostile file has every symbol hold all of them. */
  #budget = 20_000_000;

  constructor(addresses: readonly number[]) {
    this.#addresses = addresses;
    this.#covering = new Array<RawSymbol | undefined>(addresses.length).fill(undefined);
    this.#below = new Array<RawSymbol | undefined>(addresses.length + 1).fill(undefined);
    this.#above = new Array<number>(addresses.length + 1).fill(Infinity);
  }

  offer(symbol: RawSymbol): void {
    const first = this.#firstAtOrAfter(symbol.start);
    const end = symbol.start + symbol.size;
    for (let i = first; i < this.#addresses.length; i++) {
      const address = this.#addresses[i];
      if (address === undefined || address >= end || --this.#budget < 0) break;
      const best = this.#covering[i];
      if (best === undefined || better(symbol, best)) this.#covering[i] = symbol;
    }
    this.#above[first] = Math.min(this.#above[first] ?? Infinity, symbol.start);
    const below = this.#below[first];
    if (symbol.size === 0 && (below === undefined || better(symbol, below))) this.#below[first] = symbol;
  }

  resolve(table: SymbolTable, wanted: readonly bigint[], found: Map<bigint, FunctionRange>): void {
    let below: RawSymbol | undefined;
    wanted.forEach((address, i) => {
      below = this.#below[i] ?? below;
      const symbol = this.#covering[i];
      const range =
        symbol === undefined
          ? this.#unsized(table, address, below, i)
          : { start: BigInt(symbol.start), end: BigInt(symbol.start + symbol.size) };
      const name = symbolName(table, (symbol ?? below)?.name);
      if (range !== undefined) found.set(address, name === undefined ? range : { ...range, name });
    });
  }

  /** Assembly without `.size`: from the label to the next symbol, within one section. */
  #unsized(table: SymbolTable, address: bigint, below: RawSymbol | undefined, index: number): AddressRange | undefined {
    const section = table.image.codeSectionAt(address);
    if (below === undefined || section === undefined || BigInt(below.start) < section.address) return undefined;
    let next = Infinity;
    for (let i = index + 1; i < this.#above.length && next === Infinity; i++) next = this.#above[i] ?? Infinity;
    const end = section.address + BigInt(section.size);
    return { start: BigInt(below.start), end: next < Number(end) ? BigInt(next) : end };
  }

  #firstAtOrAfter(value: number): number {
    let low = 0;
    let high = this.#addresses.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#addresses[middle] ?? 0) < value) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Of two symbols that hold an address: the innermost; of aliases the global one, whose name the user knows. */
function better(a: RawSymbol, b: RawSymbol): boolean {
  if (a.start !== b.start) return a.start > b.start;
  return a.binding === 1 && b.binding !== 1;
}

function symbolName(table: SymbolTable, offset: number | undefined): string | undefined {
  if (table.strings === undefined || offset === undefined || offset >= table.strings.size) return undefined;
  // Mangled names of C++ templates reach tens of thousands of characters; a cut one still names its function.
  const bytes = table.image.read(table.strings.offset + offset, Math.min(NAME_LIMIT, table.strings.size - offset));
  const name = textAt(bytes, 0, bytes.length);
  return name === '' ? undefined : name;
}

function namesOf(functions: Iterable<FunctionRange>): Set<string> {
  const names = new Set<string>();
  for (const { name } of functions) if (name !== undefined) names.add(name);
  return names;
}

/** `.cold` (gcc), `.cold.N` (clang) and `.part.N` (gcc) mark pieces, also on top of `.isra.N` and `.constprop.N`. */
const MARKS = ['.cold', '.part.'] as const;

/** The functions that a piece of this name may have been split off: `f.isra.0` and `f` for `f.isra.0.cold`. */
function stemsOf(name: string): Set<string> {
  const stems = new Set<string>();
  for (const mark of MARKS) {
    for (let at = name.indexOf(mark, 1); at !== -1; at = name.indexOf(mark, at + 1)) {
      const stem = name.slice(0, at);
      stems.add(stem).add(stem.replace(/(?:\.(?:isra|constprop)\.\d{1,9})+$/, ''));
    }
  }
  return stems;
}

/**
 * The pieces of the named functions. Names are read once, in the string table's own order, looking for the two marks;
 * then one pass over the symbols picks those that bear such a name.
 */
function findPieces(table: SymbolTable, names: ReadonlySet<string>): Map<string, FunctionRange[]> {
  const offsets = pieceNames(table, names);
  const pieces = new Map<string, FunctionRange[]>();
  if (offsets.size === 0) return pieces;
  eachSymbol(table, symbol => {
    const piece = offsets.get(symbol.name);
    if (piece === undefined || symbol.size === 0) return;
    const range = { start: BigInt(symbol.start), end: BigInt(symbol.start + symbol.size), name: piece.name };
    const list = pieces.get(piece.of);
    if (list === undefined) pieces.set(piece.of, [range]);
    else list.push(range);
  });
  return pieces;
}

const NAME_WINDOW = 2 ** 20;
const NAME_LIMIT = 2 ** 13;

/** String table offsets of the names of pieces. A linker may share the tail of a longer name, so tails are looked at too. */
function pieceNames(table: SymbolTable, names: ReadonlySet<string>): Map<number, { name: string; of: string }> {
  const result = new Map<number, { name: string; of: string }>();
  const { strings, image } = table;
  if (strings === undefined || names.size === 0) return result;
  const lengths = [...new Set([...names].map(name => name.length))];
  for (let at = 0; at < strings.size; at += NAME_WINDOW) {
    const bytes = image.read(strings.offset + at, Math.min(NAME_WINDOW + NAME_LIMIT, strings.size - at));
    for (const { begin, name } of markedNames(bytes)) {
      for (const stem of stemsOf(name)) {
        for (const length of lengths) {
          const tail = stem.slice(-length);
          if (!names.has(tail)) continue;
          const skipped = stem.length - tail.length;
          result.set(at + begin + skipped, { name: name.slice(skipped), of: tail });
        }
      }
    }
  }
  return result;
}

/** The NUL-terminated names that hold a mark, each once, with their offsets in `bytes`. */
function* markedNames(bytes: Uint8Array): Generator<{ begin: number; name: string }> {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  for (const mark of MARKS) {
    for (let hit = text.indexOf(mark); hit !== -1;) {
      const window = text.subarray(Math.max(0, hit - NAME_LIMIT), hit);
      const begin = hit - window.length + window.lastIndexOf(0) + 1;
      const terminator = text.indexOf(0, hit);
      const end = terminator === -1 ? text.length : terminator;
      // Longer than any real name: a hostile table without terminators.
      if (end - begin <= NAME_LIMIT) yield { begin, name: text.toString('latin1', begin, end) };
      hit = text.indexOf(mark, end);
    }
  }
}
