import type { AddressRange } from '../util/address.js';
import { TargetBytes } from './bytes.js';
import { EM, SHF, SHT } from './constants.js';
import type { ElfImage, Section } from './image.js';

/**
 * The value that an address-sized word of the image has after dynamic linking with load bias 0: its link-time value.
 *
 * A word of a position-independent file can be written in three ways. In place, which needs nothing more: GNU ld on
 * x86-64 for RELA, every linker for REL and for RELR (`DT_RELR` packs addresses only; the addends stand in the words).
 * In the addend of a RELA entry, with zeros in place: lld, and GNU ld for aarch64, riscv and others. Or as symbol plus addend, for
 * symbols that another object may replace. So: the addend where a RELA entry covers the word, the word itself
 * otherwise, and the symbol's value added where there is one.
 */
export interface LinkWords {
  /**
   * @param linkAddress where the word stands
   * @param inPlace     what the file holds there
   */
  value(linkAddress: bigint, inPlace: bigint): bigint;
}

/** Dynamic relocation types that store an address, by machine (psABI documents; glibc `elf/elf.h` spells the same numbers). */
interface AddressTypes {
  readonly relative: readonly number[];
  readonly symbol: readonly number[];
}

const ADDRESS_TYPES: Readonly<Record<number, AddressTypes>> = {
  [EM.i386]: { relative: [8], symbol: [1] },
  [EM.x86_64]: { relative: [8, 38], symbol: [1, 10] },
  [EM.arm]: { relative: [23], symbol: [2] },
  [EM.aarch64]: { relative: [1027, 183], symbol: [257, 1] },
  [EM.riscv]: { relative: [3], symbol: [1, 2] },
  [EM.loongarch]: { relative: [3], symbol: [1, 2] },
  [EM.ppc]: { relative: [22], symbol: [1] },
  [EM.ppc64]: { relative: [22], symbol: [38] },
  [EM.s390]: { relative: [12], symbol: [4, 22] },
  // R_MIPS_REL32 is both: relative where its symbol is 0, symbol plus addend otherwise (glibc, dl-machine.h of mips).
  [EM.mips]: { relative: [], symbol: [3, 2, 18] },
};

interface Entry {
  readonly symbol: bigint;
  /** undefined: REL, the addend stands in place. */
  readonly addend: bigint | undefined;
}

const CHUNK_ENTRIES = 4096;

/**
 * Collects the dynamic relocations whose words lie in `ranges` (link-time). It passes once over the image's allocated
 * REL and RELA sections in chunks, whatever their size, and keeps only what falls into the ranges.
 */
export function readLinkWords(image: ElfImage, ranges: readonly AddressRange[]): LinkWords {
  const sorted = disjoint(ranges);
  const found = new Map<bigint, Entry>();
  if (sorted.length > 0) {
    for (const section of image.sections) {
      const rela = section.type === SHT.rela;
      // Sections that are not loaded (`ld --emit-relocs`) record what the linker has already applied.
      if ((rela || section.type === SHT.rel) && (section.flags & SHF.alloc) !== 0) {
        collect(image, section, rela, sorted, found);
      }
    }
  }
  const mask = image.encoding.bits === 64 ? (1n << 64n) - 1n : (1n << 32n) - 1n;
  return {
    value(linkAddress, inPlace) {
      const entry = found.get(linkAddress);
      return entry === undefined ? inPlace : (entry.symbol + (entry.addend ?? inPlace)) & mask;
    },
  };
}

/** The same addresses as sorted ranges that do not touch, as doubles: compared with every relocation of the file. */
function disjoint(ranges: readonly AddressRange[]): (readonly [number, number])[] {
  const result: [number, number][] = [];
  for (const range of [...ranges].sort((a, b) => (a.start < b.start ? -1 : 1))) {
    const last = result.at(-1);
    const [start, end] = [Number(range.start), Number(range.end)];
    if (last !== undefined && start <= last[1]) last[1] = Math.max(last[1], end);
    else result.push([start, end]);
  }
  return result;
}

function collect(
  image: ElfImage,
  section: Section,
  rela: boolean,
  ranges: readonly (readonly [number, number])[],
  found: Map<bigint, Entry>,
): void {
  const types = ADDRESS_TYPES[image.machine];
  const word = image.encoding.bits / 8;
  const entrySize = word * (rela ? 3 : 2);
  const symbols = new SymbolValues(image, section);
  const end = image.sizeInFile(section);
  for (let at = 0; at + entrySize <= end; at += entrySize * CHUNK_ENTRIES) {
    const bytes = image.read(section.offset + at, Math.min(entrySize * CHUNK_ENTRIES, end - at));
    const chunk = new TargetBytes(bytes, image.encoding);
    for (let entry = 0; entry + entrySize <= chunk.length; entry += entrySize) {
      if (!inRanges(ranges, chunk.wordNumber(entry))) continue;
      const { symbol, type } = relocationInfo(chunk, entry + word, image.machine);
      const relative = types?.relative.includes(type) ?? false;
      if (!relative && !(types?.symbol.includes(type) ?? false)) continue;
      found.set(chunk.word(entry), {
        symbol: relative || symbol === 0 ? 0n : symbols.value(symbol),
        addend: rela ? chunk.word(entry + 2 * word) : undefined,
      });
    }
  }
}

/** Whether an address lies in one of the sorted, half-open ranges; called for every relocation of the file. */
function inRanges(ranges: readonly (readonly [number, number])[], address: number): boolean {
  let low = 0;
  let high = ranges.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const range = ranges[middle];
    if (range !== undefined && range[0] <= address) low = middle + 1;
    else high = middle;
  }
  const range = ranges[low - 1];
  return range !== undefined && address < range[1];
}

function relocationInfo(bytes: TargetBytes, at: number, machine: number): { symbol: number; type: number } {
  if (bytes.encoding.bits === 32) {
    const info = bytes.u32(at);
    return { symbol: info >>> 8, type: info & 0xff };
  }
  // 64-bit MIPS splits the word into u32 symbol and four bytes: special symbol, third, second and first type.
  if (machine === EM.mips) return { symbol: bytes.u32(at), type: bytes.u8(at + 7) };
  const info = bytes.u64(at);
  return { symbol: Number(info >> 32n), type: Number(info & 0xffffffffn) };
}

/** Values of dynamic symbols, read one by one: relocations against symbols are few in the tables that matter here. */
class SymbolValues {
  readonly #image: ElfImage;
  readonly #table: Section | undefined;

  constructor(image: ElfImage, relocations: Section) {
    this.#image = image;
    this.#table = image.sections[relocations.link];
  }

  /** `st_value`, or 0 for a symbol that the file does not define or does not hold. */
  value(index: number): bigint {
    const bits = this.#image.encoding.bits;
    const size = bits === 64 ? 24 : 16;
    if (this.#table === undefined || (index + 1) * size > this.#table.size) return 0n;
    const bytes = this.#image.read(this.#table.offset + index * size, size);
    return bytes.length < size ? 0n : new TargetBytes(bytes, this.#image.encoding).word(bits === 64 ? 8 : 4);
  }
}
