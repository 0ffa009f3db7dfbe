import { dataEvaluateExpression, dataReadMemoryBytes } from '../mi/commandsInspection.js';
import { textAt, tuplesAt } from '../mi/fields.js';
import { parseAddress, type Address } from '../util/address.js';
import type { Gdb } from './ports.js';

/** A thread's `struct rseq` (linux/rseq.h); 32-bit fields as numbers, absent where the area is too short for them. */
export interface RseqArea {
  readonly address: Address;
  readonly cpuId: number;
  /** The descriptor that was armed last; 0 if none is. */
  readonly rseqCs: Address;
  readonly flags: number;
  readonly nodeId?: number;
  readonly mmCid?: number;
}

/** `cpu_id` of an area that no thread has registered: -1, or -2 where registration failed. */
const UNREGISTERED = 0xffff_fffe;

/**
 * Where a thread's area may be. glibc 2.35 and later: `__rseq_offset` from the thread pointer. A library that registers
 * its own (tcmalloc, older librseq) keeps it in the thread-local variable `__rseq_abi`.
 */
const CANDIDATES = ['(unsigned long)$fs_base + (long)__rseq_offset', '(unsigned long)&__rseq_abi'] as const;

/** The area that a stopped thread has registered; undefined where none is found. */
export async function readRseqArea(gdb: Gdb, thread: number): Promise<RseqArea | undefined> {
  const areas = await Promise.all(CANDIDATES.map(expression => areaAt(gdb, thread, expression)));
  return areas.find(area => area !== undefined && area.cpuId < UNREGISTERED);
}

async function areaAt(gdb: Gdb, thread: number, expression: string): Promise<RseqArea | undefined> {
  try {
    const value = await gdb.send(dataEvaluateExpression(expression, { thread, frame: 0 }));
    const address = parseAddress(textAt(value.results, 'value') ?? '');
    if (address === undefined) return undefined;
    const memory = await gdb.send(dataReadMemoryBytes(address, 28));
    const contents = tuplesAt(memory.results, 'memory')[0];
    const bytes = Buffer.from(contents === undefined ? '' : (textAt(contents, 'contents') ?? ''), 'hex');
    if (bytes.length < 20) return undefined;
    return {
      address,
      cpuId: bytes.readUInt32LE(4),
      rseqCs: bytes.readBigUInt64LE(8),
      flags: bytes.readUInt32LE(16),
      ...(bytes.length < 24 ? {} : { nodeId: bytes.readUInt32LE(20) }),
      ...(bytes.length < 28 ? {} : { mmCid: bytes.readUInt32LE(24) }),
    };
  } catch {
    // No such symbol or register, no memory there: this is not where the area is.
    return undefined;
  }
}
