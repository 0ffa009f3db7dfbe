import type { Address } from '../util/address.js';
import { addressAt, defined, integerAt, textAt, tuplesAt } from './fields.js';
import type { MiTuple } from './record.js';

/** A frame as gdb prints it in stops and stacks. */
export interface Frame {
  /** 0 is the innermost; absent in a stop. */
  readonly level?: number;
  /** Where the thread goes on in this frame; absent where gdb cannot tell (`<unavailable>`). */
  readonly address?: Address;
  /** Absent where no symbol covers the address, which gdb prints as `??`. */
  readonly func?: string;
  /** The source file as the debug information names it. */
  readonly file?: string;
  /** The source file's absolute path. */
  readonly fullname?: string;
  readonly line?: number;
  /** The shared library, for a frame without line information. */
  readonly from?: string;
  /** gdb's name of the architecture, e.g. `i386:x86-64`. */
  readonly arch?: string;
  /** Arguments by name; the value is absent where gdb was not asked for it. */
  readonly args: readonly { readonly name: string; readonly value?: string }[];
}

/** Reads a `frame={...}` (gdb manual, "GDB/MI Frame Information"). */
export function parseFrame(tuple: MiTuple): Frame {
  const func = textAt(tuple, 'func');
  return {
    ...defined({
      level: integerAt(tuple, 'level'),
      address: addressAt(tuple, 'addr'),
      func: func === '??' ? undefined : func,
      file: textAt(tuple, 'file'),
      fullname: textAt(tuple, 'fullname'),
      line: integerAt(tuple, 'line'),
      from: textAt(tuple, 'from'),
      arch: textAt(tuple, 'arch'),
    }),
    args: tuplesAt(tuple, 'args').map(argument => ({
      name: textAt(argument, 'name') ?? '',
      ...defined({ value: textAt(argument, 'value') }),
    })),
  };
}
