import { dataEvaluateExpression } from '../mi/commandsInspection.js';
import { textAt } from '../mi/fields.js';
import { messageOf, RequestError } from '../util/errors.js';
import type { Gdb, Tell } from './ports.js';

/** What a user may ask of a breakpoint besides its place. Empty strings count as absent. */
export interface Modifiers {
  readonly condition?: string | undefined;
  /** `N` or `==N`, `>N`, `>=N`, `<N`, `<=N`, `%N` (every Nth). */
  readonly hitCondition?: string | undefined;
  /** Written to the debug console instead of stopping; `{expression}` is replaced by its value, `{{` and `}}` stand for braces. */
  readonly logMessage?: string | undefined;
  /** Where it is set: in a debug register of the processor, or (also where it is absent) in the code. */
  readonly mode?: 'hardware' | 'software' | undefined;
}

/** The name of the convenience function that writes a log message (see logpoints.ts). */
export const LOG_FUNCTION = 'rseq_dap_log';

/** The convenience variable that counts the hits of breakpoint `id`, shared by all its places. */
export function hitCounter(id: number): string {
  return `$rseq_dap_hits_${id}`;
}

/**
 * The condition that makes gdb itself do what the modifiers ask: nothing stops that the user should not see. A condition
 * costs gdb half of what its ignore counts do, and prints no record for each hit (measured with gdb 13).
 *
 * @param id the breakpoint's DAP id: names its hit counter and its log message
 * @returns undefined where the breakpoint stops always
 * @throws RequestError `badHitCondition`
 */
export function compileCondition(id: number, modifiers: Modifiers): string | undefined {
  const terms: string[] = [];
  if (isGiven(modifiers.condition)) terms.push(`(${modifiers.condition})`);
  if (isGiven(modifiers.hitCondition)) terms.push(hitTerm(id, modifiers.hitCondition));
  if (isGiven(modifiers.logMessage)) terms.push(`$${LOG_FUNCTION}(${id})`);
  return terms.length === 0 ? undefined : terms.join(' && ');
}

/** Whether a modifier was given at all. */
export function isGiven(text: string | undefined): text is string {
  return text !== undefined && text.trim() !== '';
}

/**
 * Judges a compiled condition where gdb must not: in a thread that has stopped at a breakpoint inside a restartable sequence.
 * As with gdb, one that cannot be evaluated stops the program, and the user is told why.
 *
 * @returns whether the program is to stop
 */
export async function judge(
  condition: string | undefined,
  thread: number | undefined,
  { gdb, tell }: { readonly gdb: Gdb; readonly tell: Tell },
): Promise<boolean> {
  if (condition === undefined) return true;
  try {
    const context = thread === undefined ? undefined : { thread, frame: 0 };
    const { results } = await gdb.send(dataEvaluateExpression(condition, context));
    return !['0', 'false'].includes(textAt(results, 'value') ?? '');
  } catch (error) {
    tell('important', `The condition '${condition}' of a breakpoint cannot be evaluated: ${messageOf(error)}\n`);
    return true;
  }
}

function hitTerm(id: number, text: string): string {
  const match = /^\s*(==|=|>=|<=|>|<|%)?\s*(\d+)\s*$/.exec(text);
  const number = match?.[2];
  if (number === undefined || (match?.[1] === '%' && BigInt(number) === 0n)) {
    throw new RequestError(
      'user',
      'badHitCondition',
      `The hit condition '${text}' is not understood. Use a number N, or one of ==N, >N, >=N, <N, <=N, %N (every Nth hit).`,
    );
  }
  const count = `++${hitCounter(id)}`;
  const operator = match?.[1] ?? '==';
  if (operator === '%') return `${count} % ${number} == 0`;
  return `${count} ${operator === '=' ? '==' : operator} ${number}`;
}

/** A piece of a log message: text as it stands, or an expression to evaluate. */
export type MessagePart = { readonly text: string } | { readonly expression: string };

/**
 * Takes a log message apart. Braces nest inside an expression (`{(struct s){1}}`); a brace that is never closed is text.
 */
export function parseLogMessage(message: string): readonly MessagePart[] {
  const parts: MessagePart[] = [];
  let text = '';
  for (let index = 0; index < message.length; index++) {
    const character = message.charAt(index);
    if ((character === '{' || character === '}') && message.charAt(index + 1) === character) {
      text += character;
      index++;
      continue;
    }
    const end = character === '{' ? closingBrace(message, index) : -1;
    if (end < 0) {
      text += character;
      continue;
    }
    if (text !== '') parts.push({ text });
    text = '';
    parts.push({ expression: message.slice(index + 1, end).trim() });
    index = end;
  }
  if (text !== '') parts.push({ text });
  return parts;
}

function closingBrace(message: string, open: number): number {
  let depth = 0;
  for (let index = open; index < message.length; index++) {
    if (message.charAt(index) === '{') depth++;
    else if (message.charAt(index) === '}' && --depth === 0) return index;
  }
  return -1;
}
