import type { FrameContext } from '../mi/commands.js';
import {
  varAssign,
  varCreate,
  varDelete,
  varEvaluateExpression,
  varInfoPathExpression,
  varListChildren,
  varUpdate,
  type IndexRange,
} from '../mi/commandsInspection.js';
import { defined, integerAt, textAt, tuplesAt } from '../mi/fields.js';
import type { MiTuple } from '../mi/record.js';
import type { Gdb } from './ports.js';

/** One of gdb's variable objects, as gdb described it last. */
export interface VarObject {
  /** gdb's name for it. */
  readonly name: string;
  /** Absent for the groups `public`, `protected` and `private` that gdb puts C++ members in. */
  readonly type?: string;
  /** Absent where gdb was asked for simple values alone; empty where gdb could not read it. */
  readonly value?: string;
  readonly childCount: number;
  /** Made by a pretty printer: the number of children is not known before they have been listed. */
  readonly dynamic: boolean;
  /** What the pretty printer says that it is: `array`, `map`, `string`. */
  readonly hint?: string;
}

/** A child: what its parent calls it, and itself. */
export interface VarChild {
  /** A member's name, an index, a base class, or what a pretty printer says. */
  readonly label: string;
  readonly object: VarObject;
}

/** Children, and whether there are more behind the range that was asked for. */
export interface VarChildren {
  readonly children: readonly VarChild[];
  readonly hasMore: boolean;
}

/**
 * gdb's variable objects of one stop. They are made when a value is first expanded, and deleted together with the first
 * one of the next stop, so that a stop at which nothing is expanded costs nothing.
 */
export class VarObjects {
  /** Those of this stop: name, and whether it may be evaluated again. */
  private readonly roots = new Map<string, { readonly repeatable: boolean }>();
  private stale: string[] = [];

  constructor(private readonly gdb: Gdb) {}

  /**
   * Evaluates an expression, once.
   *
   * @param repeatable whether {@link refresh} may evaluate it again: it calls nothing and assigns nothing
   * @throws MiError, often without the reason: gdb says only that it cannot
   */
  async create(expression: string, context: FrameContext | undefined, repeatable: boolean): Promise<VarObject> {
    this.deleteStale();
    const { results } = await this.gdb.send(varCreate('-', expression, 'fixed', context));
    const object = read(results);
    this.roots.set(object.name, { repeatable });
    return object;
  }

  /** The children of an object, all or a range of them. gdb 13 makes all children of an array for any range. */
  async children(object: VarObject, range?: IndexRange): Promise<VarChildren> {
    const { results } = await this.gdb.send(varListChildren(object.name, range));
    const children = tuplesAt(results, 'children').map(child => ({
      label: textAt(child, 'exp') ?? '',
      object: read(child),
    }));
    return { children, hasMore: textAt(results, 'has_more') === '1' };
  }

  /** The value in hexadecimal, or as gdb spells it by itself: for a structure `{...}`, for an array `[3]`. */
  async valueOf(object: VarObject, format: 'hexadecimal' | 'natural'): Promise<string> {
    const { results } = await this.gdb.send(varEvaluateExpression(object.name, format));
    return textAt(results, 'value') ?? '';
  }

  /** The expression that gdb has for an object. */
  async pathOf(object: VarObject): Promise<string> {
    const { results } = await this.gdb.send(varInfoPathExpression(object.name));
    return textAt(results, 'path_expr') ?? '';
  }

  /** Assigns to an object that has no expression of its own: what a pretty printer made. Returns its new value. */
  async assign(object: VarObject, value: string): Promise<string> {
    const { results } = await this.gdb.send(varAssign(object.name, value));
    return textAt(results, 'value') ?? '';
  }

  /** The object will not be looked at again. */
  discard(object: VarObject): void {
    if (this.roots.delete(object.name)) this.stale.push(object.name);
  }

  /**
   * Memory or registers have been written: reads the objects again. `-var-update` evaluates the whole expression anew
   * (gdb 13 calls the function in `f(4)` once more), so only repeatable ones are.
   */
  async refresh(): Promise<void> {
    const repeatable = [...this.roots].filter(([, root]) => root.repeatable).map(([name]) => name);
    // An object that cannot be read any more shows its error when it is looked at.
    await Promise.allSettled(repeatable.map(name => this.gdb.send(varUpdate(name))));
  }

  /** The target has gone on: its frames, to which the objects are fixed, are no more. */
  onPauseChanged(): void {
    this.stale.push(...this.roots.keys());
    this.roots.clear();
  }

  private deleteStale(): void {
    const names = this.stale;
    this.stale = [];
    // gdb may have dropped them by itself, with the library that their types came from.
    for (const name of names) this.gdb.send(varDelete(name)).catch(() => undefined);
  }
}

function read(tuple: MiTuple): VarObject {
  return {
    name: textAt(tuple, 'name') ?? '',
    childCount: integerAt(tuple, 'numchild') ?? 0,
    dynamic: textAt(tuple, 'dynamic') === '1',
    ...defined({
      type: textAt(tuple, 'type'),
      value: textAt(tuple, 'value'),
      hint: textAt(tuple, 'displayhint'),
    }),
  };
}
