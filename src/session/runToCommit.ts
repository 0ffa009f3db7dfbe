import { MiError } from '../mi/client.js';
import { breakDelete, breakInsert } from '../mi/commandsBreakpoints.js';
import type { StoppedEvent } from '../mi/events.js';
import { textAt, tupleAt } from '../mi/fields.js';
import type { Region } from '../rseq/region.js';
import type { Address } from '../util/address.js';
import { RequestError } from '../util/errors.js';
import type { Execution } from './execution.js';
import type { Gdb } from './ports.js';
import type { Restartable } from './restartable.js';

/** A run that has been begun. */
interface Run {
  readonly thread: number;
  readonly region: Region;
  /** Behind the commits. */
  readonly addresses: readonly Address[];
}

/**
 * Runs until one thread has committed in a region. A breakpoint behind the commit costs no thread its attempt: gdb steps
 * others over it outside the region.
 */
export class RunToCommit {
  /** gdb's numbers of the temporary breakpoints of the run in progress. */
  private planted: string[] = [];
  private run: Run | undefined;

  constructor(
    private readonly gdb: Gdb,
    private readonly execution: () => Pick<Execution, 'continue'>,
    private readonly restartable: Pick<Restartable, 'passed'>,
  ) {}

  /**
   * @returns the addresses behind the commits
   * @throws RequestError where the region has no known commit
   */
  async start(region: Region, thread: number): Promise<Address[]> {
    const commits = region.exits.filter(({ origin }) => origin === 'postCommit' || origin === 'finish');
    if (commits.length === 0) {
      throw new RequestError('user', 'noCommit', `No commit of ${region.function ?? region.id} is known.`);
    }
    for (const { address } of commits) {
      const location = { kind: 'address', address } as const;
      const { results } = await this.gdb.send(breakInsert({ location, temporary: true, thread }));
      const number = textAt(tupleAt(results, 'bkpt') ?? {}, 'number');
      if (number !== undefined) this.planted.push(number);
    }
    const addresses = commits.map(({ address }) => address);
    this.run = { thread, region, addresses };
    await this.execution().continue();
    return addresses;
  }

  get isRunning(): boolean {
    return this.planted.length > 0;
  }

  /** The program has stopped: the run is over, wherever that was. gdb itself has deleted the one that was hit. */
  async stopped(stop: StoppedEvent): Promise<void> {
    const left = this.planted.filter(number => number !== stop.breakpointNumber);
    const { run } = this;
    this.planted = [];
    this.run = undefined;
    const address = stop.threadId === run?.thread ? stop.frame?.address : undefined;
    if (run !== undefined && address !== undefined && run.addresses.includes(address)) {
      const { thread, region } = run;
      this.restartable.passed({ kind: 'tell', outcome: 'committed', thread, regions: [region], address }, false);
    }
    for (const number of left) {
      try {
        await this.gdb.send(breakDelete([number]));
      } catch (error) {
        // gdb has deleted it already: its thread has ended.
        if (!(error instanceof MiError)) throw error;
      }
    }
  }
}
