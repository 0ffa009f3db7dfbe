import { resolve } from 'node:path';
import { quoteShellWord } from '../inferiorIo.js';

/** The files that take the place of the terminal. */
export interface Stdio {
  readonly in?: string | undefined;
  readonly out?: string | undefined;
  readonly err?: string | undefined;
}

/** Arguments without the redirections among them, and these as text for /bin/sh. */
export interface Redirected {
  readonly args: readonly string[];
  /** Each with its file quoted; empty where there are none. */
  readonly shell: string;
}

/** Words that cppdbg's users write among the arguments, for the shell that starts the program there. */
const OPERATORS: ReadonlySet<string> = new Set(['<', '>', '>>', '2>', '2>>']);

/** The redirections of the attribute `stdio`. */
export function stdioRedirections({ in: input, out, err }: Stdio, cwd: string): string {
  const parts = [
    ['<', input],
    ['>', out],
    ['2>', err],
  ] as const;
  return parts
    .flatMap(([operator, file]) => (file === undefined ? [] : [`${operator} ${fileWord(file, cwd)}`]))
    .join(' ');
}

/** Takes redirections out of arguments: an operator that stands alone, and the file behind it. */
export function takeRedirections(args: readonly string[], cwd: string): Redirected {
  const kept: string[] = [];
  const found: string[] = [];
  for (let index = 0; index < args.length; index += 1) {
    const word = args[index] ?? '';
    const file = args[index + 1];
    if (OPERATORS.has(word) && file !== undefined) {
      found.push(`${word} ${fileWord(file, cwd)}`);
      index += 1;
    } else {
      kept.push(word);
    }
  }
  return { args: kept, shell: found.join(' ') };
}

function fileWord(file: string, cwd: string): string {
  return quoteShellWord(resolve(cwd, file));
}
