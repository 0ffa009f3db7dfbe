import type { AddressRange } from '../util/address.js';
import { findFrames } from './ehFrame.js';
import { findPieces } from './functionPieces.js';
import type { FunctionRange } from './functionRange.js';
import { FunctionSearch } from './functionSearch.js';
import type { ElfImage } from './image.js';
import { SymbolCursor, SymbolNames, fullestSymbolTable, type SymbolTable } from './symbolTable.js';

/** What the symbol tables and unwind information say about some addresses. */
export interface FunctionTable {
  /** The innermost function that holds a link-time address that was asked for. */
  at(linkAddress: bigint): FunctionRange | undefined;
  /** The pieces that the compiler split off a function of that name: `NAME.cold`, `NAME.part.0` and the like. */
  piecesOf(name: string): readonly FunctionRange[];
}

/**
 * Finds the functions that hold the given link-time addresses: by symbols, and where these know nothing (a stripped file)
 * by unwind information, which has bounds without names. Each source is passed over once, in pieces, and one candidate is
 * kept per address: half a million symbols cost a pass and no memory.
 *
 * @param images the image and its separate debug file, if any
 * @param pieces whether to look for split-off pieces too (one pass over the names more)
 */
export function findFunctions(
  images: readonly ElfImage[],
  addresses: Iterable<bigint>,
  pieces: boolean,
): FunctionTable {
  const wanted = [...new Set(addresses)].sort((a, b) => (a < b ? -1 : 1));
  const table = wanted.length === 0 ? undefined : fullestSymbolTable(images);
  const found = table === undefined ? new Map<bigint, FunctionRange>() : findSymbols(table, wanted);
  for (const image of images) {
    const missing = wanted.filter(address => !found.has(address));
    if (missing.length > 0) for (const [address, frame] of findFrames(image, missing)) found.set(address, frame);
  }
  const split = table !== undefined && pieces ? findPieces(table, namesOf(found.values())) : undefined;
  return {
    at: address => found.get(address),
    piecesOf: name => split?.get(name) ?? [],
  };
}

/** @param wanted ascending */
function findSymbols(table: SymbolTable, wanted: readonly bigint[]): Map<bigint, FunctionRange> {
  const search = new FunctionSearch(wanted);
  for (const cursor = new SymbolCursor(table); cursor.next();) search.offer(cursor);
  const names = new SymbolNames(table);
  const found = new Map<bigint, FunctionRange>();
  for (const { address, start, end, name: offset } of search.results(address => codeBounds(table.image, address))) {
    const name = names.at(offset);
    found.set(address, name === undefined ? { start, end } : { start, end, name });
  }
  return found;
}

function codeBounds(image: ElfImage, address: bigint): AddressRange | undefined {
  const section = image.codeSectionAt(address);
  return section && { start: section.address, end: section.address + BigInt(section.size) };
}

function namesOf(functions: Iterable<FunctionRange>): Set<string> {
  const names = new Set<string>();
  for (const { name } of functions) if (name !== undefined) names.add(name);
  return names;
}
