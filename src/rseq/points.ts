import type { TargetBytes } from '../elf/bytes.js';
import type { Warnings } from './warnings.js';

/** The section that marks critical sections by keys; its format is the project's own (see {@link decodePoints}). */
export const POINTS_SECTION = '__rseq_points';

/** The points of one key, each list ascending and without duplicates; link-time addresses unless they were moved. */
export interface KeyPoints {
  readonly key: bigint;
  readonly starts: readonly bigint[];
  readonly finishes: readonly bigint[];
  readonly aborts: readonly bigint[];
}

type Lists = Record<1 | 2 | 3, Set<bigint>>;

/**
 * Decodes a key table: ELF64 entries of 24 bytes `u32 type, u32 zero, u64 address, u64 key`, ELF32 entries of 12 bytes
 * `u32 type, u32 address, u32 key`, in the target's byte order; type 1 START, 2 FINISH, 3 ABORT; addresses at link time.
 * The section is not loaded, so the linker has resolved them for good.
 *
 * Entries with key 0 or outside executable code are what linkers leave of functions that they discarded: they are
 * dropped, with one warning for all of them.
 */
export function decodePoints(
  bytes: TargetBytes,
  isExecutable: (linkAddress: bigint) => boolean,
  warnings: Warnings,
): KeyPoints[] {
  const size = pointSize(bytes.encoding.bits);
  const keys = new Map<bigint, Lists>();
  const rest = bytes.length % size;
  if (rest !== 0) {
    const text = `${bytes.length} bytes are no multiple of ${size}; the last ${rest} are left out`;
    warnings.add('odd-size', POINTS_SECTION, undefined, text);
  }
  let discarded = 0;
  for (let at = 0, entry = 0; at + size <= bytes.length; at += size, entry++) {
    const { type, address, key } = pointAt(bytes, at);
    if (type !== 1 && type !== 2 && type !== 3) {
      const text = `type ${type} is none of 1 (START), 2 (FINISH), 3 (ABORT); left out`;
      warnings.add('unknown-type', POINTS_SECTION, entry, text);
    } else if (key === 0n || !isExecutable(address)) discarded++;
    else {
      const lists = keys.get(key) ?? { 1: new Set(), 2: new Set(), 3: new Set() };
      keys.set(key, lists);
      lists[type].add(address);
    }
  }
  if (discarded > 0) {
    const text = `${discarded} entries have key 0 or an address outside executable code, as linkers leave of functions that they discard; left out`;
    warnings.add('discarded-points', POINTS_SECTION, undefined, text);
  }
  return [...keys].map(([key, lists]) => keyPoints(key, lists)).sort((a, b) => compare(a.key, b.key));
}

/** A key's points moved by `delta` bytes: from link-time addresses to where their image was loaded. */
export function rebasePoints({ key, starts, finishes, aborts }: KeyPoints, delta: bigint): KeyPoints {
  const move = (list: readonly bigint[]): bigint[] => list.map(address => address + delta);
  return { key: key + delta, starts: move(starts), finishes: move(finishes), aborts: move(aborts) };
}

/** Size of an entry in bytes, for files of a class. */
export function pointSize(bits: 32 | 64): number {
  return bits === 64 ? 24 : 12;
}

function pointAt(bytes: TargetBytes, at: number): { type: number; address: bigint; key: bigint } {
  return bytes.encoding.bits === 64
    ? { type: bytes.u32(at), address: bytes.u64(at + 8), key: bytes.u64(at + 16) }
    : { type: bytes.u32(at), address: BigInt(bytes.u32(at + 4)), key: BigInt(bytes.u32(at + 8)) };
}

function keyPoints(key: bigint, lists: Lists): KeyPoints {
  const sorted = (set: ReadonlySet<bigint>): bigint[] => [...set].sort(compare);
  return { key, starts: sorted(lists[1]), finishes: sorted(lists[2]), aborts: sorted(lists[3]) };
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
