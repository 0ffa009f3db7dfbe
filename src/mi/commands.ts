import { RequestError } from '../util/errors.js';

declare const brand: unique symbol;

/**
 * One command of gdb/MI, without token and newline, quoted right. Only the functions of `commands*.ts` make one, so that
 * text of a user can never become a second command or another argument.
 */
export type MiCommand = string & { readonly [brand]: true };

/** Which thread (gdb's number), and which of its frames (0 is the innermost), a command is about. */
export interface FrameContext {
  readonly thread: number;
  readonly frame?: number;
}

/** An argument that reads the same without quotes, and cannot be taken for an option. */
const PLAIN_ARGUMENT = /^[\w.*$@][\w.*$@-]*$/;

const C_ESCAPES: Readonly<Record<string, string>> = { '"': '\\"', '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/**
 * Quotes an argument as the C string that gdb's MI parser takes (gdb/mi/mi-parse.c, `mi_parse_argv`). Characters outside
 * ASCII go as they are, in UTF-8.
 *
 * @throws RequestError for a NUL, at which gdb would silently cut the text
 */
export function quoteArgument(text: string): string {
  rejectNul(text);
  return `"${text.replace(/["\\\n\r\t]/g, character => C_ESCAPES[character] ?? character)}"`;
}

/**
 * Quotes a file name for a command of gdb's command line, also where MI hands its arguments on to one. Older gdb reads
 * them with libiberty's `buildargv`, gdb 16 with rules of its own; both take double quotes with `\"` and `\\` inside.
 */
export function quoteCliWord(text: string): string {
  rejectNul(text);
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}

function rejectNul(text: string): void {
  if (text.includes('\0')) {
    throw new RequestError(
      'user',
      'nulInText',
      `The text ${JSON.stringify(text)} holds a NUL character, which gdb cannot take. Remove it.`,
    );
  }
}

/**
 * Builds a command whose arguments MI itself takes apart. For `commands*.ts` only.
 *
 * @param options words that stand as they are: option names of this project's own code, and their quoted values
 * @param args    arguments, any text: quoted here, so that `--all` is an expression and not an option
 */
export function miCommand(name: string, options: readonly string[], ...args: readonly string[]): MiCommand {
  const quoted = args.map(arg => (PLAIN_ARGUMENT.test(arg) ? arg : quoteArgument(arg)));
  return ['-' + name, ...options, ...quoted].join(' ') as MiCommand;
}

/**
 * Builds a command whose text goes to gdb's command line as it stands, unquoted: what MI does for those of its commands
 * that are spelled `DEF_MI_CMD_CLI` in gdb/mi/mi-cmds.c. For `commands*.ts` only.
 *
 * @throws RequestError for a newline, which would end the command
 */
export function rawCommand(name: string, text: string): MiCommand {
  rejectNul(text);
  if (/[\r\n]/.test(text)) {
    throw new RequestError(
      'user',
      'newlineInText',
      `${JSON.stringify(text)} holds a line break, which gdb cannot take in -${name}. Remove it.`,
    );
  }
  return `-${name} ${text}` as MiCommand;
}

/** `--thread N --frame N`, in front of a command's own arguments. For `commands*.ts` only. */
export function contextOptions(context: FrameContext | undefined): string[] {
  if (context === undefined) {
    return [];
  }
  const frame = context.frame === undefined ? [] : ['--frame', String(context.frame)];
  return ['--thread', String(context.thread), ...frame];
}

/**
 * A line of gdb's command line, run by `-interpreter-exec console`; its output is in the answer's `console`. A newline
 * inside stays part of the line (`set args 'two\nlines'`), it does not begin a second command.
 *
 * Commands that read their body from the following lines (`commands`, `define`, `document`, `while`, `if`, `python`
 * without argument) must not be sent: gdb would swallow the MI commands that follow as their body (gdb 13.1).
 */
export function console(line: string, context?: FrameContext): MiCommand {
  return miCommand('interpreter-exec', contextOptions(context), 'console', line);
}

/** A command as a user wrote it into a configuration: MI where it begins with `-`, else a line of gdb's command line. */
export function userCommand(text: string): MiCommand {
  const mi = /^-([a-z][a-z-]*)\s*(.*)$/s.exec(text.trim());
  return mi?.[1] === undefined ? console(text) : rawCommand(mi[1], mi[2] ?? '');
}

/**
 * `set NAME VALUE`. The value runs to the end of the line and takes no quotes; gdb strips blanks at its ends. A value
 * that holds a newline needs {@link console}.
 */
export function gdbSet(name: string, value: string | number): MiCommand {
  return rawCommand('gdb-set', `${name} ${value}`);
}

/** `show NAME`: the answer's result `value`. */
export function gdbShow(name: string): MiCommand {
  return rawCommand('gdb-show', name);
}

/** The answer's result `features`: a list of names; `python` is there when gdb has Python. */
export function listFeatures(): MiCommand {
  return miCommand('list-features', []);
}

/** Makes gdb's Python pretty printers work for variable objects; gdb has no command to undo it. */
export function enablePrettyPrinting(): MiCommand {
  return miCommand('enable-pretty-printing', []);
}

/** The completions of a line of gdb's command line: results `completion`, `matches`, `max_completions_reached`. */
export function complete(line: string, context?: FrameContext): MiCommand {
  return miCommand('complete', contextOptions(context), line);
}

/** Ends gdb; it kills a target that it started and detaches from one that it attached to. */
export function gdbExit(): MiCommand {
  return miCommand('gdb-exit', []);
}
