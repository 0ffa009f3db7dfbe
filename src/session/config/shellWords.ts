/**
 * Takes a line apart into words as /bin/sh does, without expanding anything: blanks separate, quotes of both kinds and
 * backslashes keep together.
 *
 * @returns undefined where a quote is not closed
 */
export function splitShellWords(line: string): readonly string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  let rest = line;
  while (rest !== '') {
    const token = /^(?:(\s+)|'([^']*)'|"((?:[^"\\]|\\[^])*)"|\\([^])|([^\s'"\\]+))/.exec(rest);
    if (token === null) return undefined;
    const [all, blanks, single, double, escaped, plain] = token;
    rest = rest.slice(all.length);
    if (blanks !== undefined) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      // Between double quotes a backslash is only special in front of these (POSIX.1-2017, Shell, 2.2.3).
      word = (word ?? '') + (single ?? double?.replace(/\\([$`"\\])/g, '$1') ?? escaped ?? plain ?? '');
    }
  }
  return word === undefined ? words : [...words, word];
}
