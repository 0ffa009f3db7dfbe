import type { TargetBytes } from '../elf/bytes.js';

/** Size of `struct rseq_cs` in bytes (include/uapi/linux/rseq.h), on 32-bit and 64-bit targets alike. */
export const DESCRIPTOR_SIZE = 32;

/** A `struct rseq_cs` as its bytes say: link-time addresses in a file, run-time addresses in memory. */
export interface Descriptor {
  readonly version: number;
  readonly flags: number;
  readonly start: bigint;
  readonly postCommitOffset: bigint;
  readonly abort: bigint;
}

/** The value that a word at a byte offset of the descriptor has after linking; see LinkWords in elf/relocations.ts. */
export type WordResolver = (offset: number, inPlace: bigint) => bigint;

/**
 * Decodes `struct rseq_cs { u32 version, u32 flags, u64 start_ip, u64 post_commit_offset, u64 abort_ip }`.
 *
 * The fields are 64 bits wide on 32-bit targets too; there the kernel's users write the pointer into the low half and
 * zeros into the high half (LINUX_FIELD_u32_u64), so relocations apply to the low half.
 *
 * @throws RangeError where fewer than 32 bytes follow `at`
 */
export function decodeDescriptor(bytes: TargetBytes, at: number, resolve: WordResolver = keep): Descriptor {
  return {
    version: bytes.u32(at),
    flags: bytes.u32(at + 4),
    start: pointer(bytes, at + 8, resolve),
    postCommitOffset: bytes.u64(at + 16),
    abort: pointer(bytes, at + 24, resolve),
  };
}

function keep(_offset: number, inPlace: bigint): bigint {
  return inPlace;
}

function pointer(bytes: TargetBytes, at: number, resolve: WordResolver): bigint {
  if (bytes.encoding.bits === 64) return resolve(at, bytes.u64(at));
  const low = bytes.encoding.littleEndian ? at : at + 4;
  const high = bytes.encoding.littleEndian ? at + 4 : at;
  return (BigInt(bytes.u32(high)) << 32n) | resolve(low, BigInt(bytes.u32(low)));
}
