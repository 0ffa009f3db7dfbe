import { basename } from 'node:path';
import type { Parsed } from './shapes.js';
import type { Attribute } from './attribute.js';
import { ATTRIBUTES } from './schema.js';

/** Arguments of `launch` or `attach` as a client sent them. */
export type RawArguments = Readonly<Record<string, unknown>>;

/** Which of the processes is debugged when the program forks. */
export type FollowFork = NonNullable<Parsed<(typeof ATTRIBUTES)['followFork']['shape']>>;

/** What says which process a session is for. */
const BEGINNINGS: readonly string[] = ['processId', 'waitFor', 'coreFile', 'target', 'stopAtConnect'];

/** The arguments of `attach` for a child of a session's program: as the session's own, as far as they concern the child. */
export function childConfiguration(given: RawArguments, processId: number): Record<string, unknown> {
  const { program, name } = given;
  const foreign = new Set([
    'request',
    'noDebug',
    ...Object.entries<Attribute<unknown>>(ATTRIBUTES).flatMap(namesApart),
  ]);
  const kept = Object.entries(given).filter(([key]) => !foreign.has(key) && !key.startsWith('__'));
  const title = typeof name === 'string' ? name : typeof program === 'string' ? basename(program) : 'program';
  return {
    ...Object.fromEntries(kept),
    ...(typeof program === 'string' ? { program } : {}),
    name: `${title}: process ${processId}`,
    processId,
  };
}

/** An attribute that does not hold for a child, under all of its names. */
function namesApart([name, { on, aliases }]: readonly [string, Attribute<unknown>]): string[] {
  const isApart = !on.includes('attach') || BEGINNINGS.includes(name);
  return isApart ? [name, ...aliases.map(alias => alias.name)] : [];
}
