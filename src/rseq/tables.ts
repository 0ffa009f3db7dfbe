import type { TargetBytes } from '../elf/bytes.js';
import type { LinkWords } from '../elf/relocations.js';
import { formatAddress } from '../util/address.js';
import type { Descriptor } from './descriptor.js';
import { DESCRIPTOR_SIZE, decodeDescriptor } from './descriptor.js';
import type { Warnings } from './warnings.js';

/** The section of descriptors (librseq, kernel selftests, tcmalloc). */
export const DESCRIPTOR_SECTION = '__rseq_cs';
/** The section of pointers to descriptors: the authoritative list. */
export const POINTER_SECTION = '__rseq_cs_ptr_array';
/** The section of pairs `start_ip, exit_ip`: exits other than `post_commit_ip` and `abort_ip`. */
export const EXIT_SECTION = '__rseq_exit_point_array';

/** A critical section that a descriptor states, checked; all addresses link-time. */
export interface CriticalSection {
  /** Where the descriptor stands. */
  readonly descriptor: bigint;
  readonly start: bigint;
  /** `post_commit_ip`. */
  readonly end: bigint;
  readonly abort: bigint;
  readonly flags: number;
}

/** A declared exit; link-time. */
export interface ExitPoint {
  readonly start: bigint;
  readonly exit: bigint;
}

/** A table's bytes and where they stand at link time. */
export interface TableBytes {
  readonly section: string;
  readonly address: bigint;
  readonly bytes: TargetBytes;
}

/** What the decoders need to know about the file. */
export interface TableContext {
  readonly words: LinkWords;
  readonly isExecutable: (linkAddress: bigint) => boolean;
  readonly warnings: Warnings;
}

/** A pointer to a descriptor, and which entry it was. */
export interface DescriptorPointer {
  readonly descriptor: bigint;
  readonly entry: number;
}

/** Decodes `__rseq_cs`: the good entries; what is wrong with the others goes to the context's warnings. */
export function decodeDescriptors(table: TableBytes, context: TableContext): CriticalSection[] {
  if (table.address % BigInt(DESCRIPTOR_SIZE) !== 0n) {
    const text = `it starts at ${formatAddress(table.address)}, which is not aligned to ${DESCRIPTOR_SIZE} bytes`;
    context.warnings.add('unaligned', table.section, undefined, text);
  }
  const sections: CriticalSection[] = [];
  for (const { at, entry } of entries(table, DESCRIPTOR_SIZE, context)) {
    const section = decodeCriticalSection(table, at, entry, context);
    if (section !== undefined) sections.push(section);
  }
  return sections;
}

/**
 * Decodes and checks one descriptor.
 *
 * @param at    its byte offset in the table
 * @param entry the number by which a warning names it
 */
export function decodeCriticalSection(
  table: TableBytes,
  at: number,
  entry: number,
  context: TableContext,
): CriticalSection | undefined {
  const resolve = (offset: number, inPlace: bigint): bigint =>
    context.words.value(table.address + BigInt(offset), inPlace);
  const descriptor = decodeDescriptor(table.bytes, at, resolve);
  const fault = faultOf(descriptor, table.bytes.encoding.bits, context);
  if (fault !== undefined) {
    context.warnings.add(fault.code, table.section, entry, `${fault.text}; left out`);
    return undefined;
  }
  return {
    descriptor: table.address + BigInt(at),
    start: descriptor.start,
    end: descriptor.start + descriptor.postCommitOffset,
    abort: descriptor.abort,
    flags: descriptor.flags,
  };
}

/** Why the kernel would refuse a descriptor (kernel/rseq.c, rseq_get_rseq_cs), or why nothing can be planted for it. */
function faultOf(d: Descriptor, bits: 32 | 64, context: TableContext): { code: string; text: string } | undefined {
  const [start, abort] = [formatAddress(d.start), formatAddress(d.abort)];
  const end = d.start + d.postCommitOffset;
  if (d.version !== 0) return { code: 'bad-version', text: `version ${d.version} is not 0, the only one that exists` };
  if (d.postCommitOffset === 0n) return { code: 'empty-region', text: `the region at ${start} has length 0` };
  if (end >= 1n << BigInt(bits)) {
    const text = `start_ip ${start} plus length ${formatAddress(d.postCommitOffset)} lies beyond the address space`;
    return { code: 'end-before-start', text };
  }
  if (!context.isExecutable(d.start) || !context.isExecutable(end - 1n)) {
    return { code: 'out-of-range', text: `the region ${start} to ${formatAddress(end)} is not in executable code` };
  }
  if (!context.isExecutable(d.abort))
    return { code: 'out-of-range', text: `abort_ip ${abort} is not in executable code` };
  if (d.start <= d.abort && d.abort < end) {
    return { code: 'abort-inside', text: `abort_ip ${abort} lies inside its own region, which the kernel refuses` };
  }
  return undefined;
}

/** Decodes `__rseq_cs_ptr_array`; on 64-bit targets null pointers are dropped with a warning. */
export function decodePointers(table: TableBytes, context: TableContext): DescriptorPointer[] {
  return words(table, context, 1).map(({ values, entry }) => ({ descriptor: values[0] ?? 0n, entry }));
}

/** Decodes `__rseq_exit_point_array`; exits outside executable code are dropped with a warning. */
export function decodeExitPoints(table: TableBytes, context: TableContext): ExitPoint[] {
  const exits: ExitPoint[] = [];
  for (const { values, entry } of words(table, context, 2)) {
    const [start = 0n, exit = 0n] = values;
    if (context.isExecutable(exit)) exits.push({ start, exit });
    else {
      const text = `the exit ${formatAddress(exit)} is not in executable code; left out`;
      context.warnings.add('out-of-range', table.section, entry, text);
    }
  }
  return exits;
}

/**
 * Entries of `count` addresses each. On 32-bit targets emitters differ: the kernel selftests pad each address to 64 bits
 * (zeros after it, on big endian before it), others write plain words. No address in these tables is 0, so zero words
 * are padding there.
 */
function words(table: TableBytes, context: TableContext, count: 1 | 2): { values: bigint[]; entry: number }[] {
  const narrow = table.bytes.encoding.bits === 32;
  const size = narrow ? 4 : 8;
  const result: { values: bigint[]; entry: number }[] = [];
  let values: bigint[] = [];
  for (const { at, entry } of entries(table, size, context)) {
    const value = context.words.value(table.address + BigInt(at), table.bytes.word(at));
    if (value === 0n && narrow) continue;
    values.push(value);
    if (values.length < count) continue;
    const index = narrow ? result.length : Math.floor(entry / count);
    if (values[0] === 0n) context.warnings.add('null-pointer', table.section, index, 'it points nowhere; left out');
    else result.push({ values, entry: index });
    values = [];
  }
  if (values.length > 0) {
    context.warnings.add('odd-size', table.section, undefined, 'the last address has no partner; it is left out');
  }
  return result;
}

function* entries(table: TableBytes, size: number, context: TableContext): Generator<{ at: number; entry: number }> {
  const rest = table.bytes.length % size;
  if (rest !== 0) {
    const text = `${table.bytes.length} bytes are no multiple of ${size}; the last ${rest} are left out`;
    context.warnings.add('odd-size', table.section, undefined, text);
  }
  for (let at = 0, entry = 0; at + size <= table.bytes.length; at += size, entry++) yield { at, entry };
}
