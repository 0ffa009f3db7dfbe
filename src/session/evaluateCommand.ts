import type { Caller, Calls } from './evaluateGuard.js';
import { assigns } from './valueFormat.js';

/** Commands whose body gdb reads from the following lines, always. */
const WITH_BODY = ['commands', 'define', 'document', 'while', 'if', 'actions', 'while-stepping', 'stepping', 'ws'];

/** Commands that, without an argument, read a body or start a program that reads gdb's input. */
const WITH_BODY_IF_BARE = [
  ...['python', 'py', 'python-interactive', 'pi', 'guile', 'gu', 'guile-repl', 'gr', 'compile', 'expression'],
  ...['shell', '!', 'make', 'edit'],
];

/** `compile code` and its kin, which are WITH_BODY_IF_BARE with their second word. */
const COMPILE = /^compile\s+(code|file|print)\s*(?:-\S+\s*)*$/;

/** Settings that hold for the command behind them alone. */
const WITH = /^(?:w|with)\s.*?\s--\s+/;

/** Another program gets what the command behind this prints. */
const PIPE = /^(?:pi?pe?|\|)(?:\s+-d\s+\S+(?:\s+--)?)?\s+/;

/** What stands in front of a command and leaves it to the same thread. */
const AROUND = [WITH, PIPE];

/** Commands that run the command behind them; what is in front of it. */
const PREFIXES = [
  WITH,
  /^(thread|t)\s+apply\s+(all|[\d.\s*$\w-]+?)(\s+-\w+)*\s+(?=[a-z!])/,
  /^(frame|f)\s+apply\s+(all|level\s+\S+|-?\d+)(\s+-\w+)*\s+(?=[a-z!])/,
  /^(taas|faas)\s+(-\w+\s+)*/,
  /^tfaas\s+(-\w+\s+)*/,
];

/**
 * Whether a line of gdb's command line would make gdb read the lines that follow it: over gdb/MI those are the adapter's
 * own commands, which gdb would swallow (gdb 13.1 answers nothing any more).
 *
 * Abbreviations of four letters and more count; shorter ones are ambiguous for gdb, but for those in the lists.
 */
export function readsMoreLines(line: string): boolean {
  const text = without(PREFIXES, line.trim());
  const word = /^(!|[A-Za-z_][\w-]*)/.exec(text)?.[0] ?? '';
  const rest = text.slice(word.length).trim();
  if (isOneOf(word, WITH_BODY)) return true;
  return (rest === '' && isOneOf(word, WITH_BODY_IF_BARE)) || COMPILE.test(text);
}

function without(prefixes: readonly RegExp[], line: string): string {
  const prefix = prefixes.find(each => each.test(line));
  return prefix === undefined ? line : without(prefixes, line.replace(prefix, ''));
}

function isOneOf(word: string, commands: readonly string[]): boolean {
  // A whole command of its own, and no abbreviation of `stepping`.
  if (word === 'step') return false;
  return commands.some(command => command === word || (word.length >= 4 && command.startsWith(word)));
}

/** Commands that leave registers and stacks as they are, unless the expression behind them assigns. */
const LOOKS =
  /^(p|print|inspect|output|x|i|inf|info|l|list|bt|backtrace|where|h|help|sho|show|ptype|whatis|disas|disassemble|apropos)\b/;

/** Whether a line of gdb's command line moves no thread: a function that it calls returns to where the thread stood. */
export function onlyLooks(line: string): boolean {
  return LOOKS.test(line) && !assigns(line);
}

/**
 * Who calls a function that a line of gdb's command line may call: `thread`, which is selected, unless the line is carried out
 * in others (`thread apply ID... COMMAND`, `taas COMMAND`).
 */
export function callerOf(line: string, thread: number | undefined): Caller {
  const applied = /^(?:t|th|thr|thre|threa|thread)\s+ap\w*\s+(.*)|^(?:taas|tfaas)\s/s.exec(
    without(AROUND, line.trim()),
  );
  if (applied === null) return thread;
  return /^\d+\s+[a-z-]/i.test(applied[1] ?? '') ? undefined : 'several';
}

/** What an expression may call. */
export function callsOf(expression: string): Calls {
  return /[\w)\]>]\s*\(/.test(expression) ? 'named' : 'unnamed';
}

/** Commands that compute the value of an expression, and do nothing else. */
const VALUES = /^(p|print|inspect|call|output|printf|eval|x|display|ptype|whatis|set\s+var(iable)?)\b/;

/** What a line of gdb's command line may call; `unnamed` too for what may let the program go on (`python`, `source`). */
export function callsOfLine(line: string): Calls {
  const text = without(PREFIXES, without(AROUND, line.trim()));
  return VALUES.test(text) || /^[A-Za-z_]\w*\(/.test(text) ? callsOf(text) : 'unnamed';
}

/** Whether gdb's refusal of a line means that it is no command: it may be an expression then. */
export function isNoCommand(message: string): boolean {
  return /^(Undefined( [\w-]+)? command: |Ambiguous command )/.test(message);
}
