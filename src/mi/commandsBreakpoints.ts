import { formatAddress, type Address } from '../util/address.js';
import { contextOptions, miCommand, quoteArgument, type FrameContext, type MiCommand } from './commands.js';

/** Where a breakpoint goes. `raw` is a location of gdb's own syntax, as a user types it after `break`. */
export type BreakpointLocation =
  | { readonly kind: 'source'; readonly file: string; readonly line: number }
  | { readonly kind: 'function'; readonly name: string }
  | { readonly kind: 'address'; readonly address: Address }
  | { readonly kind: 'raw'; readonly text: string };

/** What is common to breakpoints and dprintfs. */
export interface BreakpointOptions {
  readonly location: BreakpointLocation;
  /** Deleted when it is hit. */
  readonly temporary?: boolean;
  /** Wait for a library that has the location, where nothing loaded has it. */
  readonly pending?: boolean;
  readonly disabled?: boolean;
  /** An expression in the language of the location. */
  readonly condition?: string;
  /** How many hits pass without a stop. */
  readonly ignoreCount?: number;
  /** gdb's number of the only thread that it stops. */
  readonly thread?: number;
}

/** What to set with {@link breakInsert}. */
export interface InsertOptions extends BreakpointOptions {
  /** In a debug register instead of the code. */
  readonly hardware?: boolean;
}

/** Which accesses a watchpoint stops at. */
export type WatchAccess = 'write' | 'read' | 'access';

/** Which events of C++ exceptions a catchpoint stops at. */
export type ExceptionEvent = 'throw' | 'rethrow' | 'catch';

/** Sets a breakpoint: the answer's result `bkpt`. */
export function breakInsert(options: InsertOptions): MiCommand {
  const hardware = options.hardware === true ? ['-h'] : [];
  const { location } = options;
  const words = [...hardware, ...commonOptions(options)];
  switch (location.kind) {
    case 'raw':
      return miCommand('break-insert', [...words, '--'], location.text);
    case 'address':
      return miCommand('break-insert', words, addressLocation(location.address));
    case 'source':
    case 'function':
      return miCommand('break-insert', [...words, ...explicitLocation(location)]);
  }
}

/**
 * Sets a breakpoint that prints to gdb's console and goes on: the answer's result `bkpt`.
 *
 * @param format as for `printf` of gdb's command line, a backslash and `n` for a newline; without its outer quotes
 * @param args   expressions
 */
export function dprintfInsert(options: BreakpointOptions, format: string, args: readonly string[]): MiCommand {
  const { location } = options;
  const words = commonOptions(options);
  switch (location.kind) {
    case 'raw':
      return miCommand('dprintf-insert', [...words, '--'], location.text, format, ...args);
    case 'address':
      return miCommand('dprintf-insert', words, addressLocation(location.address), format, ...args);
    case 'source':
    case 'function':
      return miCommand('dprintf-insert', [...words, ...explicitLocation(location)], format, ...args);
  }
}

function commonOptions(options: BreakpointOptions): string[] {
  const words: string[] = [];
  if (options.temporary === true) {
    words.push('-t');
  }
  if (options.pending === true) {
    words.push('-f');
  }
  if (options.disabled === true) {
    words.push('-d');
  }
  if (options.condition !== undefined) {
    words.push('-c', quoteArgument(options.condition));
  }
  if (options.ignoreCount !== undefined) {
    words.push('-i', String(options.ignoreCount));
  }
  if (options.thread !== undefined) {
    words.push('-p', String(options.thread));
  }
  return words;
}

/** Explicit locations, so that blanks, colons and quotes in a name mean nothing ("Explicit Locations" in gdb's manual). */
function explicitLocation(location: Extract<BreakpointLocation, { kind: 'source' | 'function' }>): string[] {
  return location.kind === 'source'
    ? ['--source', quoteArgument(location.file), '--line', String(location.line)]
    : ['--function', quoteArgument(location.name)];
}

function addressLocation(address: Address): string {
  return `*${formatAddress(address)}`;
}

/** Deletes breakpoints by gdb's numbers. With none it would delete all of them, the user's too, so one must be given. */
export function breakDelete(numbers: readonly [string, ...string[]]): MiCommand {
  return miCommand('break-delete', [], ...numbers);
}

/** Enables breakpoints, or locations of them (`2.1`). */
export function breakEnable(numbers: readonly [string, ...string[]]): MiCommand {
  return miCommand('break-enable', [], ...numbers);
}

/** Disables breakpoints, or locations of them (`2.1`). */
export function breakDisable(numbers: readonly [string, ...string[]]): MiCommand {
  return miCommand('break-disable', [], ...numbers);
}

/** Sets the condition of a breakpoint; without an expression it takes the condition away. A watchpoint's is read in `context`. */
export function breakCondition(number: string, condition?: string, context?: FrameContext): MiCommand {
  return miCommand(
    'break-condition',
    [...contextOptions(context), number],
    ...(condition === undefined ? [] : [condition]),
  );
}

/** Lets the next `count` hits pass without a stop. */
export function breakAfter(number: string, count: number): MiCommand {
  return miCommand('break-after', [number, String(count)]);
}

/** What gdb's command line does when the breakpoint is hit. `commands` on the console would wait for its body for ever. */
export function breakCommands(number: string, lines: readonly string[]): MiCommand {
  return miCommand('break-commands', [number], ...lines);
}

/**
 * Watches the value of an expression: the answer's result `wpt`, `hw-rwpt` or `hw-awpt`. One that names a local variable
 * ends with the frame of `context`. gdb refuses it while a thread runs.
 */
export function breakWatch(expression: string, access: WatchAccess, context?: FrameContext): MiCommand {
  const option = { write: [], read: ['-r'], access: ['-a'] }[access];
  return miCommand('break-watch', [...contextOptions(context), ...option, '--'], expression);
}

/** One breakpoint: result `BreakpointTable` with a `body` of one. */
export function breakInfo(number: string): MiCommand {
  return miCommand('break-info', [number]);
}

/** All breakpoints: result `BreakpointTable`. */
export function breakList(): MiCommand {
  return miCommand('break-list', []);
}

/**
 * Stops at C++ exceptions: the answer's result `bkpt`.
 *
 * @param options `typePattern`: a regular expression (POSIX basic, as gdb compiles it) that the name of the exception's type
 *   must match; gdb can judge it only where the C++ runtime has SDT probes, else it stops at each exception
 */
export function catchException(
  event: ExceptionEvent,
  options: { readonly temporary?: boolean; readonly typePattern?: string } = {},
): MiCommand {
  const temporary = options.temporary === true ? ['-t'] : [];
  const pattern = options.typePattern === undefined ? [] : ['-r', quoteArgument(options.typePattern)];
  return miCommand(`catch-${event}`, [...temporary, ...pattern]);
}
