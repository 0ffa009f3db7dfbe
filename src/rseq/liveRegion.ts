import type { FunctionRange } from '../elf/functionRange.js';
import type { Address, AddressRange } from '../util/address.js';
import type { Descriptor } from './descriptor.js';
import { buildRegions } from './imageRegions.js';
import type { ImageTables } from './imageTables.js';
import type { Region } from './region.js';
import type { CodeReader } from './regionCode.js';

/** What is known of the process around a descriptor that a thread has armed. */
export interface LiveContext {
  /** ELF machine number of the process. */
  readonly machine: number;
  readonly code: CodeReader;
  /** The function that holds a run-time address, where the debugger knows one; JIT code has none. */
  functionAt(address: Address): FunctionRange | undefined;
  /** The mapping of executable memory that holds a run-time address. */
  codeBounds(address: Address): AddressRange | undefined;
}

/**
 * Makes a region out of a descriptor that a live thread's `rseq_cs` points to and that no table names: code of a JIT
 * compiler, of a stripped file without section headers, or written by hand.
 *
 * @param descriptor its contents, run-time addresses
 * @returns undefined where the kernel would refuse the descriptor, or it leads out of executable memory: a thread's area may hold
 *   a stale pointer into memory that means something else by now
 */
export async function learnRegion(descriptor: Descriptor, context: LiveContext): Promise<Region | undefined> {
  const { start, abort, flags, postCommitOffset, version } = descriptor;
  const end = start + postCommitOffset;
  const bounds = context.codeBounds(start);
  const inside = start <= abort && abort < end;
  if (version !== 0 || postCommitOffset === 0n || inside) return undefined;
  if (bounds === undefined || end > bounds.end || context.codeBounds(abort) === undefined) return undefined;
  const tables: ImageTables = {
    file: 'the code of the thread',
    machine: context.machine,
    sections: [{ descriptor: 0n, start, end, abort, flags, listed: false }],
    exitPoints: [],
    keys: [],
    functions: { at: address => context.functionAt(address), piecesOf: () => [] },
    codeBounds: address => context.codeBounds(address),
    warnings: [],
  };
  const { regions } = await buildRegions(tables, context.code, 0n, 'live');
  return regions[0];
}
