import { TargetBytes, textAt } from './bytes.js';
import { EM, SHT } from './constants.js';
import type { CodeSymbol } from './functionSearch.js';
import type { ElfImage, Section } from './image.js';

/** A symbol table and the strings that its names are offsets into. */
export interface SymbolTable {
  readonly image: ElfImage;
  readonly section: Section;
  readonly strings: Section | undefined;
}

/** `st_info` (gABI "Symbol Table"): type in the low 4 bits, binding in the high ones. */
const STT_NOTYPE = 0;
const STT_FUNC = 2;
const STT_GNU_IFUNC = 10;
const STB_LOCAL = 0;
const STB_GLOBAL = 1;

/** Where a symbol's fields stand, by class: the two classes order them differently. */
const LAYOUT = {
  32: { size: 16, value: 4, length: 8, info: 12, section: 14 },
  64: { size: 24, value: 8, length: 16, info: 4, section: 6 },
} as const;

/** The longest name that is read; mangled names of C++ templates reach tens of thousands of characters, and a cut one still names its function. */
export const NAME_LIMIT = 2 ** 13;

const CHUNK_ENTRIES = 8192;

/** `.symtab` where one of the files has one (it holds everything that `.dynsym` does), else `.dynsym`. */
export function fullestSymbolTable(images: readonly ElfImage[]): SymbolTable | undefined {
  for (const type of [SHT.symtab, SHT.dynsym]) {
    for (const image of images) {
      // A separate debug file keeps the header of .dynsym as NOBITS, which is another type.
      const section = image.sections.find(s => s.type === type && image.sizeInFile(s) > 0);
      if (section !== undefined) return { image, section, strings: image.sections[section.link] };
    }
  }
  return undefined;
}

/**
 * Passes over the function symbols of a table, and over global labels without a type (hand-written assembly). The
 * cursor is itself the symbol that it stands on: an object for each of half a million would cost more than the pass.
 */
export class SymbolCursor implements CodeSymbol {
  name = 0;
  start = 0;
  size = 0;
  isGlobal = false;
  readonly #table: SymbolTable;
  readonly #layout: (typeof LAYOUT)[32 | 64];
  /** Whether the low bit of a function's value is a mark: Thumb on ARM, MIPS16 and microMIPS on MIPS. */
  readonly #isMarked: boolean;
  readonly #memory: Uint8Array;
  #chunk: TargetBytes;
  /** Offset of the next entry in the chunk, and of the next chunk in the section. */
  #at = 0;
  #next = 0;

  constructor(table: SymbolTable) {
    const { encoding, machine } = table.image;
    this.#table = table;
    this.#layout = LAYOUT[encoding.bits];
    this.#isMarked = machine === EM.arm || machine === EM.mips;
    this.#memory = new Uint8Array(Math.min(this.#layout.size * CHUNK_ENTRIES, table.image.sizeInFile(table.section)));
    this.#chunk = new TargetBytes(this.#memory.subarray(0, 0), encoding);
  }

  /** Moves on to the next symbol; false at the end. */
  next(): boolean {
    const { size } = this.#layout;
    for (;;) {
      if (this.#at + size > this.#chunk.length && !this.#readChunk()) return false;
      const at = this.#at;
      this.#at += size;
      if (this.#take(at)) return true;
    }
  }

  #readChunk(): boolean {
    const { image, section } = this.#table;
    const { size } = this.#layout;
    const length = Math.min(this.#memory.length, image.sizeInFile(section) - this.#next);
    if (length < size) return false;
    const bytes = image.readInto(section.offset + this.#next, this.#memory.subarray(0, length));
    this.#chunk = new TargetBytes(bytes, image.encoding);
    this.#next += length;
    this.#at = 0;
    return this.#chunk.length >= size;
  }

  /** Whether the entry at an offset of the chunk is code; if so, it is the current symbol. */
  #take(at: number): boolean {
    const chunk = this.#chunk;
    const layout = this.#layout;
    const info = chunk.u8(at + layout.info);
    const type = info & 0xf;
    const binding = info >> 4;
    const isCode = type === STT_FUNC || type === STT_GNU_IFUNC || (type === STT_NOTYPE && binding !== STB_LOCAL);
    if (!isCode || chunk.u16(at + layout.section) === 0) return false; // section 0: defined elsewhere
    const value = chunk.wordNumber(at + layout.value);
    this.name = chunk.u32(at);
    this.start = this.#isMarked && value % 2 === 1 ? value - 1 : value;
    this.size = chunk.wordNumber(at + layout.length);
    this.isGlobal = binding === STB_GLOBAL;
    return true;
  }
}

/** Names by their offset in the string table, each read once: a function may hold thousands of the addresses. */
export class SymbolNames {
  readonly #known = new Map<number, string | undefined>();

  constructor(private readonly table: SymbolTable) {}

  /** The name at an offset; undefined where there is none. */
  at(offset: number): string | undefined {
    if (!this.#known.has(offset)) this.#known.set(offset, this.#read(offset));
    return this.#known.get(offset);
  }

  #read(offset: number): string | undefined {
    const { strings, image } = this.table;
    if (strings === undefined || offset >= strings.size) return undefined;
    const bytes = image.read(strings.offset + offset, Math.min(NAME_LIMIT, strings.size - offset));
    const name = textAt(bytes, 0, bytes.length);
    return name === '' ? undefined : name;
  }
}
