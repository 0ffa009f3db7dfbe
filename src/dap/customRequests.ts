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
}

/** Requests beyond the protocol; their names hold a `/`, which no request of the protocol does. */
export interface CustomRequests {
  /** The regions of everything that is loaded. */
  'rseq/regions': {
    readonly arguments: Readonly<Record<string, unknown>>;
    readonly body: { regions: RegionDescription[] };
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
