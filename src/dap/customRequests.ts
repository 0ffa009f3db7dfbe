/** A restartable sequence as clients see it: the fields of a region, addresses spelled `0x...`. */
export interface RegionDescription {
  /** Unique in the session. */
  readonly id: string;
  readonly kind: 'descriptor' | 'key';
  /** `start_ip`; absent for a region known by its key alone. */
  readonly start?: string;
  /** `post_commit_ip`, the end of the half-open range; absent for a region known by its key alone. */
  readonly end?: string;
  readonly abort?: string;
  /** The function that holds the region's start, if a symbol tells. */
  readonly function?: string;
  /** Absolute path and line (from 1) of the region's start, if known. */
  readonly path?: string;
  readonly line?: number;
  /** Where steps intercept; empty if no such place is known. */
  readonly preludes: readonly string[];
  readonly exits: readonly { readonly address: string; readonly origin: string }[];
  /** What limits what is known, in words for the user. */
  readonly limits: readonly string[];
  /** How runs through the region were seen to end. */
  readonly seen: { readonly committed: number; readonly aborted: number; readonly exited: number };
  /** The lines (from 1) that have code in the region, by the absolute paths of their files; only where they were asked for. */
  readonly lines?: readonly { readonly path: string; readonly lines: readonly number[] }[];
}

/** Where a stopped thread stands, as far as restartable sequences are concerned. */
export interface ThreadDescription {
  readonly threadId: number;
  /** `inside`: this attempt is lost, it aborts when the thread goes on. `atArmingStore`: nothing is lost yet. */
  readonly position: 'outside' | 'atArmingStore' | 'inside';
  /** The id of the region that it stands in or before. */
  readonly region?: string;
  /** `cpu_id` of its `struct rseq`; absent where it has registered none. */
  readonly cpuId?: number;
}

/** Requests beyond the protocol; their names hold a `/`, which no request of the protocol does. */
export interface CustomRequests {
  /** The regions of everything that is loaded. */
  'rseq/regions': {
    readonly arguments: {
      /** Also tell where this thread stands, if it is stopped. */
      readonly threadId?: number;
      /** Also tell each region's lines. */
      readonly lines?: boolean;
    };
    readonly body: { regions: RegionDescription[]; thread?: ThreadDescription };
  };
  /** Continues until the thread commits in a region; it may stop before, or never get there. */
  'rseq/runToCommit': {
    readonly arguments: {
      readonly threadId: number;
      /** The id of {@link RegionDescription}. */
      readonly region: string;
    };
    readonly body: {
      /** Where the commits lead to: the thread stops at one of these. */
      commits: string[];
    };
  };
}

/** Events beyond the protocol. */
export interface CustomEvents {
  /** A step has run a thread through a region; `address` (`0x...`) is the exit that it took. */
  rseq: {
    readonly threadId: number;
    /** The id of {@link RegionDescription}. */
    readonly region: string;
    readonly outcome: 'committed' | 'aborted' | 'exited';
    readonly address: string;
  };
}
