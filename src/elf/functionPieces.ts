import type { FunctionRange } from './functionRange.js';
import { NAME_LIMIT, SymbolCursor, type SymbolTable } from './symbolTable.js';

/** `.cold` (gcc), `.cold.N` (clang) and `.part.N` (gcc) mark pieces, also on top of `.isra.N` and `.constprop.N`. */
const MARKS = ['.cold', '.part.'] as const;

/** The most pieces of one function that are kept; compilers make three or four. */
const MAX_PIECES = 32;

const NAME_WINDOW = 2 ** 20;

/** The name of a piece, and of the function that it was split off. */
interface PieceName {
  readonly name: string;
  readonly of: string;
}

/**
 * Finds the pieces that the compiler split off the named functions. Names are read once, in the string table's own order,
 * looking for the marks; then one pass over the symbols picks those that bear such a name.
 *
 * @returns by the function's name
 */
export function findPieces(table: SymbolTable, names: ReadonlySet<string>): Map<string, FunctionRange[]> {
  const offsets = pieceNames(table, names);
  const pieces = new Map<string, FunctionRange[]>();
  if (offsets.size === 0) return pieces;
  for (const cursor = new SymbolCursor(table); cursor.next();) {
    const piece = offsets.get(cursor.name);
    if (piece === undefined || cursor.size === 0) continue;
    const range = { start: BigInt(cursor.start), end: BigInt(cursor.start + cursor.size), name: piece.name };
    const list = pieces.get(piece.of);
    if (list === undefined) pieces.set(piece.of, [range]);
    else if (list.length < MAX_PIECES) list.push(range);
  }
  return pieces;
}

/** String table offsets of the names of pieces. A linker may share the tail of a longer name, so tails are looked at too. */
function pieceNames(table: SymbolTable, names: ReadonlySet<string>): Map<number, PieceName> {
  const result = new Map<number, PieceName>();
  const { strings, image } = table;
  if (strings === undefined || names.size === 0) return result;
  const lengths = new Set([...names].map(name => name.length));
  const size = image.sizeInFile(strings);
  for (let at = 0; at < size; at += NAME_WINDOW) {
    const bytes = image.read(strings.offset + at, Math.min(NAME_WINDOW + NAME_LIMIT, size - at));
    for (const { begin, name } of markedNames(bytes)) {
      for (const { skipped, of } of stemsOf(name, names, lengths)) {
        result.set(at + begin + skipped, { name: name.slice(skipped), of });
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

/** Which of the functions a piece of this name was split off, and how much of the name is another symbol's head. */
function* stemsOf(
  name: string,
  names: ReadonlySet<string>,
  lengths: ReadonlySet<number>,
): Generator<{ skipped: number; of: string }> {
  for (const stem of possibleStems(name)) {
    for (const length of lengths) {
      const tail = stem.slice(-length);
      if (names.has(tail)) yield { skipped: stem.length - tail.length, of: tail };
    }
  }
}

/** `f.isra.0` and `f` for `f.isra.0.cold`. */
function possibleStems(name: string): Set<string> {
  const stems = new Set<string>();
  for (const mark of MARKS) {
    for (let at = name.indexOf(mark, 1); at !== -1; at = name.indexOf(mark, at + 1)) {
      const stem = name.slice(0, at);
      stems.add(stem).add(stem.replace(/(?:\.(?:isra|constprop)\.\d{1,9})+$/, ''));
    }
  }
  return stems;
}
