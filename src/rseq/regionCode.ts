import type { FunctionRange } from '../elf/functionRange.js';
import type { Address, AddressRange } from '../util/address.js';
import { formatAddress } from '../util/address.js';
import { messageOf } from '../util/errors.js';
import { CodeMap, goesOn } from './codeMap.js';
import type { ImageTables } from './imageTables.js';
import type { Architecture, Instruction } from './instruction.js';
import { architectureOf, flowOf } from './instruction.js';
import type { SourceLine, TableWarning } from './region.js';

/** Reads code at run-time addresses; the session and `inspect` implement it over gdb. Both may reject. */
export interface CodeReader {
  /** The instructions of `[start, end)`; `start` is an instruction boundary. */
  disassemble(range: AddressRange): Promise<readonly Instruction[]>;
  /** The source line of an address, if the debug information has one. */
  sourceOf(address: Address): Promise<SourceLine | undefined>;
}

/** The code around an image's regions; all addresses run-time. */
export interface RegionCode {
  /** Absent where no code could be read at all. */
  readonly map: CodeMap | undefined;
  readonly sources: ReadonlyMap<Address, SourceLine>;
  /** The function pieces around an address: its function with what was split off it, or a guess where none is known. */
  functionsAt(address: Address): readonly FunctionRange[];
  readonly warnings: readonly TableWarning[];
}

/** Longer functions are not disassembled whole: 1 MiB of code takes gdb seconds, and no real function comes near it. */
const MAX_FUNCTION = 2n ** 20n;
/** The most functions that are disassembled, and lines that are asked for, of one image; tcmalloc has about 300. gdb takes 1 ms for each. */
const MAX_ASKED = 5_000;
/** An abort handler without a symbol is this long at most, in bytes; they are one jump as a rule. */
const HANDLER_REACH = 64n;
/** Where no function is known, this many bytes before an address are read, if instructions have one size. */
const BLIND_REACH = 64n;
const FIXED_SIZE: readonly Architecture[] = ['aarch64', 'ppc', 'mips'];

/**
 * Reads all code that the regions of an image need: every function once, however many regions it holds, and all of them
 * asked for before the first answer is awaited, so that gdb is never idle.
 *
 * @param code undefined: nothing is read; functions come from the symbols alone
 */
export async function readRegionCode(
  tables: ImageTables,
  code: CodeReader | undefined,
  bias: bigint,
): Promise<RegionCode> {
  const architecture = architectureOf(tables.machine);
  const ranges = new BodyRanges(tables, bias, architecture);
  const warnings: TableWarning[] = [];
  const warn = (message: string): void => {
    warnings.push({ code: 'code-not-read', message: `${tables.file}: ${message}` });
  };
  if (code === undefined || architecture === undefined) {
    if (code !== undefined)
      warn('the instructions of this machine are not understood: preludes and branches are unknown');
    return { map: undefined, sources: new Map(), functionsAt: address => ranges.at(address), warnings };
  }
  const sources = new Map<Address, SourceLine>();
  const lines = lineAddresses(tables, bias)
    .slice(0, MAX_ASKED)
    .map(async address => {
      const source = await code.sourceOf(address).catch((error: unknown) => {
        warn(`the source line of ${formatAddress(address)} could not be asked for: ${messageOf(error)}`);
        return undefined;
      });
      if (source !== undefined) sources.set(address, source);
    });
  const all = ranges.all();
  if (all.length > MAX_ASKED) warn(`only ${MAX_ASKED} of the ${all.length} functions around its regions are read`);
  const bodies = all.slice(0, MAX_ASKED).map(async range => {
    const body = await code.disassemble(range).catch((error: unknown) => {
      warn(`the code at ${formatAddress(range.start)} could not be read: ${messageOf(error)}`);
      return [];
    });
    if (!ranges.isHandler(range)) return body;
    const handler = trimHandler(body, architecture);
    const last = handler.at(-1);
    if (last !== undefined) ranges.shorten(range, last.address + BigInt(last.size));
    return handler;
  });
  const map = new CodeMap(architecture, await Promise.all(bodies));
  await Promise.all(lines);
  return { map, sources, functionsAt: address => ranges.at(address), warnings };
}

/** Where a region's source line is asked for: at its start; for keys at each START point. */
function lineAddresses(tables: ImageTables, bias: bigint): Address[] {
  const starts = [...tables.sections.map(s => s.start), ...tables.keys.flatMap(k => k.starts)];
  return [...new Set(starts)].map(address => address + bias);
}

/** A handler without a symbol ends with the first instruction that does not go on; what follows belongs to others. */
function trimHandler(body: readonly Instruction[], architecture: Architecture): Instruction[] {
  const last = body.findIndex(instruction => !goesOn(flowOf(instruction.text, architecture)));
  // The delay slot of a MIPS jump belongs to it.
  const end = last === -1 ? body.length : last + (architecture === 'mips' ? 2 : 1);
  return body.slice(0, end);
}

/** Decides which stretches of code belong to which address; run-time. */
class BodyRanges {
  readonly #byAddress = new Map<Address, readonly FunctionRange[]>();
  readonly #bodies = new Map<string, FunctionRange>();
  readonly #handlers = new Set<string>();

  constructor(
    private readonly tables: ImageTables,
    private readonly bias: bigint,
    private readonly architecture: Architecture | undefined,
  ) {
    for (const section of tables.sections) {
      this.#remember(section.start, () => this.#around(section));
      this.#remember(section.abort, () => [this.#handler(section.abort)]);
    }
    for (const { starts, finishes, aborts } of tables.keys) {
      for (const address of [...starts, ...finishes, ...aborts])
        this.#remember(address, () => [this.#handler(address)]);
    }
  }

  at(address: Address): readonly FunctionRange[] {
    return this.#byAddress.get(address) ?? [];
  }

  all(): FunctionRange[] {
    return [...this.#bodies.values()];
  }

  isHandler(range: AddressRange): boolean {
    return this.#handlers.has(spell(range));
  }

  /** A handler whose length was a guess turned out to end earlier. */
  shorten(range: AddressRange, end: Address): void {
    this.#byAddress.set(range.start, [{ start: range.start, end }]);
  }

  #remember(linkAddress: bigint, guess: () => readonly AddressRange[]): void {
    const known = this.tables.functions.at(linkAddress);
    const usable = known !== undefined && known.end - known.start <= MAX_FUNCTION && known.end > linkAddress;
    const pieces = usable && known.name !== undefined ? this.tables.functions.piecesOf(known.name) : [];
    const ranges: readonly FunctionRange[] = usable
      ? [known, ...pieces.filter(p => p.end - p.start <= MAX_FUNCTION)]
      : guess();
    const moved = ranges.map(range => ({ ...range, start: range.start + this.bias, end: range.end + this.bias }));
    this.#byAddress.set(linkAddress + this.bias, moved);
    for (const range of moved) this.#bodies.set(spell(range), range);
  }

  /** Where no function is known: the region, and what stands before it where that can be told without its function. */
  #around(section: AddressRange): AddressRange[] {
    const fixed = this.architecture !== undefined && FIXED_SIZE.includes(this.architecture);
    const end = section.end - section.start > MAX_FUNCTION ? section.start + MAX_FUNCTION : section.end;
    return [this.#clip({ start: fixed ? section.start - BLIND_REACH : section.start, end })];
  }

  #handler(address: bigint): AddressRange {
    const range = this.#clip({ start: address, end: address + HANDLER_REACH });
    this.#handlers.add(spell({ start: range.start + this.bias, end: range.end + this.bias }));
    return range;
  }

  #clip(range: AddressRange): AddressRange {
    const bounds = this.tables.codeBounds(range.start);
    return bounds !== undefined && bounds.end < range.end ? { start: range.start, end: bounds.end } : range;
  }
}

function spell(range: AddressRange): string {
  return `${range.start}-${range.end}`;
}
