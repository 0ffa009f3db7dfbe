import { formatAddress, parseAddress, type Address } from '../util/address.js';
import { RequestError } from '../util/errors.js';

/** What a data breakpoint watches. `name` is what the user calls it. */
export type DataPlace =
  /** Static storage, found again in every run of the program. */
  | { readonly kind: 'static'; readonly name: string; readonly expression: string }
  /** Bytes at a run-time address; `type` (gdb's spelling) is how their value is shown, where it can be named. */
  | {
      readonly kind: 'memory';
      readonly name: string;
      readonly address: Address;
      readonly bytes: number;
      readonly type?: string;
    }
  /** Something of a frame of a thread (gdb's number): it ends with the frame, which its canonical frame address and its function tell. */
  | {
      readonly kind: 'frame';
      readonly name: string;
      readonly expression: string;
      readonly thread: number;
      readonly frameAddress: Address;
      readonly function: string;
    };

/** Spells a place as DAP's `dataId`. */
export function formatDataId(place: DataPlace): string {
  return JSON.stringify(place, (_key, value: unknown) => (typeof value === 'bigint' ? formatAddress(value) : value));
}

/**
 * Reads what {@link formatDataId} has spelled; a client may keep it from an earlier session.
 *
 * @throws RequestError `badDataId`
 */
export function parseDataId(dataId: string): DataPlace {
  const bad = (): RequestError =>
    new RequestError('user', 'badDataId', `'${dataId}' is no dataId of this adapter: ask by 'dataBreakpointInfo'.`);
  let fields: unknown;
  try {
    fields = JSON.parse(dataId);
  } catch {
    throw bad();
  }
  const place = typeof fields === 'object' && fields !== null ? placeOf(fields as Record<string, unknown>) : undefined;
  if (place === undefined) throw bad();
  return place;
}

function placeOf(fields: Record<string, unknown>): DataPlace | undefined {
  const { kind, name, expression, bytes, type, thread } = fields;
  if (typeof name !== 'string') return undefined;
  if (kind === 'static' && typeof expression === 'string') return { kind, name, expression };
  if (kind === 'memory') {
    const address = addressOf(fields.address);
    if (address === undefined || typeof bytes !== 'number' || !Number.isSafeInteger(bytes)) return undefined;
    return { kind, name, address, bytes, ...(typeof type === 'string' ? { type } : {}) };
  }
  const frameAddress = addressOf(fields.frameAddress);
  if (kind !== 'frame' || typeof expression !== 'string' || typeof thread !== 'number') return undefined;
  if (frameAddress === undefined || typeof fields.function !== 'string') return undefined;
  return { kind, name, expression, thread, frameAddress, function: fields.function };
}

function addressOf(value: unknown): Address | undefined {
  return typeof value === 'string' ? parseAddress(value) : undefined;
}

/** The expression of bytes at an address. */
export function memoryExpression(address: Address, bytes: number, type: string | undefined): string {
  return type === undefined
    ? `*(char (*)[${bytes}]) ${formatAddress(address)}`
    : `*(${pointerTo(type)}) ${formatAddress(address)}`;
}

/** C's spelling of a pointer to a type. */
export function pointerTo(type: string): string {
  const array = /^(.*?)\s*((\[\d+\])+)$/.exec(type);
  return array === null ? `${type} *` : `${array[1] ?? ''} (*)${array[2] ?? ''}`;
}
