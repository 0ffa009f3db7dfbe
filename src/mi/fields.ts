import { parseAddress, type Address } from '../util/address.js';
import type { MiList, MiTuple, MiValue } from './record.js';

/** Whether a value is a tuple. */
export function isTuple(value: MiValue | undefined): value is MiTuple {
  return typeof value === 'object' && !Array.isArray(value);
}

/** A text of a tuple; undefined where it is missing or no text. */
export function textAt(tuple: MiTuple, name: string): string | undefined {
  const value = tuple[name];
  return typeof value === 'string' ? value : undefined;
}

/** A decimal integer of a tuple; undefined where it is missing or none. */
export function integerAt(tuple: MiTuple, name: string): number | undefined {
  const text = textAt(tuple, name);
  return text !== undefined && /^-?\d+$/.test(text) ? Number(text) : undefined;
}

/** An address of a tuple; undefined where it is missing or none. */
export function addressAt(tuple: MiTuple, name: string): Address | undefined {
  const text = textAt(tuple, name);
  return text === undefined ? undefined : parseAddress(text);
}

/** A tuple of a tuple; undefined where it is missing or none. */
export function tupleAt(tuple: MiTuple, name: string): MiTuple | undefined {
  const value = tuple[name];
  return isTuple(value) ? value : undefined;
}

/** A list of a tuple; empty where it is missing. gdb before mi3 printed some empty lists as empty tuples. */
export function listAt(tuple: MiTuple, name: string): MiList {
  const value = tuple[name];
  return Array.isArray(value) ? (value as MiList) : [];
}

/** The tuples of a list of a tuple; empty where it is missing. */
export function tuplesAt(tuple: MiTuple, name: string): MiTuple[] {
  return listAt(tuple, name).filter(isTuple);
}

/** The texts of a list of a tuple; empty where it is missing. */
export function textsAt(tuple: MiTuple, name: string): string[] {
  return listAt(tuple, name).filter(value => typeof value === 'string');
}

/** Leaves out what is undefined, so that an optional property is absent and not present without a value. */
export function defined<T extends object>(properties: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
