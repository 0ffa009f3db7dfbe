import type { RegionDescription } from '../dap/customRequests.js';
import type { RouteTable } from '../dap/route.js';
import type { Region } from '../rseq/region.js';
import type { RegionIndex } from '../rseq/regionIndex.js';
import type { Action, Outcome } from '../stepping/types.js';
import { formatAddress, type Address } from '../util/address.js';
import type { Client, Gdb, Tell } from './ports.js';
import { readRseqArea } from './rseqArea.js';

/** What this subject needs of the session. */
export interface RestartablePorts {
  readonly gdb: Gdb;
  /** gdb for what only looks. */
  readonly answers: Gdb;
  readonly client: Client;
  readonly tell: Tell;
  readonly index: RegionIndex;
  /** Whether this stop is worth looking for regions that no table tells; not the end of each step. */
  readonly mayLearn: () => boolean;
  /** A thread has armed the descriptor at this address; 0: none. */
  armed(descriptor: Address): Promise<void>;
  /** Whether every run-through is told in the debug console. */
  readonly log: () => boolean;
}

/** A line of the scope "Restartable sequence". */
export interface ScopeLine {
  readonly name: string;
  readonly value: string;
}

/** What the client shows as a scope of its own. */
export interface RseqScope {
  readonly name: string;
  readonly variables: readonly ScopeLine[];
}

type Passed = Action & { kind: 'tell' };

/** What the client is told of restartable sequences: the regions, each run through one, the state of a thread. */
export class Restartable {
  /** How runs through a region were seen to end, by region id. */
  private readonly seen = new Map<string, Record<Outcome, number>>();

  constructor(private readonly ports: RestartablePorts) {}

  readonly routes: RouteTable = {
    'rseq/regions': { when: 'initialized', run: () => ({ regions: this.ports.index.all().map(describe) }) },
  };

  /** A step has run a thread through regions, or the free pass after a stop inside, which has cost an attempt. */
  passed(passed: Passed, threadId: number, isFree: boolean): void {
    const { outcome, address } = passed;
    const region = passed.regions.find(one => one.exits.some(exit => exit.address === address)) ?? passed.regions[0];
    if (region === undefined) return;
    const counts = this.countsOf(region.id);
    counts[outcome] += 1;
    this.ports.client.emit('rseq', { threadId, region: region.id, outcome, address: formatAddress(address) });
    if (!this.ports.log() && (isFree || outcome !== 'aborted')) return;
    const name = region.function ?? region.id;
    this.ports.tell('console', `Thread ${threadId} ran through the restartable sequence of ${name}: ${outcome}.\n`);
  }

  /** Why a thread that stands at `pc` must not call a function of the program; undefined where it may. */
  whyNoCall(pc: Address): string | undefined {
    const around = this.ports.index.inside(pc);
    if (around?.position !== 'armed') return undefined;
    const name = around.region.function ?? around.region.id;
    return (
      `the thread stands inside the restartable sequence of ${name}, which the kernel disarms when a call leaves it: ` +
      'the rest of it would run unprotected. Step out of it first.'
    );
  }

  /** The scope "Restartable sequence" of a stopped thread, where any is known. */
  async scopes(thread: number, pc: Address): Promise<readonly RseqScope[]> {
    if (this.ports.index.isEmpty && !this.ports.mayLearn()) return [];
    // What is looked for now and then is no question that each stop brings.
    const gdb = this.ports.index.isEmpty ? this.ports.gdb : this.ports.answers;
    const area = await readRseqArea(gdb, thread);
    if (area !== undefined) await this.ports.armed(area.rseqCs);
    if (this.ports.index.isEmpty) return [];
    const lines: ScopeLine[] = [{ name: 'region', value: this.stateAt(pc) }];
    if (area !== undefined) {
      lines.push({ name: 'cpu_id', value: String(area.cpuId) }, { name: 'rseq_cs', value: formatAddress(area.rseqCs) });
      if (area.nodeId !== undefined) lines.push({ name: 'node_id', value: String(area.nodeId) });
      if (area.mmCid !== undefined) lines.push({ name: 'mm_cid', value: String(area.mmCid) });
    }
    for (const region of this.ports.index.near([pc])) {
      const { committed, aborted, exited } = this.countsOf(region.id);
      const value = `${committed} commits, ${aborted} aborts, ${exited} other exits seen`;
      lines.push({ name: region.function ?? region.id, value });
    }
    return [{ name: 'Restartable sequence', variables: lines }];
  }

  private stateAt(pc: Address): string {
    const around = this.ports.index.inside(pc);
    if (around === undefined) return 'none';
    const name = around.region.function ?? around.region.id;
    return around.position === 'armed'
      ? `inside the one of ${name}: this attempt is lost, it aborts when the thread goes on`
      : `before the one of ${name}, at the arming store`;
  }

  private countsOf(id: string): Record<Outcome, number> {
    const counts = this.seen.get(id) ?? { committed: 0, aborted: 0, exited: 0 };
    this.seen.set(id, counts);
    return counts;
  }
}

function describe(region: Region): RegionDescription {
  const { range, abort, source } = region;
  return {
    id: region.id,
    kind: region.kind,
    ...(range === undefined ? {} : { start: formatAddress(range.start), end: formatAddress(range.end) }),
    ...(abort === undefined ? {} : { abort: formatAddress(abort) }),
    ...(region.function === undefined ? {} : { function: region.function }),
    ...(source === undefined ? {} : { path: source.file, line: source.line }),
    preludes: region.preludes.map(formatAddress),
    exits: region.exits.map(({ address, origin }) => ({ address: formatAddress(address), origin })),
    limits: [...region.limits],
  };
}
