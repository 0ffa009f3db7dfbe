import type { Region } from '../rseq/region.js';
import type { InsideRegion } from '../rseq/regionIndex.js';
import type { Outcome } from '../stepping/types.js';
import { formatAddress, type Address } from '../util/address.js';
import type { RseqArea } from './rseqArea.js';

/** A line of the scope "Restartable sequence". */
export interface ScopeLine {
  readonly name: string;
  readonly value: string;
}

/** What the scope tells of a stopped thread. */
export interface ThreadState {
  /** The region that the thread stands in, or at the arming store of. */
  readonly around: InsideRegion | undefined;
  /** The regions of the functions around it. */
  readonly near: readonly Region[];
  /** Its `struct rseq`; undefined where it has registered none. */
  readonly area: RseqArea | undefined;
  /** `start_ip` of the descriptor that `rseq_cs` points to. */
  readonly armedStart: Address | undefined;
}

/** The lines of the scope, one fact each. @param countsOf how runs through a region were seen to end, by its id */
export function scopeLines(
  { around, near, area, armedStart }: ThreadState,
  countsOf: (id: string) => Readonly<Record<Outcome, number>>,
): readonly ScopeLine[] {
  const armed = armedText({ around, area, armedStart });
  const shown = around === undefined ? near : [around.region];
  return [
    { name: 'region', value: around === undefined ? 'none' : titleOf(around.region) },
    { name: 'armed', value: armed },
    { name: 'attempt', value: attemptText(around?.position === 'armed', armed) },
    ...(area === undefined ? [] : areaLines(area)),
    ...shown.flatMap(region => countLines(shown.length > 1 ? ` (${titleOf(region)})` : '', countsOf(region.id))),
  ];
}

/** A region as its user knows it: many may be inlined into one function, so its line tells it from the others. */
function titleOf({ function: name, source, id }: Region): string {
  if (name === undefined) return id;
  return source === undefined ? `${name}, ${id}` : `${name}, line ${source.line}, ${id}`;
}

function armedText({ around, area, armedStart }: Omit<ThreadState, 'near'>): string {
  if (around === undefined) return 'no';
  if (around.position === 'atArmingStore') return 'no: the arming store is the next instruction';
  if (area === undefined) return 'unknown: no rseq area of the thread was found';
  if (around.region.range?.start === armedStart) return 'yes';
  return area.rseqCs !== 0n && armedStart === undefined
    ? 'unknown: the descriptor cannot be read'
    : 'no: the rest of the region runs unprotected';
}

function attemptText(isInside: boolean, armed: string): string {
  return isInside && !armed.startsWith('no') ? 'lost: it aborts when the thread goes on' : 'not lost';
}

function areaLines({ cpuId, nodeId, mmCid, rseqCs }: RseqArea): ScopeLine[] {
  return [
    { name: 'cpu_id', value: String(cpuId) },
    ...(nodeId === undefined ? [] : [{ name: 'node_id', value: String(nodeId) }]),
    ...(mmCid === undefined ? [] : [{ name: 'mm_cid', value: String(mmCid) }]),
    { name: 'rseq_cs', value: formatAddress(rseqCs) },
  ];
}

/** What the debugger has seen: nobody counts what a program does while it runs freely. */
function countLines(of: string, { committed, aborted, exited }: Readonly<Record<Outcome, number>>): ScopeLine[] {
  return [
    { name: `commits seen${of}`, value: String(committed) },
    { name: `aborts seen${of}`, value: String(aborted) },
    { name: `other exits seen${of}`, value: String(exited) },
  ];
}
