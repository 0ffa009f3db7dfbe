import type { DebugProtocol as D } from '@vscode/debugprotocol';
import type { FrameContext } from '../mi/commands.js';
import { dataEvaluateExpression } from '../mi/commandsInspection.js';
import { RequestError } from '../util/errors.js';
import { baseClassOf, elementOf, isPointer, isPlain, memberOf, operand, targetOf } from './valueFormat.js';
import {
  notAssignable,
  pageOf,
  type Container,
  type ContainerPorts,
  type ExpressionPlace,
  type Page,
} from './variablesContainer.js';
import { lengthOf, show, type Place } from './variablesValue.js';
import type { VarChild, VarObject } from './varobjs.js';
import { vectorElements } from './variablesVector.js';

/** How much of a large container is shown at once to a client that does not ask for pages. */
const SHOWN_AT_ONCE = 100;

/**
 * Up to which size an array's elements are taken from the array's own variable object. gdb 13 makes all of them for any
 * range that is asked for: ten million take minutes and gigabytes. A longer array is read in slices (`a[500]@100`).
 */
const WHOLE_ARRAY = 256;

/** As {@link WHOLE_ARRAY}, for an array without an expression, of which gdb can make no slice. */
const WHOLE_ARRAY_AT_MOST = 10_000;

/** The fields that a value has in every answer that holds one. */
export interface Described {
  readonly value: string;
  readonly type?: string;
  readonly variablesReference: number;
  readonly indexedVariables?: number;
  readonly memoryReference?: string;
  readonly valueLocationReference?: number;
}

/** Describes a variable object, and gives it a reference where it can be expanded. */
export async function describe(
  object: VarObject,
  place: Place,
  ports: ContainerPorts,
  hex: boolean,
): Promise<Described> {
  const { value, expandable, length, memoryReference } = await show(object, place, ports, hex);
  return {
    value,
    ...(object.type === undefined ? {} : { type: object.type }),
    variablesReference: expandable ? ports.open(new ObjectContainer({ place, object }, ports)) : 0,
    ...(expandable && length !== undefined ? { indexedVariables: length } : {}),
    ...(memoryReference === undefined ? {} : { memoryReference }),
    ...ports.pointed(object.value ?? '', object.type),
  };
}

/** Where a user's expression lies: it is evaluated again for its parts only where that does no harm. */
export function placeOf(expression: string, context: FrameContext | undefined): Place {
  return { context, expression: isPlain(expression) ? operand(expression) : undefined };
}

/** Assigns, and describes the new value. @throws MiError */
export async function assignTo(
  expression: string,
  value: string,
  context: FrameContext | undefined,
  ports: ContainerPorts,
  hex: boolean,
): Promise<Described> {
  await ports.gdb.send(dataEvaluateExpression(`${expression} = ${value}`, context));
  await ports.varobjs.refresh();
  const object = await ports.varobjs.create(expression, context, true);
  return describe(object, { context, expression }, ports, hex);
}

interface Entry {
  readonly object: VarObject;
  readonly place: Place;
}

/** What a container shows the inside of. */
interface Source extends Entry {
  /** The object itself is the only child: what a pointer to a number points to. */
  readonly isWhole: boolean;
}

/** A sequence in memory. */
interface Elements {
  readonly length: number;
  /** What to put `[0]` behind; undefined where there is no expression for it. */
  readonly of: string | undefined;
  /** Read in parts, each an object of its own. */
  readonly isSliced: boolean;
}

/** A child on its way to the client. */
interface Named extends Entry {
  readonly name: string;
  readonly hint?: D.VariablePresentationHint;
}

/** What is inside a structure, an array, a class, a pretty-printed value, or behind a pointer. */
export class ObjectContainer implements Container {
  /** What has been listed, by its name: what can be assigned to. */
  private readonly listed = new Map<string, Entry>();

  /**
   * @param source its variable object may come later: it is made of the expression when needed
   * @param from   the first index: this container shows the rest of another one
   */
  constructor(
    private source: Partial<Source> & { readonly place: Place },
    private readonly ports: ContainerPorts,
    private readonly from = 0,
  ) {}

  async list(page: Page): Promise<D.Variable[]> {
    const source = await this.resolve();
    const { children, rest } = await this.part(source, page);
    for (const child of children) this.listed.set(child.name, child);
    const variables = await Promise.all(children.map(child => this.variable(child, page.hex)));
    return rest === undefined ? variables : [...variables, this.more(source, rest)];
  }

  async assign(name: string, value: string, hex: boolean): Promise<D.SetVariableResponse['body']> {
    const entry = this.listed.get(name);
    if (entry === undefined) throw notAssignable(name, 'it has not been listed.');
    const { object, place } = entry;
    if (place.expression !== undefined) return assignTo(place.expression, value, place.context, this.ports, hex);
    const text = await this.ports.varobjs.assign(object, value);
    await this.ports.varobjs.refresh();
    return { value: text, ...(object.type === undefined ? {} : { type: object.type }) };
  }

  async placeOf(name: string): Promise<ExpressionPlace | undefined> {
    if (!this.listed.has(name)) await this.list({ start: 0, count: undefined, hex: false });
    const { expression, context } = this.listed.get(name)?.place ?? {};
    return expression === undefined ? undefined : { expression, context };
  }

  /** The object whose children are shown: behind a pointer, what it points to, be it all that there is to show. */
  private async resolve(): Promise<Source> {
    const { place, isWhole } = this.source;
    let { object } = this.source;
    if (object === undefined) {
      if (place.expression === undefined)
        throw new RequestError('internal', 'noExpression', 'A value without a way to it');
      object = await this.ports.varobjs.create(place.expression, place.context, true);
      this.source = { place, object };
    }
    const isFollowed = isWhole !== true && !object.dynamic && isPointer(object.value ?? '');
    if (!isFollowed || place.expression === undefined) return { place, object, isWhole: isWhole === true };
    const target = targetOf(place.expression);
    const pointed = { expression: target, context: place.context };
    // An object of its own: gdb shows a pretty printer's view of what a pointer points to only there.
    const behind = await this.ports.varobjs.create(target, place.context, true);
    const source = { place: pointed, object: behind, isWhole: !isStructured(behind) };
    this.source = source;
    return source;
  }

  /** The children of a page, and the first index that is left over. */
  private async part(source: Source, page: Page): Promise<{ children: readonly Named[]; rest: number | undefined }> {
    const { object, place } = source;
    if (source.isWhole) return { children: [{ name: place.expression ?? '', object, place }], rest: undefined };
    const start = this.from + page.start;
    const count = page.count ?? SHOWN_AT_ONCE;
    const elements = await this.elementsOf(source);
    if (page.filter !== undefined && (page.filter === 'indexed') !== (elements !== undefined)) {
      return { children: [], rest: undefined };
    }
    if (elements !== undefined) {
      const end = Math.min(elements.length, start + count);
      const children = start < end ? await this.elements(source, elements, start, end) : [];
      return { children, rest: end < elements.length && page.count === undefined ? end : undefined };
    }
    if (object.dynamic) {
      const { children, hasMore } = await this.dynamicChildren(source, start, count);
      return { children, rest: hasMore && page.count === undefined ? start + count : undefined };
    }
    return { children: pageOf(await this.members(source, object), page), rest: undefined };
  }

  /** How many elements there are, and an expression that has them; undefined for what is no sequence in memory. */
  private async elementsOf({ object, place }: Entry): Promise<Elements | undefined> {
    const { expression } = place;
    if (object.dynamic) {
      if (expression === undefined) return undefined;
      const elements = await vectorElements(object, expression, place.context, this.ports.gdb);
      return elements === undefined ? undefined : { ...elements, isSliced: true };
    }
    const length = await this.arrayLength(object);
    return length === undefined ? undefined : { length, of: expression, isSliced: length > WHOLE_ARRAY };
  }

  private async arrayLength(object: VarObject): Promise<number | undefined> {
    const length = lengthOf(object);
    if (length !== undefined || object.childCount <= WHOLE_ARRAY) return length;
    // A type with a name of its own does not say that it is an array.
    const value = await this.ports.varobjs.valueOf(object, 'natural');
    return value.startsWith('[') ? object.childCount : undefined;
  }

  private async elements(source: Entry, elements: Elements, start: number, end: number): Promise<Named[]> {
    const { object, place } = source;
    const { length, of } = elements;
    const name = (index: number, child: VarChild): Named => ({
      name: `[${index}]`,
      object: child.object,
      place: { context: place.context, expression: of === undefined ? undefined : elementOf(of, index) },
    });
    if (of === undefined || !elements.isSliced) {
      if (length > WHOLE_ARRAY_AT_MOST) throw tooLong(length);
      const { children } = await this.ports.varobjs.children(object, { start, end });
      return children.map((child, offset) => name(start + offset, child));
    }
    const expression = `${elementOf(of, start)}@${end - start}`;
    const slice = await this.ports.varobjs.create(expression, place.context, true);
    const { children } = await this.ports.varobjs.children(slice);
    return children.map((child, offset) => name(start + offset, child));
  }

  private async dynamicChildren(
    source: Entry,
    start: number,
    count: number,
  ): Promise<{ children: Named[]; hasMore: boolean }> {
    const { object, place } = source;
    const size = object.hint === 'map' ? 2 : 1;
    const range = { start: start * size, end: (start + count) * size };
    const { children, hasMore } = await this.ports.varobjs.children(object, range);
    const unnamed = { context: place.context, expression: undefined };
    if (size === 1) {
      return {
        children: children.map(child => ({ name: child.label, object: child.object, place: unnamed })),
        hasMore,
      };
    }
    // A map's children are its keys and values in turn.
    const pairs = children.flatMap((key, index) => {
      const value = children[index + 1];
      if (index % 2 === 1 || value === undefined) return [];
      return [{ name: `[${key.object.value ?? '{...}'}]`, object: value.object, place: unnamed }];
    });
    return { children: pairs, hasMore };
  }

  /** Members, with those of gdb's groups `public`, `protected` and `private` in their place. */
  private async members(source: Entry, parent: VarObject, visibility?: Visibility): Promise<Named[]> {
    const { children } = await this.ports.varobjs.children(parent);
    const isClass = children.some(isGroup);
    const members = await Promise.all(
      children.map(async child => {
        if (isGroup(child)) return this.members(source, child.object, child.label);
        return [await this.member(source.place, child, isClass && visibility === undefined, visibility)];
      }),
    );
    return members.flat();
  }

  private async member(place: Place, child: VarChild, isBase: boolean, visibility?: Visibility): Promise<Named> {
    const { label, object } = child;
    const { context } = place;
    const base = place.expression ?? place.around;
    const hint = visibility === undefined ? {} : { hint: { visibility } };
    if (base === undefined) return { name: label, object, place: { context, expression: undefined }, ...hint };
    if (label.startsWith('<anonymous')) {
      return { name: label, object, place: { context, expression: undefined, around: base }, ...hint };
    }
    if (/^-?\d+$/.test(label)) {
      return { name: `[${label}]`, object, place: { context, expression: elementOf(base, Number(label)) } };
    }
    if (isBase || (visibility === undefined && label === object.type && (await this.isBaseClass(object)))) {
      const expression = baseClassOf(base, label);
      return { name: label, object, place: { context, expression }, hint: { kind: 'baseClass' } };
    }
    return { name: label, object, place: { context, expression: memberOf(base, label) }, ...hint };
  }

  /** A class without members of its own has only base classes; a C structure may have a member named as its type. */
  private async isBaseClass(object: VarObject): Promise<boolean> {
    return (await this.ports.varobjs.pathOf(object)).startsWith('((class ');
  }

  private async variable(child: Named, hex: boolean): Promise<D.Variable> {
    const { name, object, place, hint } = child;
    return {
      name,
      ...(await describe(object, place, this.ports, hex)),
      ...(place.expression === undefined ? {} : { evaluateName: place.expression }),
      ...(hint === undefined ? {} : { presentationHint: hint }),
    };
  }

  private more(source: Source, from: number): D.Variable {
    return {
      name: `[${from}...]`,
      value: 'more',
      variablesReference: this.ports.open(new ObjectContainer(source, this.ports, from)),
      presentationHint: { kind: 'virtual', attributes: ['readOnly'] },
    };
  }
}

type Visibility = 'public' | 'protected' | 'private';

function isGroup(child: VarChild): child is VarChild & { readonly label: Visibility } {
  return child.object.type === undefined && /^(public|protected|private)$/.test(child.label);
}

/** Whether there is more to it than one value. */
function isStructured(object: VarObject): boolean {
  if (object.dynamic) return object.hint !== 'string';
  return object.childCount > 0 && !/^(\(.*?\) )?0x/.test(object.value ?? '');
}

function tooLong(length: number): RequestError {
  return new RequestError(
    'user',
    'arrayTooLong',
    `gdb can only make all ${length} elements of this array at once. Watch a part of it: 'array[0]@100'.`,
  );
}
