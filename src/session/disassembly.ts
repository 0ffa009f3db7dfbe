import type { DebugProtocol as D } from '@vscode/debugprotocol';
import { basename } from 'node:path';
import { optionalBoolean, optionalNumber, requireNumber, requireString } from '../dap/arguments.js';
import type { RouteTable } from '../dap/route.js';
import { dataDisassemble, dataReadMemoryBytes, type DisassemblyRange } from '../mi/commandsInspection.js';
import { addressAt, integerAt, textAt, tuplesAt } from '../mi/fields.js';
import type { MiTuple } from '../mi/record.js';
import { formatAddress, parseAddress, type Address } from '../util/address.js';
import { messageOf, RequestError } from '../util/errors.js';
import type { Gdb } from './ports.js';

/** No instruction of any architecture that gdb knows is longer than x86's, in bytes. */
const LONGEST_INSTRUCTION = 15;

/** How many instructions may be asked for at once, and how far from the reference. */
const MOST_INSTRUCTIONS = 50_000;

/** What disassembling needs of the other subjects of the session. */
export interface DisassemblyPorts {
  readonly gdb: Gdb;
  /** What an instruction, from `start` up to `end`, is to a restartable sequence, in words. */
  markOf(start: Address, end: Address): string | undefined;
}

/** An instruction as text. */
export interface AssemblyLine {
  readonly address: Address;
  readonly text: string;
  /** Function and offset: `main+4`. */
  readonly symbol: string | undefined;
}

interface Instruction extends AssemblyLine {
  /** Hexadecimal, with blanks between. */
  readonly bytes: string | undefined;
  readonly source: { readonly path: string; readonly line: number } | undefined;
}

/** An instruction, or what stands for one where nothing can be read. */
type Row = Instruction & { readonly isInvalid?: true };

/** Instructions around an address. */
export class Disassembly {
  readonly routes: RouteTable = {
    disassemble: { when: 'stopped', run: args => this.disassemble(args) },
  };

  constructor(private readonly ports: DisassemblyPorts) {}

  /**
   * The client scrolls: it wants exactly so many instructions, the first of them so many before or behind an address.
   * Behind is easy: instructions follow each other. Before, x86 code can only be read from a boundary that is known:
   * the beginning of the function, of which gdb knows; between functions, a place from which the reading meets the
   * address. What cannot be read is filled up with invalid entries, as the protocol asks.
   */
  private async disassemble(args: D.DisassembleArguments): Promise<NonNullable<D.DisassembleResponse['body']>> {
    const reference = requireString(args, 'memoryReference');
    const base = parseAddress(reference);
    if (base === undefined) throw badArguments(`'${reference}' is no address.`);
    const origin = base + BigInt(Math.trunc(optionalNumber(args, 'offset') ?? 0));
    const first = Math.trunc(optionalNumber(args, 'instructionOffset') ?? 0);
    const count = requireNumber(args, 'instructionCount');
    if (count < 0 || count + Math.abs(first) > MOST_INSTRUCTIONS) {
      throw badArguments(`At most ${MOST_INSTRUCTIONS} instructions can be asked for at once.`);
    }
    const symbols = optionalBoolean(args, 'resolveSymbols') === true;
    const rows = await this.rows(origin, first, count);
    return { instructions: withoutRepeatedSources(rows.map(row => describe(row, symbols))) };
  }

  /** Exactly so many instructions before and from an address on, as text; filled up where none can be read. */
  listing(address: Address, before: number, behind: number): Promise<readonly AssemblyLine[]> {
    return this.rows(address, -before, before + behind);
  }

  /** `count` instructions, the first of them the one `first` behind the origin. */
  private async rows(origin: Address, first: number, count: number): Promise<readonly Row[]> {
    const before = first < 0 ? await this.backward(origin, -first) : [];
    const behind = first + count > 0 ? await this.forward(origin, first + count) : [];
    // Index 0 is the instruction at the origin; `before` ends just in front of it.
    const at = (index: number): Instruction | undefined => (index < 0 ? before[before.length + index] : behind[index]);
    const lowest = before[0]?.address ?? origin;
    const highest = behind.at(-1)?.address ?? origin - 1n;
    return Array.from({ length: count }, (_, offset) => {
      const index = first + offset;
      return (
        at(index) ?? (index < 0 ? invalid(lowest, index + before.length) : invalid(highest, index - behind.length + 1))
      );
    });
  }

  /** Up to `count` instructions from a boundary on; fewer where memory ends. */
  private async forward(start: Address, count: number): Promise<readonly Instruction[]> {
    const instructions: Instruction[] = [];
    let next = start;
    while (instructions.length < count) {
      const wanted = Math.min(count - instructions.length, 1_000);
      // Most instructions are short: half the longest is enough for nearly all code, and the loop fetches the rest.
      const end = await this.readableEnd(next, wanted * 8);
      const piece = end === next ? [] : await this.range(next, end);
      const last = piece.at(-1);
      if (last === undefined) break;
      instructions.push(...piece);
      next = last.address + BigInt(lengthOf(last) ?? 1);
    }
    return instructions.slice(0, count);
  }

  /** The end of what can be read without a gap from an address on. */
  private async readableEnd(start: Address, length: number): Promise<Address> {
    try {
      const { results } = await this.ports.gdb.send(dataReadMemoryBytes(start, length));
      const first = tuplesAt(results, 'memory')[0];
      const begin = first === undefined ? undefined : addressAt(first, 'begin');
      return begin === start && first !== undefined ? (addressAt(first, 'end') ?? start) : start;
    } catch (error) {
      if (messageOf(error) === 'Unable to read memory.') return start;
      throw failed(start, error);
    }
  }

  /**
   * The instructions that begin in a readable range. gdb refuses a range altogether when its last instruction runs over
   * the end of readable memory: then the end is drawn back.
   */
  private async range(start: Address, end: Address): Promise<readonly Instruction[]> {
    for (let cut = 0; cut <= LONGEST_INSTRUCTION; cut++) {
      const shorter = end - BigInt(cut);
      if (shorter <= start) return [];
      try {
        return await this.read({ kind: 'range', start, end: shorter });
      } catch (error) {
        if (!messageOf(error).startsWith('Cannot access memory')) throw failed(start, error);
      }
    }
    return [];
  }

  /** Up to `count` instructions that end where `origin` begins, in ascending order. */
  private async backward(origin: Address, count: number): Promise<readonly Instruction[]> {
    let found: readonly Instruction[] = [];
    let boundary = origin;
    while (found.length < count) {
      const piece = (await this.functionBefore(boundary)) ?? (await this.sweepBefore(boundary, count - found.length));
      const first = piece[0];
      if (first === undefined) break;
      found = [...piece, ...found];
      boundary = first.address;
    }
    return found.slice(-count);
  }

  /** From the beginning of the function that ends at, or holds, a boundary; undefined where there is none, or it does not fit. */
  private async functionBefore(boundary: Address): Promise<readonly Instruction[] | undefined> {
    if (boundary === 0n) return undefined;
    let all: readonly Instruction[];
    try {
      all = await this.read({ kind: 'function', around: boundary - 1n });
    } catch {
      // No function there, or part of it cannot be read: there is another way.
      return undefined;
    }
    const before = all.filter(instruction => instruction.address < boundary);
    return endsAt(before, boundary) ? before : undefined;
  }

  /**
   * Where no function is known: reads from some bytes before, at each offset in turn, until the reading meets the
   * boundary. x86 code falls into step within a few instructions, so the first few of such a reading are left out.
   */
  private async sweepBefore(boundary: Address, count: number): Promise<readonly Instruction[]> {
    const wanted = BigInt(Math.min(count, 64) * 8 + 4 * LONGEST_INSTRUCTION);
    const lowest = boundary > wanted ? boundary - wanted : 0n;
    for (let start = lowest; start < boundary && start < lowest + BigInt(LONGEST_INSTRUCTION); start++) {
      const piece = await this.read({ kind: 'range', start, end: boundary }).catch(() => []);
      if (endsAt(piece, boundary)) return piece.slice(Math.min(4, piece.length - 1));
    }
    return [];
  }

  /** @throws MiError */
  private async read(range: DisassemblyRange): Promise<readonly Instruction[]> {
    const { results } = await this.ports.gdb.send(dataDisassemble(range, { opcodes: true, lines: true }));
    const instructions = tuplesAt(results, 'asm_insns').flatMap(item => {
      const lines = tuplesAt(item, 'line_asm_insn');
      return 'line' in item ? lines.map(tuple => parse(tuple, item)) : [parse(item, undefined)];
    });
    return instructions.filter(instruction => instruction !== undefined).map(each => this.marked(each));
  }

  private marked(instruction: Instruction): Instruction {
    const { address, text } = instruction;
    const mark = this.ports.markOf(address, address + BigInt(lengthOf(instruction) ?? 0));
    return mark === undefined ? instruction : { ...instruction, text: `${text}  ; rseq: ${mark}` };
  }
}

function parse(tuple: MiTuple, line: MiTuple | undefined): Instruction | undefined {
  const address = addressAt(tuple, 'address');
  if (address === undefined) return undefined;
  const name = textAt(tuple, 'func-name');
  const offset = integerAt(tuple, 'offset') ?? 0;
  const path = line === undefined ? undefined : (textAt(line, 'fullname') ?? textAt(line, 'file'));
  const number = line === undefined ? undefined : integerAt(line, 'line');
  return {
    address,
    text: (textAt(tuple, 'inst') ?? '').trim(),
    bytes: textAt(tuple, 'opcodes'),
    symbol: name === undefined ? undefined : offset === 0 ? name : `${name}+${offset}`,
    // gdb gives code without a line the line 0.
    source: path === undefined || number === undefined || number === 0 ? undefined : { path, line: number },
  };
}

function lengthOf(instruction: Instruction): number | undefined {
  return instruction.bytes?.split(' ').length;
}

function endsAt(instructions: readonly Instruction[], boundary: Address): boolean {
  const last = instructions.at(-1);
  return last !== undefined && last.address + BigInt(lengthOf(last) ?? 0) === boundary;
}

function describe(row: Row, symbols: boolean): D.DisassembledInstruction {
  const { address, text, bytes, symbol, source, isInvalid } = row;
  return {
    address: formatAddress(address),
    instruction: text,
    ...(isInvalid === true ? { presentationHint: 'invalid' } : {}),
    ...(bytes === undefined ? {} : { instructionBytes: bytes }),
    ...(symbols && symbol !== undefined ? { symbol } : {}),
    ...(source === undefined
      ? {}
      : { location: { name: basename(source.path), path: source.path }, line: source.line }),
  };
}

/** A row where nothing can be read, `distance` bytes from the nearest instruction: addresses stay in order. */
function invalid(nearest: Address, distance: number): Row {
  const address = nearest + BigInt(distance);
  return {
    address: address < 0n ? 0n : address,
    text: '(cannot be read)',
    bytes: undefined,
    symbol: undefined,
    source: undefined,
    isInvalid: true,
  };
}

/** The protocol's way: a location holds until another one comes. */
function withoutRepeatedSources(instructions: readonly D.DisassembledInstruction[]): D.DisassembledInstruction[] {
  let last: string | undefined;
  return instructions.map(instruction => {
    const { location, ...rest } = instruction;
    if (location === undefined) return instruction;
    if (location.path === last) return rest;
    last = location.path;
    return instruction;
  });
}

function badArguments(message: string): RequestError {
  return new RequestError('user', 'badArguments', message);
}

function failed(address: Address, error: unknown): RequestError {
  return new RequestError(
    'user',
    'gdbRefused',
    `Cannot disassemble at ${formatAddress(address)}: ${messageOf(error)}`,
    {
      cause: error,
    },
  );
}
