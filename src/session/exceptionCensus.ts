import { readFile } from 'node:fs/promises';
import { threadInfo } from '../mi/commandsExecution.js';
import { addressAt, integerAt, tupleAt, tuplesAt } from '../mi/fields.js';
import { kernelIdOf } from '../mi/thread.js';
import type { Region } from '../rseq/region.js';
import type { Address } from '../util/address.js';
import type { Gdb } from './ports.js';

/** A thread that a stop has found inside regions: it has lost its attempt, which aborts as soon as it runs again. */
export interface Caught {
  readonly regions: readonly Region[];
  /** The kernel's id of the thread. */
  readonly kernelId: number | undefined;
  /** How often the kernel had let it run by then; undefined where the kernel does not count. */
  readonly runs: bigint | undefined;
}

/** What a look at all threads has found, by gdb's thread number. */
export interface Census {
  readonly caught: ReadonlyMap<number, Caught>;
  /** The CPU that each thread last ran on. */
  readonly cpus: ReadonlyMap<number, number>;
}

/**
 * Looks at where all threads stand, in one command.
 *
 * @param regionsAt the regions inside of which an address lies
 */
export async function takeCensus(
  gdb: Gdb,
  processId: number,
  regionsAt: (address: Address) => readonly Region[],
): Promise<Census> {
  const { results } = await gdb.send(threadInfo());
  const cpus = new Map<number, number>();
  const caught = new Map<number, Caught>();
  for (const thread of tuplesAt(results, 'threads')) {
    const id = integerAt(thread, 'id');
    if (id === undefined) continue;
    const cpu = integerAt(thread, 'core');
    if (cpu !== undefined) cpus.set(id, cpu);
    const pc = addressAt(tupleAt(thread, 'frame') ?? {}, 'addr');
    const regions = pc === undefined ? [] : regionsAt(pc);
    if (regions.length === 0) continue;
    const kernelId = kernelIdOf(thread);
    caught.set(id, { regions, kernelId, runs: await runsOf(processId, kernelId) });
  }
  return { caught, cpus };
}

/** Of the threads that were caught, those that have not run since: their aborts are still to come. */
export async function stillCaught(
  processId: number,
  caught: ReadonlyMap<number, Caught>,
): Promise<ReadonlyMap<number, Caught>> {
  const left = new Map<number, Caught>();
  for (const [thread, each] of caught) {
    const runs = await runsOf(processId, each.kernelId);
    if (runs !== undefined && runs === each.runs) left.set(thread, each);
  }
  return left;
}

/** The third number of /proc/PID/task/TID/schedstat: how often the thread was put onto a CPU. A thread that is gone has none. */
async function runsOf(processId: number, kernelId: number | undefined): Promise<bigint | undefined> {
  if (kernelId === undefined) return undefined;
  const text = await readFile(`/proc/${processId}/task/${kernelId}/schedstat`, 'utf8').catch(() => '');
  const count = /^\d+ \d+ (\d+)/.exec(text)?.[1];
  return count === undefined ? undefined : BigInt(count);
}
