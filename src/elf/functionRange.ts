import type { AddressRange } from '../util/address.js';

/** A function's code at link-time addresses; `name` is absent where only unwind information knows it. */
export interface FunctionRange extends AddressRange {
  readonly name?: string;
}
