import { formatAddress, type Address } from '../util/address.js';
import { contextOptions, miCommand, type FrameContext, type MiCommand } from './commands.js';

/** A half-open range of indexes, from 0. */
export interface IndexRange {
  readonly start: number;
  readonly end: number;
}

/** How gdb spells the value of a variable object. */
export type ValueFormat = 'binary' | 'decimal' | 'hexadecimal' | 'octal' | 'natural' | 'zero-hexadecimal';

/** How gdb spells registers: hexadecimal, octal, binary, decimal, raw, natural. */
export type RegisterFormat = 'x' | 'o' | 't' | 'd' | 'r' | 'N';

/** What to disassemble: a half-open range, or the whole function around an address. */
export type DisassemblyRange =
  | { readonly kind: 'range'; readonly start: Address; readonly end: Address }
  | { readonly kind: 'function'; readonly around: Address };

/** The frames of a thread, all or the range: result `stack`. */
export function stackListFrames(thread: number, range?: IndexRange): MiCommand {
  return miCommand('stack-list-frames', [...contextOptions({ thread }), ...inclusive(range)]);
}

/** How many frames a thread has, counted up to `limit`: result `depth`. */
export function stackInfoDepth(thread: number, limit: number): MiCommand {
  return miCommand('stack-info-depth', [...contextOptions({ thread }), String(limit)]);
}

/** The arguments of a thread's frames, with the values of those that are simple: result `stack-args`. */
export function stackListArguments(thread: number, range?: IndexRange): MiCommand {
  return miCommand('stack-list-arguments', [...contextOptions({ thread }), '--simple-values', ...inclusive(range)]);
}

/**
 * Arguments (`arg="1"`) and locals of a frame: result `variables`.
 *
 * @param values `simple`: types, and the values of what is no structure or array; `all`: values without types
 */
export function stackListVariables(context: FrameContext, values: 'simple' | 'all' = 'simple'): MiCommand {
  const option = values === 'simple' ? '--simple-values' : '--all-values';
  return miCommand('stack-list-variables', [...contextOptions(context), option]);
}

/**
 * Makes a variable object: results `name`, `numchild`, `value`, `type`, `has_more`.
 *
 * @param name `-` for a name of gdb's choice
 * @param kind `fixed` to the frame of the context, or `floating`: evaluated in whatever frame is selected at an update
 */
export function varCreate(
  name: string,
  expression: string,
  kind: 'fixed' | 'floating',
  context?: FrameContext,
): MiCommand {
  return miCommand('var-create', [...contextOptions(context), name, kind === 'fixed' ? '*' : '@'], expression);
}

/** The children of a variable object, with the values of those that are simple: results `children`, `has_more`. */
export function varListChildren(name: string, range?: IndexRange): MiCommand {
  // Unlike the stack's commands this one takes a half-open range.
  const bounds = range === undefined ? [] : [String(range.start), String(range.end)];
  return miCommand('var-list-children', ['--simple-values'], name, ...bounds);
}

/** Assigns to a variable object: result `value`. */
export function varAssign(name: string, expression: string): MiCommand {
  return miCommand('var-assign', [], name, expression);
}

/** Deletes a variable object and its children. */
export function varDelete(name: string): MiCommand {
  return miCommand('var-delete', [], name);
}

/** What has changed in a variable object and its children, or in all of them (`*`): result `changelist`. */
export function varUpdate(name: string): MiCommand {
  return miCommand('var-update', ['--simple-values'], name);
}

/** Sets how the value is spelled: results `format`, `value`. */
export function varSetFormat(name: string, format: ValueFormat): MiCommand {
  return miCommand('var-set-format', [], name, format);
}

/** The value of a variable object in a format, its own if none is given: result `value`. */
export function varEvaluateExpression(name: string, format?: ValueFormat): MiCommand {
  return miCommand('var-evaluate-expression', format === undefined ? [] : ['-f', format], name);
}

/** The expression that a variable object stands for: result `path_expr`. */
export function varInfoPathExpression(name: string): MiCommand {
  return miCommand('var-info-path-expression', [], name);
}

/** Evaluates an expression in a frame, side effects and calls included: result `value`. */
export function dataEvaluateExpression(expression: string, context?: FrameContext): MiCommand {
  return miCommand('data-evaluate-expression', contextOptions(context), expression);
}

/** Reads memory: result `memory`, a list of the readable pieces with `begin`, `offset`, `end`, `contents` (hexadecimal). */
export function dataReadMemoryBytes(address: Address, count: number): MiCommand {
  return miCommand('data-read-memory-bytes', [formatAddress(address), String(count)]);
}

/** Writes memory. */
export function dataWriteMemoryBytes(address: Address, bytes: Uint8Array): MiCommand {
  return miCommand('data-write-memory-bytes', [formatAddress(address), Buffer.from(bytes).toString('hex')]);
}

/**
 * Disassembles: result `asm_insns`, instructions with `address`, `func-name`, `offset`, `inst`, and `opcodes` if asked
 * for; with `lines`, tuples with `line`, `file`, `fullname` and the instructions in `line_asm_insn`, still in the order
 * of their addresses. A range must begin at an instruction's first byte.
 */
export function dataDisassemble(
  range: DisassemblyRange,
  options: { readonly opcodes?: boolean; readonly lines?: boolean } = {},
): MiCommand {
  const where =
    range.kind === 'range'
      ? ['-s', formatAddress(range.start), '-e', formatAddress(range.end)]
      : ['-a', formatAddress(range.around)];
  // Modes 2 and 5 are 0 and 4 with opcodes; unlike the newer `--opcodes` every gdb knows them.
  const mode = (options.lines === true ? 4 : 0) + (options.opcodes === true ? (options.lines === true ? 1 : 2) : 0);
  return miCommand('data-disassemble', [...where, '--', String(mode)]);
}

/**
 * The source line of the instruction at an address: result `asm_insns`, one row with `line`, `file`, `fullname`; rows
 * without them where no line is known.
 */
export function sourceAt(address: Address): MiCommand {
  return miCommand('data-disassemble', ['-s', formatAddress(address), '-e', formatAddress(address + 1n), '--', '5']);
}

/** The names of all registers, by number; some are empty: result `register-names`. */
export function dataListRegisterNames(): MiCommand {
  return miCommand('data-list-register-names', []);
}

/** The values of registers, by number, all if none is named: result `register-values`. */
export function dataListRegisterValues(
  context: FrameContext,
  format: RegisterFormat,
  numbers: readonly number[] = [],
): MiCommand {
  const options = [...contextOptions(context), '--skip-unavailable', format];
  return miCommand('data-list-register-values', [...options, ...numbers.map(String)]);
}

/** The lines that have code in a source file: result `lines`, tuples with `pc` and `line`. */
export function symbolListLines(file: string): MiCommand {
  return miCommand('symbol-list-lines', [], file);
}

/** gdb's frame ranges name their last frame. */
function inclusive(range: IndexRange | undefined): string[] {
  return range === undefined ? [] : [String(range.start), String(range.end - 1)];
}
