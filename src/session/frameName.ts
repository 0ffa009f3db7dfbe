import { basename } from 'node:path';
import type { DebugProtocol as D } from '@vscode/debugprotocol';
import { optionalBoolean } from '../dap/arguments.js';
import { textAt } from '../mi/fields.js';
import type { Frame } from '../mi/frame.js';
import type { MiTuple } from '../mi/record.js';
import { formatAddress } from '../util/address.js';

/** An argument of a frame; gdb prints no value for structures and arrays. */
export interface FrameArgument {
  readonly name: string;
  readonly type: string | undefined;
  readonly value: string | undefined;
}

/** What a client wants to see in the names of frames: DAP's `StackFrameFormat`, checked. */
export interface FrameFormat {
  readonly types: boolean;
  readonly names: boolean;
  readonly values: boolean;
  readonly line: boolean;
  readonly module: boolean;
  readonly hex: boolean;
}

const PLAIN: FrameFormat = { types: false, names: false, values: false, line: false, module: false, hex: false };

/** @throws RequestError `badArguments` */
export function parseFrameFormat(format: D.StackFrameFormat | undefined): FrameFormat {
  if (typeof format !== 'object') return PLAIN;
  const wants = (name: keyof D.StackFrameFormat): boolean => optionalBoolean(format, name) === true;
  const shown = { types: wants('parameterTypes'), names: wants('parameterNames'), values: wants('parameterValues') };
  // Parameters alone, without a word of how: their names, as the source has them.
  const names = shown.names || (wants('parameters') && !shown.types && !shown.values);
  return { ...shown, names, line: wants('line'), module: wants('module'), hex: wants('hex') };
}

/** Whether gdb must be asked for arguments. */
export function wantsArguments({ types, names, values }: FrameFormat): boolean {
  return types || names || values;
}

/** Reads one argument of `-stack-list-arguments --simple-values`. */
export function parseArgument(tuple: MiTuple): FrameArgument {
  return { name: textAt(tuple, 'name') ?? '', type: textAt(tuple, 'type'), value: textAt(tuple, 'value') };
}

/**
 * `main`; without a symbol the address; for code without lines the library it lies in. The format adds the module in
 * front, the arguments, and the line.
 *
 * @param args undefined where gdb could not tell them
 */
export function frameName(
  frame: Frame,
  format: FrameFormat,
  args: readonly FrameArgument[] | undefined,
  module: string | undefined,
): string {
  const own = frame.func ?? (frame.address === undefined ? '??' : formatAddress(frame.address));
  const list = args === undefined || frame.func === undefined ? '' : argumentList(args, format);
  const line = format.line && frame.line !== undefined ? `:${frame.line}` : '';
  if (format.module && module !== undefined) return `${basename(module)}!${own}${list}${line}`;
  const from = frame.line === undefined && frame.from !== undefined ? ` in ${basename(frame.from)}` : '';
  return `${own}${list}${line}${from}`;
}

function argumentList(args: readonly FrameArgument[], format: FrameFormat): string {
  return `(${args.map(argument => spell(argument, format)).join(', ')})`;
}

/** `int count = 5`, or what of it is wanted. */
function spell({ name, type, value }: FrameArgument, { types, names, values, hex }: FrameFormat): string {
  const left = [...(types && type !== undefined ? [type] : []), ...(names ? [name] : [])].join(' ');
  if (!values) return left;
  const text = value === undefined ? '...' : hex ? hexadecimal(value) : value;
  return left === '' ? text : `${left} = ${text}`;
}

/** A negative number stays as it is: how many bytes it has is not known here. */
function hexadecimal(value: string): string {
  return /^\d+$/.test(value) ? `0x${BigInt(value).toString(16)}` : value;
}
