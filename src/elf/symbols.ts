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
    for (const cursor = new SymbolCursor(table); cursor.next();) candidates.offer(cursor);
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
      const section = image.sections.find(s => s.type === type && image.sizeInFile(s) > 0);
      if (section !== undefined) return { image, section, strings: image.sections[section.link] };
    }
  }
  return undefined;
}

/** A symbol during a pass; addresses as doubles (see TargetBytes.wordNumber), `name` as its offset in the string table. */
interface RawSymbol {
  readonly name: number;
  readonly start: number;
  readonly size: number;
  readonly binding: number;
}

/**
 * Passes over the function symbols of a table, and over global labels without a type (hand-written assembly). The
 * cursor is itself the symbol that it stands on: an object for each of half a million would cost more than the pass.
 */
class SymbolCursor implements RawSymbol {
  name = 0;
  start = 0;
  size = 0;
  binding = 0;
  readonly #table: SymbolTable;
  readonly #wide: boolean;
  /** Whether the low bit of a function's value is a mark: Thumb on ARM, MIPS16 and microMIPS on MIPS. */
  readonly #marked: boolean;
  readonly #end: number;
  #chunk: TargetBytes;
  /** Offset of the next entry in the chunk, and of the next chunk in the section. */
  #at = 0;
  #next = 0;

  constructor(table: SymbolTable) {
    const { image, section } = table;
    this.#table = table;
    this.#wide = image.encoding.bits === 64;
    this.#marked = image.machine === EM.arm || image.machine === EM.mips;
    this.#end = image.sizeInFile(section);
    this.#chunk = new TargetBytes(new Uint8Array(0), image.encoding);
  }

  /** Moves on to the next symbol; false at the end. */
  next(): boolean {
    const size = this.#wide ? 24 : 16;
    for (;;) {
      if (this.#at + size > this.#chunk.length && !this.#readChunk(size)) return false;
      const at = this.#at;
      this.#at += size;
      if (this.#take(at)) return true;
    }
  }

  #readChunk(size: number): boolean {
    if (this.#next + size > this.#end) return false;
    const { image, section } = this.#table;
    const length = Math.min(size * CHUNK_ENTRIES, this.#end - this.#next);
    this.#chunk = new TargetBytes(image.read(section.offset + this.#next, length), image.encoding);
    this.#next += length;
    this.#at = 0;
    return this.#chunk.length >= size;
  }

  #take(at: number): boolean {
    const chunk = this.#chunk;
    const info = chunk.u8(at + (this.#wide ? 4 : 12));
    const type = info & 0xf;
    const binding = info >> 4;
    const code = type === STT_FUNC || type === STT_GNU_IFUNC || (type === STT_NOTYPE && binding !== STB_LOCAL);
    if (!code || chunk.u16(at + (this.#wide ? 6 : 14)) === 0) return false; // section 0: undefined here
    const value = chunk.wordNumber(at + (this.#wide ? 8 : 4));
    this.name = chunk.u32(at);
    this.start = this.#marked && value % 2 === 1 ? value - 1 : value;
    this.size = this.#wide ? chunk.wordNumber(at + 16) : chunk.u32(at + 8);
    this.binding = binding;
    return true;
  }
}

/** The best symbol so far for each of the sorted addresses. */
class Candidates {
  readonly #addresses: Float64Array;
  readonly #covering: (RawSymbol | undefined)[];
  /**
   * By the number of addresses below them: the last symbol before the next address (start, name, size), and the first
   * one. What assembly without sizes is bounded by.
   */
  readonly #lastStart: Float64Array;
  readonly #lastName: Float64Array;
  readonly #lastSize: Float64Array;
  readonly #firstStart: Float64Array;
  /** The last answer of the binary search. */
  #cached = 0;
  /** Steps left for symbols that hold many addresses: a hostile file has every symbol hold all of them. */
  #budget = 20_000_000;

  constructor(addresses: readonly number[]) {
    this.#addresses = Float64Array.from(addresses);
    this.#covering = new Array<RawSymbol | undefined>(addresses.length).fill(undefined);
    const gaps = addresses.length + 1;
    this.#lastStart = new Float64Array(gaps).fill(-1);
    this.#lastName = new Float64Array(gaps);
    this.#lastSize = new Float64Array(gaps);
    this.#firstStart = new Float64Array(gaps).fill(Infinity);
  }

  offer(symbol: RawSymbol): void {
    const { start, size } = symbol;
    const first = this.#firstAtOrAfter(start);
    const end = start + size;
    for (let i = first; i < this.#addresses.length && (this.#addresses[i] ?? end) < end; i++) {
      if (--this.#budget < 0) break;
      const best = this.#covering[i];
      if (best === undefined || better(symbol, best)) {
        this.#covering[i] = { name: symbol.name, start, size, binding: symbol.binding };
      }
    }
    if (start < (this.#firstStart[first] ?? 0)) this.#firstStart[first] = start;
    if (start >= (this.#lastStart[first] ?? Infinity)) {
      this.#lastStart[first] = start;
      this.#lastName[first] = symbol.name;
      this.#lastSize[first] = size;
    }
  }

  resolve(table: SymbolTable, wanted: readonly bigint[], found: Map<bigint, FunctionRange>): void {
    // From here on: the first symbol behind each gap, however far.
    for (let i = this.#firstStart.length - 2; i >= 0; i--) {
      this.#firstStart[i] = Math.min(this.#firstStart[i] ?? Infinity, this.#firstStart[i + 1] ?? Infinity);
    }
    const names = new SymbolNames(table);
    let last: Pick<RawSymbol, 'name' | 'start' | 'size'> | undefined;
    wanted.forEach((address, i) => {
      const start = this.#lastStart[i] ?? -1;
      if (start >= 0) last = { start, name: this.#lastName[i] ?? 0, size: this.#lastSize[i] ?? 0 };
      const symbol = this.#covering[i];
      const range =
        symbol === undefined
          ? this.#unsized(table, address, last, i)
          : { start: BigInt(symbol.start), end: BigInt(symbol.start + symbol.size) };
      const name = range && names.at((symbol ?? last)?.name);
      if (range !== undefined) found.set(address, name === undefined ? range : { ...range, name });
    });
  }

  /** Assembly without `.size`: from the label that is the last symbol before the address to the next symbol, within one section. */
  #unsized(
    table: SymbolTable,
    address: bigint,
    last: Pick<RawSymbol, 'start' | 'size'> | undefined,
    index: number,
  ): AddressRange | undefined {
    const section = table.image.codeSectionAt(address);
    if (last?.size !== 0 || section === undefined || BigInt(last.start) < section.address) return undefined;
    const next = this.#firstStart[index + 1] ?? Infinity;
    const end = section.address + BigInt(section.size);
    return { start: BigInt(last.start), end: next < Number(end) ? BigInt(next) : end };
  }

  #firstAtOrAfter(value: number): number {
    // Symbols that follow each other in the table mostly lie between the same two addresses.
    const cached = this.#cached;
    if ((this.#addresses[cached - 1] ?? -1) < value && value <= (this.#addresses[cached] ?? Infinity)) return cached;
    let low = 0;
    let high = this.#addresses.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#addresses[middle] ?? 0) < value) low = middle + 1;
      else high = middle;
    }
    this.#cached = low;
    return low;
  }
}

/** Of two symbols that hold an address: the innermost; of aliases the global one, whose name the user knows. */
function better(a: RawSymbol, b: RawSymbol): boolean {
  if (a.start !== b.start) return a.start > b.start;
  return a.binding === 1 && b.binding !== 1;
}

/** Names by their offset in the string table, each read once: a function may hold thousands of the addresses. */
class SymbolNames {
  readonly #known = new Map<number, string | undefined>();

  constructor(private readonly table: SymbolTable) {}

  at(offset: number | undefined): string | undefined {
    if (offset === undefined) return undefined;
    if (!this.#known.has(offset)) this.#known.set(offset, this.#read(offset));
    return this.#known.get(offset);
  }

  #read(offset: number): string | undefined {
    const { strings, image } = this.table;
    if (strings === undefined || offset >= strings.size) return undefined;
    // Mangled names of C++ templates reach tens of thousands of characters; a cut one still names its function.
    const bytes = image.read(strings.offset + offset, Math.min(NAME_LIMIT, strings.size - offset));
    const name = textAt(bytes, 0, bytes.length);
    return name === '' ? undefined : name;
  }
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
  for (const cursor = new SymbolCursor(table); cursor.next();) {
    const piece = offsets.get(cursor.name);
    if (piece === undefined || cursor.size === 0) continue;
    const range = { start: BigInt(cursor.start), end: BigInt(cursor.start + cursor.size), name: piece.name };
    const list = pieces.get(piece.of);
    if (list === undefined) pieces.set(piece.of, [range]);
    else list.push(range);
  }
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
  const size = image.sizeInFile(strings);
  for (let at = 0; at < size; at += NAME_WINDOW) {
    const bytes = image.read(strings.offset + at, Math.min(NAME_WINDOW + NAME_LIMIT, size - at));
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
