import { optionalBoolean, optionalNumber, requireNumber, requireString } from '../dap/arguments.js';
import type { CustomRequests, ThreadDescription } from '../dap/customRequests.js';
import type { RouteTable } from '../dap/route.js';
import { dataEvaluateExpression } from '../mi/commandsInspection.js';
import { textAt } from '../mi/fields.js';
import type { Region, SourceLine } from '../rseq/region.js';
import type { RegionIndex } from '../rseq/regionIndex.js';
import type { Action, Outcome } from '../stepping/types.js';
import { formatAddress, parseAddress, type Address, type AddressRange } from '../util/address.js';
import { RequestError } from '../util/errors.js';
import type { Client, Gdb, Tell } from './ports.js';
import { RegionDescriptions } from './regionDescriptions.js';
import { readRseqArea } from './rseqArea.js';
import { scopeLines, type ScopeLine } from './rseqScope.js';

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
  /** A thread has armed the descriptor at this address (0: none). @returns its `start_ip` */
  armed(descriptor: Address): Promise<Address | undefined>;
  readonly isStopped: () => boolean;
  linesOf(range: AddressRange): Promise<readonly SourceLine[]>;
  runToCommit(region: Region, thread: number): Promise<readonly Address[]>;
  /** Whether every run-through is told in the debug console. */
  readonly log: () => boolean;
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

  private readonly descriptions: RegionDescriptions;

  constructor(private readonly ports: RestartablePorts) {
    this.descriptions = new RegionDescriptions(range => ports.linesOf(range));
  }

  readonly routes: RouteTable = {
    'rseq/regions': { when: 'initialized', run: args => this.regions(args) },
    'rseq/runToCommit': {
      when: 'stopped',
      run: async args => {
        const id = requireString(args, 'region');
        const region = this.ports.index.byId(id);
        if (region === undefined) throw new RequestError('user', 'noRegion', `There is no region '${id}' any more.`);
        const commits = await this.ports.runToCommit(region, requireNumber(args, 'threadId'));
        return { commits: commits.map(formatAddress) };
      },
    },
  };

  /** A step has run a thread through regions, or the free pass after a stop inside, which has cost an attempt. */
  passed(passed: Passed, isFree: boolean): void {
    const { outcome, address, thread: threadId } = passed;
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

  /** What stands at an address of a region that has no symbol: an abort handler; undefined where it is none. */
  placeAt(address: Address): string | undefined {
    const region = this.ports.index.exitsAt(address).find(({ abort }) => abort === address);
    return region === undefined ? undefined : `abort handler of ${region.function ?? region.id}`;
  }

  /** The scope "Restartable sequence" of a stopped thread, where any is known. */
  async scopes(thread: number, pc: Address): Promise<readonly RseqScope[]> {
    if (this.ports.index.isEmpty && !this.ports.mayLearn()) return [];
    // What is looked for now and then is no question that each stop brings.
    const gdb = this.ports.index.isEmpty ? this.ports.gdb : this.ports.answers;
    const area = await readRseqArea(gdb, thread);
    const armedStart = area === undefined ? undefined : await this.ports.armed(area.rseqCs);
    if (this.ports.index.isEmpty) return [];
    const { index } = this.ports;
    const state = { around: index.inside(pc), near: index.near([pc]), area, armedStart };
    const variables = scopeLines(state, id => this.countsOf(id));
    return [{ name: 'Restartable sequence', variables }];
  }

  private async regions(
    args: CustomRequests['rseq/regions']['arguments'],
  ): Promise<CustomRequests['rseq/regions']['body']> {
    const { index } = this.ports;
    const threadId = optionalNumber(args, 'threadId');
    const withLines = optionalBoolean(args, 'lines') ?? false;
    const regions = await this.descriptions.describeAll(index.all(), id => this.countsOf(id), withLines);
    const asks = threadId !== undefined && this.ports.isStopped() && !index.isEmpty;
    return { regions, ...(asks ? { thread: await this.thread(threadId) } : {}) };
  }

  private async thread(threadId: number): Promise<ThreadDescription> {
    const { answers, index } = this.ports;
    const [{ results }, area] = await Promise.all([
      answers.send(dataEvaluateExpression('(unsigned long)$pc', { thread: threadId, frame: 0 })),
      readRseqArea(answers, threadId),
    ]);
    const around = index.inside(parseAddress(textAt(results, 'value') ?? '') ?? 0n);
    const position = around === undefined ? 'outside' : around.position === 'armed' ? 'inside' : 'atArmingStore';
    return {
      threadId,
      position,
      ...(around === undefined ? {} : { region: around.region.id }),
      ...(area === undefined ? {} : { cpuId: area.cpuId }),
    };
  }

  private countsOf(id: string): Record<Outcome, number> {
    const counts = this.seen.get(id) ?? { committed: 0, aborted: 0, exited: 0 };
    this.seen.set(id, counts);
    return counts;
  }
}
