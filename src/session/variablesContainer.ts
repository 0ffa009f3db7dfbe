import type { DebugProtocol as D } from '@vscode/debugprotocol';
import { optionalBoolean } from '../dap/arguments.js';
import type { FrameContext } from '../mi/commands.js';
import { messageOf, RequestError } from '../util/errors.js';
import type { Gdb } from './ports.js';
import type { VarObjects } from './varobjs.js';

/** Which part of a container a client wants to see, and how. */
export interface Page {
  /** The first index, where the container is indexed. */
  readonly start: number;
  /** How many; undefined for all, of which a large container shows the first and a way to the rest. */
  readonly count: number | undefined;
  /** Integers in hexadecimal. */
  readonly hex: boolean;
  /** Elements alone (of what has been told to have some), or everything else alone; undefined for all. */
  readonly filter?: 'indexed' | 'named' | undefined;
}

/** The part of a list that a client wants to see. */
export function pageOf<T>(list: readonly T[], { start, count }: Page): readonly T[] {
  return list.slice(start, count === undefined ? undefined : start + count);
}

/** Whatever a client can expand: what a `variablesReference` stands for. */
export interface Container {
  /** What is inside. A value that cannot be read is shown as its error; the others are there all the same. */
  list(page: Page): Promise<D.Variable[]>;
  /**
   * Assigns to something inside.
   *
   * @param name as it was listed
   * @param hex  whether the answer shows an integer in hexadecimal
   * @returns the new value
   * @throws RequestError `notAssignable`, MiError
   */
  assign(name: string, value: string, hex: boolean): Promise<D.SetVariableResponse['body']>;
  /**
   * The expression of something inside, and the frame that it belongs to.
   *
   * @param name as it was listed
   * @returns undefined where it has none: what a pretty printer made
   */
  placeOf(name: string): Promise<ExpressionPlace | undefined>;
}

/** An expression of the program, and the frame that it is to be read in. */
export interface ExpressionPlace {
  readonly expression: string;
  readonly context: FrameContext | undefined;
}

/** What every container needs. */
export interface ContainerPorts {
  readonly gdb: Gdb;
  readonly varobjs: VarObjects;
  /** A `variablesReference` for a container. */
  open(container: Container): number;
  /** The field of an answer that leads to where a variable of a frame was declared; none where nobody could tell. */
  declared(context: FrameContext, name: string): { readonly declarationLocationReference?: number };
  /** The field of an answer that leads to the function that a value points to; none where it points to none. */
  pointed(value: string, type: string | undefined): { readonly valueLocationReference?: number };
}

/** The refusal to assign to what is no place in the target. */
export function notAssignable(name: string, why: string): RequestError {
  return new RequestError('user', 'notAssignable', `'${name}' cannot be assigned to: ${why}`);
}

/** Whether a client wants integers in hexadecimal. */
export function isHex(format: D.ValueFormat | undefined): boolean {
  return typeof format === 'object' && optionalBoolean(format, 'hex') === true;
}

/** gdb's refusal, in front of it what was wanted; a refusal of our own stays as it is. */
export function refused(what: string, error: unknown): RequestError {
  if (error instanceof RequestError) return error;
  return new RequestError('user', 'gdbRefused', `${what}: ${messageOf(error)}`, { cause: error });
}

/** Text that is known already: extra scopes. */
export class FixedContainer implements Container {
  constructor(private readonly variables: readonly { name: string; value: string; memoryReference?: string }[]) {}

  list(page: Page): Promise<D.Variable[]> {
    return Promise.resolve(
      pageOf(this.variables, page).map(variable => ({
        ...variable,
        variablesReference: 0,
        presentationHint: { attributes: ['readOnly'] },
      })),
    );
  }

  assign(name: string): Promise<never> {
    return Promise.reject(notAssignable(name, 'it is information of the adapter, no variable of the program.'));
  }

  placeOf(): Promise<undefined> {
    return Promise.resolve(undefined);
  }
}
