import { RequestError } from '../util/errors.js';

/** The names of the members of `T` that a check may be asked for. */
type Name<T> = keyof T & string;

function wordFor(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

function refuse(name: string, wanted: string, value: unknown): never {
  const problem = value === undefined ? 'is missing' : `is ${wordFor(value)}`;
  throw new RequestError('user', 'badArguments', `The argument '${name}' must be ${wanted}, but ${problem}.`);
}

function member(args: object, name: string): unknown {
  return Object.hasOwn(args, name) ? (args as Record<string, unknown>)[name] : undefined;
}

/** Clients written in languages without `undefined` send null for what they leave out. */
function given(args: object, name: string): boolean {
  return member(args, name) !== undefined && member(args, name) !== null;
}

/** @throws RequestError `badArguments` unless the member is a number (never NaN or infinite: JSON has neither) */
export function requireNumber<T extends object>(args: T, name: Name<T>): number {
  const value = member(args, name);
  return typeof value === 'number' ? value : refuse(name, 'a number', value);
}

/** As {@link requireNumber}; undefined if the member is absent or null. */
export function optionalNumber<T extends object>(args: T, name: Name<T>): number | undefined {
  return given(args, name) ? requireNumber(args, name) : undefined;
}

/** @throws RequestError `badArguments` unless the member is a string */
export function requireString<T extends object>(args: T, name: Name<T>): string {
  const value = member(args, name);
  return typeof value === 'string' ? value : refuse(name, 'a string', value);
}

/** As {@link requireString}; undefined if the member is absent or null. */
export function optionalString<T extends object>(args: T, name: Name<T>): string | undefined {
  return given(args, name) ? requireString(args, name) : undefined;
}

/** @throws RequestError `badArguments` if the member is there and no boolean; undefined if it is absent or null */
export function optionalBoolean<T extends object>(args: T, name: Name<T>): boolean | undefined {
  if (!given(args, name)) return undefined;
  const value = member(args, name);
  return typeof value === 'boolean' ? value : refuse(name, 'true or false', value);
}

/** @throws RequestError `badArguments` unless the member is an object (and no list) */
export function requireObject<T extends object, K extends Name<T>>(args: T, name: K): NonNullable<T[K]> & object {
  const value = member(args, name);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return refuse(name, 'an object', value);
  return value as NonNullable<T[K]> & object;
}

/** As {@link requireObject}; undefined if the member is absent or null. */
export function optionalObject<T extends object, K extends Name<T>>(
  args: T,
  name: K,
): (NonNullable<T[K]> & object) | undefined {
  return given(args, name) ? requireObject(args, name) : undefined;
}

/**
 * The members of a list of objects (breakpoints, filters); their own members are still to be checked.
 *
 * @returns an empty list if the member is absent or null
 * @throws RequestError `badArguments` unless it is a list that holds objects alone
 */
export function objectList<T extends object, K extends Name<T>>(
  args: T,
  name: K,
): NonNullable<T[K]> extends readonly (infer Item)[] ? Item[] : never {
  const value = given(args, name) ? member(args, name) : [];
  const good = Array.isArray(value) && value.every(item => typeof item === 'object' && item !== null);
  if (!good) return refuse(name, 'a list of objects', value);
  return value as NonNullable<T[K]> extends readonly (infer Item)[] ? Item[] : never;
}
