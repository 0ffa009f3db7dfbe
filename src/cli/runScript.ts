/** A place in a source file: its name as written, and a line or the name of a marker (`@name` in a comment of that line). */
export interface SourcePlace {
  readonly file: string;
  readonly at: number | string;
}

/** What the program is told to do; `count` times. */
export type Motion = 'continue' | 'next' | 'stepIn' | 'stepOut';

/** What a line expects. */
export type Expectation =
  | { readonly kind: 'place'; readonly place: SourcePlace }
  | { readonly kind: 'function'; readonly name: string }
  | { readonly kind: 'reason'; readonly reason: string }
  | { readonly kind: 'value'; readonly expression: string; readonly value: string }
  /** Runs through restartable sequences since the program started, by how they ended. */
  | { readonly kind: 'runs'; readonly outcome: 'committed' | 'aborted' | 'exited'; readonly count: number }
  | { readonly kind: 'output'; readonly text: string }
  | { readonly kind: 'exit'; readonly code: number };

/** One line of a script. */
export type Statement = { readonly line: number; readonly text: string } & (
  | { readonly kind: 'set'; readonly name: string; readonly value: unknown }
  | { readonly kind: 'launch'; readonly program: string; readonly args: readonly string[] }
  | { readonly kind: 'break'; readonly place: SourcePlace | string; readonly condition: string | undefined }
  | { readonly kind: 'clear' }
  | { readonly kind: 'move'; readonly motion: Motion; readonly byInstruction: boolean; readonly count: number }
  | { readonly kind: 'print'; readonly expression: string }
  | { readonly kind: 'expect'; readonly expectation: Expectation }
);

/** A line that cannot be read. */
export class ScriptError extends Error {
  constructor(line: number, message: string) {
    super(`line ${line}: ${message}`);
    this.name = 'ScriptError';
  }
}

type Parsed = Statement extends infer S ? (S extends Statement ? Omit<S, 'line' | 'text'> : never) : never;

const MOTIONS: Readonly<Record<string, { readonly motion: Motion; readonly byInstruction: boolean }>> = {
  continue: { motion: 'continue', byInstruction: false },
  next: { motion: 'next', byInstruction: false },
  step: { motion: 'stepIn', byInstruction: false },
  finish: { motion: 'stepOut', byInstruction: false },
  nexti: { motion: 'next', byInstruction: true },
  stepi: { motion: 'stepIn', byInstruction: true },
};

const OUTCOMES = { commits: 'committed', aborts: 'aborted', exits: 'exited' } as const;

/**
 * Reads a script, a statement a line; blank lines and those that begin with `#` mean nothing.
 *
 * @throws ScriptError for the first line that is not understood
 */
export function parseScript(text: string): Statement[] {
  return text.split('\n').flatMap((raw, index) => {
    const line = index + 1;
    const written = raw.trim();
    if (written === '' || written.startsWith('#')) return [];
    return [{ line, text: written, ...parseStatement(written, line) }];
  });
}

function parseStatement(text: string, line: number): Parsed {
  const [verb, rest] = split(text);
  const motion = MOTIONS[verb];
  if (motion !== undefined) return { kind: 'move', ...motion, count: rest === '' ? 1 : wholeNumber(rest, line) };
  switch (verb) {
    case 'set':
      return parseSet(rest, line);
    case 'launch': {
      const [program, ...args] = words(rest, line);
      if (program === undefined) throw new ScriptError(line, "'launch' needs a program");
      return { kind: 'launch', program, args };
    }
    case 'break': {
      const [, place = '', condition] = /^(.*?)(?:\s+if\s+(.*))?$/.exec(rest) ?? [];
      if (place === '') throw new ScriptError(line, "'break' needs FILE:LINE, FILE:@MARKER or a function");
      return { kind: 'break', place: parsePlace(place) ?? place, condition };
    }
    case 'clear':
      return { kind: 'clear' };
    case 'print':
      return { kind: 'print', expression: rest };
    case 'expect':
      return { kind: 'expect', expectation: parseExpectation(rest, line) };
    default:
      throw new ScriptError(line, `'${verb}' is no statement`);
  }
}

function parseSet(rest: string, line: number): Parsed {
  const [name, json] = split(rest);
  try {
    return { kind: 'set', name, value: JSON.parse(json) as unknown };
  } catch {
    throw new ScriptError(line, `'set ${name}' needs a value as JSON, not '${json}'`);
  }
}

function parseExpectation(text: string, line: number): Expectation {
  const [what, rest] = split(text);
  switch (what) {
    case 'line': {
      const place = parsePlace(rest);
      if (place === undefined) throw new ScriptError(line, "'expect line' needs FILE:LINE or FILE:@MARKER");
      return { kind: 'place', place };
    }
    case 'function':
      return { kind: 'function', name: rest };
    case 'stop':
      return { kind: 'reason', reason: rest };
    case 'value': {
      const equals = rest.lastIndexOf(' = ');
      if (equals < 0) throw new ScriptError(line, "'expect value' needs EXPRESSION = VALUE");
      return { kind: 'value', expression: rest.slice(0, equals).trim(), value: rest.slice(equals + 3).trim() };
    }
    case 'commits':
    case 'aborts':
    case 'exits':
      return { kind: 'runs', outcome: OUTCOMES[what], count: wholeNumber(rest, line) };
    case 'output':
      return { kind: 'output', text: rest };
    case 'exit':
      return { kind: 'exit', code: wholeNumber(rest, line) };
    default:
      throw new ScriptError(line, `'${what}' is nothing that can be expected`);
  }
}

function parsePlace(text: string): SourcePlace | undefined {
  const [, file, number, marker] = /^(.+):(?:(\d+)|@([\w-]+))$/.exec(text) ?? [];
  if (file === undefined) return undefined;
  return { file, at: marker ?? Number(number) };
}

function split(text: string): [string, string] {
  const [, first = '', rest = ''] = /^(\S*)\s*(.*)$/s.exec(text) ?? [];
  return [first, rest];
}

/** Words apart at blanks; `"..."` keeps blanks together. */
function words(text: string, line: number): string[] {
  if ((text.match(/"/g) ?? []).length % 2 === 1) throw new ScriptError(line, 'a quotation mark is not closed');
  return [...text.matchAll(/(?:"[^"]*"|[^\s"])+/g)].map(match => match[0].replaceAll('"', ''));
}

function wholeNumber(text: string, line: number): number {
  if (!/^\d+$/.test(text)) throw new ScriptError(line, `'${text}' is no whole number`);
  return Number(text);
}
