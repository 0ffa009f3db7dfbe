/** What tells whether a word of gdb's command line is another command's name. Answers gdb's text; undefined where it refuses. */
export type Ask = (line: string) => Promise<string | undefined>;

/** Commands that carry out the command behind them; what is in front of it. */
const PREFIXES: readonly RegExp[] = [
  /^(with|w)\s.*?\s--\s+/,
  /^(thread|t)\s+apply\s+(?:all|[\d.\s*$\w-]+?)(?:\s+-\w+)*\s+(?=[a-z!|])/,
  /^(frame|f)\s+apply\s+(?:all|level\s+\S+|-?\d+)(?:\s+-\w+)*\s+(?=[a-z!|])/,
  /^(taas|faas|tfaas)\s+(?:-\w+\s+)*/,
  /^(pipe|\|)\s*/,
];

/** A line without what stands in front of its command. */
export interface Unwrapped {
  readonly command: string;
  /** What stands in front; empty where nothing does. */
  readonly prefix: string;
}

/** Takes `with`, `thread apply` and their kin off a line. */
export function unwrap(line: string, prefix = ''): Unwrapped {
  const found = PREFIXES.map(pattern => pattern.exec(line)?.[0]).find(match => match !== undefined);
  if (found === undefined) return { command: line, prefix: prefix.trim() };
  return unwrap(line.slice(found.length), prefix + found);
}

/** How deep user-defined commands may call each other before we stop looking. */
const DEEPEST = 5;

/**
 * What a line comes to: with the user's aliases replaced, and of a command that they have defined the lines of its body.
 *
 * @returns the line itself where its first word is a command of gdb's own
 */
export async function expand(line: string, ask: Ask, depth = 0): Promise<readonly string[]> {
  const word = /^[A-Za-z_][\w-]*/.exec(line)?.[0];
  if (word === undefined || depth > DEEPEST) return [line];
  const rest = line.slice(word.length);
  const body = await ask(`show user ${word}`);
  if (body !== undefined) {
    const lines = body
      .split('\n')
      .slice(1)
      .map(each => each.trim());
    const expanded = await Promise.all(lines.filter(each => each !== '').map(each => expand(each, ask, depth + 1)));
    return expanded.flat();
  }
  const help = (await ask(`help ${word}`)) ?? '';
  const names = (help.split('\n')[0] ?? '').split(', ');
  const [own] = names;
  const alias = new RegExp(`^\\s*alias ${word} = (.*)$`, 'm').exec(help)?.[1];
  if (alias !== undefined) return expand(alias + rest, ask, depth + 1);
  return own !== undefined && own !== word && names.includes(word) ? [own + rest] : [line];
}
