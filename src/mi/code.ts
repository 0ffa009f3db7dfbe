import type { Address, AddressRange } from '../util/address.js';
import { MiError, type MiResult } from './client.js';
import type { MiCommand } from './commands.js';
import { dataDisassemble, sourceAt } from './commandsInspection.js';
import { addressAt, defined, integerAt, textAt, tuplesAt } from './fields.js';

/** One machine instruction as gdb disassembles it; `size` in bytes. */
export interface DisassembledInstruction {
  readonly address: Address;
  readonly size: number;
  readonly text: string;
}

type Send = (command: MiCommand) => Promise<MiResult>;

/** Reads code and its lines through gdb: from the file while no process exists, from memory while one does. */
export class GdbCode {
  constructor(private readonly send: Send) {}

  /** The instructions of `range`, which must begin at an instruction. @throws MiError where memory cannot be read */
  async disassemble(range: AddressRange): Promise<DisassembledInstruction[]> {
    const { results } = await this.send(dataDisassemble({ kind: 'range', start: range.start, end: range.end }));
    const list = tuplesAt(results, 'asm_insns').flatMap(item => {
      const address = addressAt(item, 'address');
      return address === undefined ? [] : [{ address, text: textAt(item, 'inst') ?? '' }];
    });
    return list.map((item, index) => ({
      ...item,
      size: Number((list[index + 1]?.address ?? range.end) - item.address),
    }));
  }

  /** The function around `address` as gdb's symbols tell it, up to the first byte of its last instruction; undefined where none does. */
  async functionAround(address: Address): Promise<(AddressRange & { name?: string }) | undefined> {
    try {
      const { results } = await this.send(dataDisassemble({ kind: 'function', around: address }));
      const rows = tuplesAt(results, 'asm_insns');
      const [first, last] = [rows[0], rows.at(-1)];
      const start = first === undefined ? undefined : addressAt(first, 'address');
      const end = last === undefined ? undefined : addressAt(last, 'address');
      if (first === undefined || start === undefined || end === undefined) return undefined;
      return { start, end: end + 1n, ...defined({ name: textAt(first, 'func-name') }) };
    } catch (error) {
      if (error instanceof MiError && error.code !== 'ended') return undefined;
      throw error;
    }
  }

  /** The source line of the instruction at `address`; undefined where there is none. */
  async sourceOf(address: Address): Promise<{ file: string; line: number } | undefined> {
    const { results } = await this.send(sourceAt(address));
    const row = tuplesAt(results, 'asm_insns')[0];
    if (row === undefined) return undefined;
    const line = integerAt(row, 'line');
    const file = textAt(row, 'fullname') ?? textAt(row, 'file');
    return file === undefined || line === undefined || line === 0 ? undefined : { file, line };
  }

  /** The source lines that have code in `range`, which must begin at an instruction. @throws MiError where memory cannot be read */
  async linesOf(range: AddressRange): Promise<{ file: string; line: number }[]> {
    const where = { kind: 'range', start: range.start, end: range.end } as const;
    const { results } = await this.send(dataDisassemble(where, { lines: true }));
    return tuplesAt(results, 'asm_insns').flatMap(row => {
      const line = integerAt(row, 'line');
      const file = textAt(row, 'fullname') ?? textAt(row, 'file');
      return file === undefined || line === undefined || line === 0 ? [] : [{ file, line }];
    });
  }
}
