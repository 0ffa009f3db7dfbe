import type { Member } from './shapes.js';

/** The request that a configuration is for. */
export type Request = 'launch' | 'attach';

/** A debug adapter whose configurations are understood too. */
export type Peer = 'cppdbg' | 'cdt-gdb' | 'code-debug' | 'gdb' | 'lldb-dap' | 'codelldb';

/** Another name for an attribute, as another debug adapter has it. */
export interface Alias {
  readonly name: string;
  readonly of: readonly Peer[];
  /**
   * What its value means in our own attribute, where it is not just the same. An object stands for some members of ours:
   * several names may fill one attribute.
   */
  readonly convert?: (value: unknown) => unknown;
  /** How it differs, for the reference: `an array of {name, value}`. */
  readonly note?: string;
  /** Where the name means this only for some values or requests; elsewhere it is taken as if this alias were not there. */
  readonly when?: (value: unknown, request: Request) => boolean;
}

/** One attribute of the configuration. */
export interface Attribute<T> extends Member<T> {
  /** The requests that it makes sense for; in the other one it is warned of. */
  readonly on: readonly Request[];
  readonly aliases: readonly Alias[];
  /** The members of its objects, for the reference. */
  readonly members?: Readonly<Record<string, Member<unknown>>>;
  /** The default in the reference where there is no constant one: `the program's folder`. */
  readonly usually?: string;
}

type Options<T> = Omit<Attribute<T>, 'on' | 'aliases' | 'shape' | 'fallback'> & {
  readonly on?: readonly Request[];
  readonly aliases?: readonly Alias[];
};

const BOTH: readonly Request[] = ['launch', 'attach'];

/** An attribute that is undefined where the user leaves it out. */
export function optional<T>(shape: Attribute<T>['shape'], options: Options<T>): Attribute<T> {
  return { on: BOTH, aliases: [], ...options, shape };
}

/** An attribute with a default. */
export function withDefault<T>(
  shape: Attribute<T>['shape'],
  fallback: T,
  options: Options<T>,
): Attribute<T> & { readonly fallback: T } {
  return { on: BOTH, aliases: [], ...options, shape, fallback };
}

/** Another name with the same values. */
export function alias(name: string, ...of: readonly Peer[]): Alias {
  return { name, of };
}
