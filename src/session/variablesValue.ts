import { console, type FrameContext } from '../mi/commands.js';
import { dataEvaluateExpression } from '../mi/commandsInspection.js';
import { textAt } from '../mi/fields.js';
import { messageOf } from '../util/errors.js';
import type { Gdb } from './ports.js';
import {
  arrayLengthIn,
  errorValue,
  isInteger,
  isOpaquePointer,
  isPointer,
  memoryReferenceIn,
  oneLine,
} from './valueFormat.js';
import type { VarObject, VarObjects } from './varobjs.js';
import { vectorLengthIn } from './variablesVector.js';

/** Where a value lies. */
export interface Place {
  readonly context: FrameContext | undefined;
  /**
   * An expression for it in the form of {@link operand}, that may be evaluated as often as one likes; undefined where there
   * is none: what a pretty printer made, what a call returned, an anonymous union.
   */
  readonly expression: string | undefined;
  /** What its members are reached from, where that is not `expression`: the structure around an anonymous union. */
  readonly around?: string;
}

/** A value as a client shows it. */
export interface Shown {
  readonly value: string;
  readonly expandable: boolean;
  /** The number of elements, of an array. */
  readonly length?: number;
  readonly memoryReference?: string;
}

/** What showing a value takes. */
export interface ShowPorts {
  readonly gdb: Gdb;
  readonly varobjs: VarObjects;
}

/** How a variable object's value is shown. Never rejects: a value that cannot be read is shown as the reason. */
export async function show(object: VarObject, place: Place, ports: ShowPorts, hex: boolean): Promise<Shown> {
  if (object.value === '' && !object.dynamic) return { value: await failure(object, place, ports), expandable: false };
  const value = await textOf(object, place, ports, hex);
  // Without an expression no part of a vector can be read by itself.
  const isVector = object.dynamic && place.expression !== undefined;
  const length = isVector ? vectorLengthIn(value) : lengthOf(object);
  const memoryReference = memoryReferenceIn(object.value ?? '');
  return {
    value,
    expandable: isExpandable(object),
    ...(length === undefined ? {} : { length }),
    ...(memoryReference === undefined ? {} : { memoryReference }),
  };
}

/** The number of elements of an array; undefined for what is none, or does not say so. */
export function lengthOf(object: VarObject): number | undefined {
  if (object.dynamic) return undefined;
  const isArray = /^\[\d+\]$/.test(object.value ?? '') || arrayLengthIn(object.type ?? '') !== undefined;
  return isArray ? object.childCount : undefined;
}

/**
 * A structure or array in one line, as gdb prints it but one level deep: whatever lies deeper is `{...}`. gdb's own limit
 * on elements (`print elements`) holds. Never rejects.
 *
 * @param fallback stands for a value that is larger than gdb reads at once (`max-value-size`)
 */
export async function summary(
  expression: string,
  context: FrameContext | undefined,
  gdb: Gdb,
  fallback: string,
): Promise<string> {
  try {
    const answer = await gdb.send(console(`with print max-depth 1 -- output ${expression}`, context));
    return isCut(answer.console) ? fallback : oneLine(answer.console);
  } catch (error) {
    const message = messageOf(error);
    // A gdb before 10 has no `with`.
    return /max-value-size|Undefined command/.test(message) ? fallback : errorValue(message);
  }
}

/** Whether a value is larger than gdb reads at once (`max-value-size`): gdb 16 shows the elements that are read, and then this. */
export function isCut(value: string): boolean {
  return /<unavailable>( <repeats \d+ times>)?(, )?(\.\.\.)?\}\s*$/.test(value);
}

/** An expression's value in hexadecimal where it is an integer; the given text where it is not. Never rejects. */
export async function hexadecimal(expression: string, value: string, place: Place, gdb: Gdb): Promise<string> {
  if (!isInteger(value)) return value;
  try {
    return oneLine((await gdb.send(console(`output/x ${expression}`, place.context))).console);
  } catch {
    // The decimal value is right as well.
    return value;
  }
}

async function textOf(object: VarObject, place: Place, ports: ShowPorts, hex: boolean): Promise<string> {
  const { value } = object;
  if (value === undefined || value === '{...}' || /^\[\d+\]$/.test(value)) {
    const length = lengthOf(object);
    const bare = value ?? (length === undefined ? '{...}' : `[${length}]`);
    return place.expression === undefined ? bare : summary(place.expression, place.context, ports.gdb, bare);
  }
  if (!hex || !isInteger(value)) return oneLine(value);
  return ports.varobjs.valueOf(object, 'hexadecimal').catch(() => value);
}

/** gdb leaves the value empty where it cannot read it; why, it tells who asks for the expression. */
async function failure(object: VarObject, place: Place, ports: ShowPorts): Promise<string> {
  if (object.type === 'void') return 'void';
  if (place.expression === undefined) return errorValue('cannot be read');
  try {
    const { results } = await ports.gdb.send(dataEvaluateExpression(place.expression, place.context));
    return oneLine(textAt(results, 'value') ?? '');
  } catch (error) {
    return errorValue(messageOf(error));
  }
}

function isExpandable(object: VarObject): boolean {
  if (object.dynamic) return object.hint !== 'string';
  if (object.childCount === 0) return false;
  const { value, type } = object;
  if (value === undefined || !/^(\(.*?\) )?0x/.test(value)) return true;
  return isPointer(value) && !isOpaquePointer(type ?? '', value);
}
