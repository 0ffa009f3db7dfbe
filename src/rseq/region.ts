import type { Address, AddressRange } from '../util/address.js';

/** Why an address outside a region can be reached from inside it. A key's FINISH and ABORT points count as `finish` and `abort`. */
export type ExitOrigin = 'postCommit' | 'abort' | 'declared' | 'branch' | 'finish';

/** An address outside a region that control can reach from inside it. */
export interface RegionExit {
  readonly address: Address;
  readonly origin: ExitOrigin;
}

/** A line of source as gdb knows it; `file` is absolute where gdb tells. */
export interface SourceLine {
  readonly file: string;
  readonly line: number;
}

/**
 * A restartable sequence of a loaded image, at run-time addresses.
 *
 * A region of kind `descriptor` comes from a `struct rseq_cs` (section tables or a live thread). A region of kind `key`
 * is known from the key table alone: its extent is unknown, its START points stand in `preludes` and its FINISH and
 * ABORT points in `exits`. A descriptor region that a key's START point leads into carries both (`key` is set, START
 * points among `preludes`, FINISH and ABORT points among `exits`).
 */
export interface Region {
  /** Unique in a session: the image's file name and the link-time start, e.g. `counter+0x11c4`. */
  readonly id: string;
  readonly kind: 'descriptor' | 'key';
  /** `[start_ip, post_commit_ip)`; absent for kind `key`. */
  readonly range?: AddressRange;
  /** `abort_ip`; absent for kind `key`. */
  readonly abort?: Address;
  /** The address of the key's dummy object, where key points mark the region. */
  readonly key?: Address;
  /** `rseq_cs.flags`; 0 for kind `key`. */
  readonly flags: number;
  /** The instruction before `start_ip` that arms the region; absent where it could not be found or for kind `key`. */
  readonly armingStore?: Address;
  /** Where a thread can be stopped without harm before the region is armed: control-flow predecessors of the arming store, and START points. Empty: none is known. */
  readonly preludes: readonly Address[];
  /** Every exit known, each address once. */
  readonly exits: readonly RegionExit[];
  /**
   * Of very many exits those that a thread can come to before any other, from a prelude, the arming store or inside; absent where
   * the code does not prove it.
   */
  readonly firstExits?: readonly Address[];
  /** Functions that hold code of the region: of its preludes, its range, its abort handler; cold parts included. */
  readonly functions: readonly AddressRange[];
  /** The symbol that holds `start_ip` (for a key: its first START point), if any. */
  readonly function?: string;
  /** The source line of `start_ip` (for a key: of its first START point), if any. */
  readonly source?: SourceLine;
  /** What limits what is known, in words for the user: an indirect branch inside, code that could not be read. */
  readonly limits: readonly string[];
}

/** Something wrong in an image's tables: the good entries are kept. */
export interface TableWarning {
  /** A stable kebab-case word, e.g. `odd-size`, `overlap`, `code-not-read`. */
  readonly code: string;
  /** A sentence that names file, section and entry. */
  readonly message: string;
  readonly section?: string;
  /** Index of the entry in the section, from 0. */
  readonly entry?: number;
}
