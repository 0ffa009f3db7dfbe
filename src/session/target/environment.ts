import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { MiCommand } from '../../mi/commands.js';
import { setEnvironment, unsetEnvironment } from '../../mi/commandsTarget.js';
import { messageOf, RequestError } from '../../util/errors.js';

/** Variables of a program, null for those that it shall not have. */
export type Variables = Readonly<Record<string, string | null>>;

/**
 * Reads a file of lines `NAME=value`. Blank lines and those that begin with `#` are left out, `export` in front of a name
 * is allowed, and quotes around a whole value are taken off.
 *
 * @throws RequestError `badEnvFile` where it cannot be read or a line has no form of these
 */
export async function readEnvFile(path: string): Promise<Variables> {
  let text: string;
  try {
    text = await readFile(resolve(path), 'utf8');
  } catch (error) {
    const message = `The file of 'envFile' cannot be read: ${messageOf(error)}`;
    throw new RequestError('user', 'badEnvFile', message, { cause: error });
  }
  const variables: Record<string, string> = {};
  for (const [index, line] of text
    .replace(/^\ufeff/, '')
    .split(/\r?\n/)
    .entries()) {
    if (/^\s*(#|$)/.test(line)) continue;
    const match = /^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=\s*(.*?)\s*$/.exec(line);
    if (match === null) {
      throw new RequestError('user', 'badEnvFile', `${path}:${index + 1}: '${line}' is not of the form NAME=value.`);
    }
    const [, name = '', value = ''] = match;
    variables[name] = /^(["'])(.*)\1$/.exec(value)?.[2] ?? value;
  }
  return variables;
}

/**
 * The commands that give the next process these variables.
 *
 * @param before what the process before it was given; what is not wanted any more becomes what the adapter itself has
 */
export function environmentCommands(wanted: Variables, before: Variables = {}): MiCommand[] {
  const stale = Object.keys(before).filter(name => !Object.hasOwn(wanted, name));
  const restored = stale.map(name => [name, process.env[name] ?? null] as const);
  return [...restored, ...Object.entries(wanted)].map(([name, value]) =>
    value === null ? unsetEnvironment(name) : setEnvironment(name, value),
  );
}
