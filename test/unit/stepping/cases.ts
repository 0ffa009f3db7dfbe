import type { Region } from '../../../src/rseq/region.js';
import type { FrameSummary, Position } from '../../../src/stepping/types.js';
import type { Address } from '../../../src/util/address.js';

/** The places of {@link REGION}, which lies in a function `f` at [0x100, 0x180) with its abort handler at 0x200. */
export const PRELUDE = 0x110n;
export const ARMING = 0x111n;
export const START = 0x112n;
export const POST_COMMIT = 0x118n;
export const ABORT = 0x200n;
export const BRANCH = 0x140n;

/** A region with one of everything. */
export const REGION: Region = {
  id: 'f+0x112',
  kind: 'descriptor',
  range: { start: START, end: POST_COMMIT },
  abort: ABORT,
  flags: 0,
  armingStore: ARMING,
  preludes: [PRELUDE],
  exits: [
    { address: POST_COMMIT, origin: 'postCommit' },
    { address: ABORT, origin: 'abort' },
    { address: BRANCH, origin: 'branch' },
  ],
  functions: [
    { start: 0x100n, end: 0x180n },
    { start: 0x200n, end: 0x204n },
  ],
  limits: [],
};

/** A frame with lines. */
export function frame(pc: Address, name?: string): FrameSummary {
  return { pc, hasLine: true, isSignalTrampoline: false, ...(name === undefined ? {} : { function: name }) };
}

/** What a position may differ in; a line of 0 stands for none. */
export interface PositionCase extends Partial<Omit<Position, 'line'>> {
  readonly line?: number;
}

/** Where a thread stands: in `f`, called by `main`, at the start of line 1, with {@link REGION} near. */
export function at(pc: Address, { line = 1, ...rest }: PositionCase = {}): Position {
  return {
    pc,
    ...(line === 0 ? {} : { line: { file: '/f.c', line } }),
    atLineStart: line !== 0,
    frameAddress: 0x1000n,
    frames: [frame(pc, 'f'), frame(0x20n, 'main')],
    regions: [REGION],
    ...rest,
  };
}
