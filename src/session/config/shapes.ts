import { RequestError } from '../../util/errors.js';

/** JSON Schema as editors take it, with VS Code's own words (`markdownDescription`, `enumDescriptions`). */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** Where in the configuration a value stands, e.g. `rseq.stepping`, and who is told of what is odd there. */
export interface Place {
  readonly path: string;
  readonly warn: (text: string) => void;
}

/**
 * What a value of the configuration must look like: one description from which come its check, its TypeScript type, the
 * editor's JSON Schema and the words of the reference and of errors.
 */
export interface Shape<T> {
  /** What the value must be, as errors say it: `a string`. */
  readonly expected: string;
  /** The type in the reference: `string[]`. */
  readonly type: string;
  readonly json: JsonSchema;
  /** Whether the value is of this kind at all; its parts are not looked at. */
  accepts(value: unknown): boolean;
  /** @throws RequestError `badConfiguration` that names the place, what must stand there and what does */
  parse(value: unknown, place: Place): T;
}

/** The type of the values that a shape lets through. */
export type Parsed<S> = S extends Shape<infer T> ? T : never;

type Raw = Readonly<Record<string, unknown>>;

/** A member of an object with a meaning of its own. Without `fallback` it is undefined where it is left out. */
export interface Member<T> {
  readonly shape: Shape<T>;
  readonly description: string;
  readonly fallback?: T;
}

type MemberValue<M> = M extends { readonly shape: Shape<infer T> }
  ? M extends { readonly fallback: unknown }
    ? T
    : T | undefined
  : never;

/** The object that {@link object} makes of its members. */
export type ObjectOf<M> = { readonly [K in keyof M]: MemberValue<M[K]> };

/** The error for a value that is not what it must be. */
export function wrongValue(path: string, expected: string, value: unknown): RequestError {
  const given = value === undefined ? 'it is missing' : `it is ${JSON.stringify(value)}`;
  const message = `The attribute '${path}' of the configuration must be ${expected}, but ${given}.`;
  return new RequestError('user', 'badConfiguration', message);
}

export function isRecord(value: unknown): value is Raw {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function simple<T>(
  expected: string,
  type: string,
  json: JsonSchema,
  accepts: (value: unknown) => value is T,
): Shape<T> {
  return {
    expected,
    type,
    json,
    accepts,
    parse(value, { path }) {
      if (!accepts(value)) throw wrongValue(path, expected, value);
      return value;
    },
  };
}

/** Any string; `what` says in errors what it stands for: `the path of a program`. */
export function text(what = 'a string'): Shape<string> {
  return simple(what, 'string', { type: 'string' }, value => typeof value === 'string');
}

export function flag(): Shape<boolean> {
  return simple('true or false', 'boolean', { type: 'boolean' }, value => typeof value === 'boolean');
}

/** A whole number of at least `minimum`; `what` says in errors what it counts. */
export function count(what: string, minimum = 0): Shape<number> {
  const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= minimum;
  return simple(what, 'number', { type: 'integer', minimum }, isCount);
}

/** One of a few words, each with its meaning. */
export function oneOf<W extends string>(words: Readonly<Record<W, string>>): Shape<W> {
  const names = Object.keys(words) as W[];
  const json = { type: 'string', enum: names, enumDescriptions: names.map(name => words[name]) };
  const isWord = (value: unknown): value is W => typeof value === 'string' && Object.hasOwn(words, value);
  return {
    ...simple(`one of '${names.join("', '")}'`, names.map(name => `"${name}"`).join(', '), json, isWord),
    accepts: value => typeof value === 'string',
  };
}

/** A list whose items all have one shape; `what` says in errors what it lists. */
export function listOf<T>(item: Shape<T>, what: string): Shape<readonly T[]> {
  return {
    expected: what,
    type: item.type.includes(' ') ? `(${item.type})[]` : `${item.type}[]`,
    json: { type: 'array', items: item.json },
    accepts: Array.isArray,
    parse(value, { path, warn }) {
      if (!Array.isArray(value)) throw wrongValue(path, what, value);
      return value.map((each: unknown, index) => item.parse(each, { path: `${path}[${index}]`, warn }));
    },
  };
}

/** An object from names of the user's choice to values of one shape. */
export function mapOf<T>(item: Shape<T>, what: string): Shape<Readonly<Record<string, T>>> {
  return {
    expected: what,
    type: 'object',
    json: { type: 'object', additionalProperties: item.json },
    accepts: isRecord,
    parse(value, { path, warn }) {
      if (!isRecord(value)) throw wrongValue(path, what, value);
      const parse = (name: string, each: unknown): T => item.parse(each, { path: `${path}.${name}`, warn });
      return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, parse(name, each)]));
    },
  };
}

/** A value that may be null, which then means something. */
export function nullable<T>(shape: Shape<T>): Shape<T | null> {
  const expected = `${shape.expected} or null`;
  const accepts = (value: unknown): boolean => value === null || shape.accepts(value);
  return {
    expected,
    type: `${shape.type} or null`,
    json: { anyOf: [shape.json, { type: 'null' }] },
    accepts,
    parse(value, place) {
      if (!accepts(value)) throw wrongValue(place.path, expected, value);
      return value === null ? null : shape.parse(value, place);
    },
  };
}

/** One of two kinds of values. */
export function either<A, B>(first: Shape<A>, second: Shape<B>): Shape<A | B> {
  const same = first.expected === second.expected;
  const expected = same ? first.expected : `${first.expected}, or ${second.expected}`;
  return {
    expected,
    type: `${first.type} or ${second.type}`,
    json: { anyOf: [first.json, second.json] },
    accepts: value => first.accepts(value) || second.accepts(value),
    parse(value, place) {
      if (first.accepts(value)) return first.parse(value, place);
      if (second.accepts(value)) return second.parse(value, place);
      throw wrongValue(place.path, expected, value);
    },
  };
}

/** A shape whose values are turned into something handier. */
export function mapped<T, R>(shape: Shape<T>, convert: (value: T, place: Place) => R): Shape<R> {
  return { ...shape, parse: (value, place) => convert(shape.parse(value, place), place) };
}

/** An object with members of fixed names; others are warned of and have no effect. */
export function object<M extends Readonly<Record<string, Member<unknown>>>>(
  members: M,
  what: string,
): Shape<ObjectOf<M>> & { readonly members: M } {
  return {
    members,
    expected: what,
    type: 'object',
    json: {
      type: 'object',
      properties: Object.fromEntries(Object.entries(members).map(([name, member]) => [name, memberSchema(member)])),
      additionalProperties: false,
    },
    accepts: isRecord,
    parse(value, place) {
      if (!isRecord(value)) throw wrongValue(place.path, what, value);
      for (const name of Object.keys(value)) {
        if (!Object.hasOwn(members, name)) place.warn(unknownName(`${place.path}.${name}`));
      }
      const parsed = Object.entries(members).map(([name, { shape, fallback }]) => {
        const given = value[name] ?? undefined;
        return [name, given === undefined ? fallback : shape.parse(given, { ...place, path: `${place.path}.${name}` })];
      });
      return Object.fromEntries(parsed) as ObjectOf<M>;
    },
  };
}

/** The JSON Schema of something that has a description and a default. */
export function memberSchema({ shape, description, fallback }: Member<unknown>): JsonSchema {
  return {
    ...shape.json,
    markdownDescription: description,
    ...(fallback === undefined ? {} : { default: fallback }),
  };
}

export function unknownName(path: string): string {
  return `The attribute '${path}' of the configuration is not known and has no effect.`;
}
