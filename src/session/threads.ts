import { readFileSync } from 'node:fs';
import type { DebugProtocol as D } from '@vscode/debugprotocol';
import type { RouteTable } from '../dap/route.js';
import { threadInfo } from '../mi/commandsExecution.js';
import { integerAt, textAt, tuplesAt } from '../mi/fields.js';
import type { MiTuple } from '../mi/record.js';
import { kernelIdOf } from '../mi/thread.js';
import type { Gdb } from './ports.js';

/** What threads need of the other subjects of the session. */
export interface ThreadsPorts {
  readonly gdb: Gdb;
  /** gdb, where the list cannot be kept longer than a pause. */
  readonly answers: Gdb;
  /** The target's process where it is one of this machine's. */
  readonly processId: () => number | undefined;
}

/** gdb's list, and where the kernel has each thread's name (proc(5)) with what it was when gdb was asked. */
interface Listed {
  readonly threads: readonly D.Thread[];
  readonly names: ReadonlyMap<string, string>;
}

/**
 * The target's threads. DAP's thread ids are gdb's global thread numbers. gdb lists them while they run, too.
 *
 * Editors ask for the list at every stop, and gdb unwinds a frame of each thread for it. So the list is kept until gdb tells
 * of a thread that has begun or ended, a library, or a command of the user's; a thread that has renamed itself since is seen
 * in /proc. Where /proc is not the target's, gdb is asked each time.
 */
export class Threads {
  readonly routes: RouteTable = {
    threads: { when: 'initialized', run: async () => ({ threads: await this.list() }) },
  };

  private listed: Listed | undefined;
  /** Counts changes: an answer that gdb gave before one is not kept. */
  private changes = 0;

  constructor(private readonly ports: ThreadsPorts) {}

  /** What gdb says of the threads may be another thing from now on. */
  changed(): void {
    this.changes += 1;
    this.listed = undefined;
  }

  private async list(): Promise<D.Thread[]> {
    if (this.listed !== undefined && stillNamed(this.listed)) return [...this.listed.threads];
    const { changes } = this;
    const { gdb, answers, processId } = this.ports;
    const { results } = await (processId() === undefined ? answers : gdb).send(threadInfo());
    const tuples = tuplesAt(results, 'threads');
    const threads = tuples.flatMap(thread => {
      const id = integerAt(thread, 'id');
      return id === undefined ? [] : [{ id, name: nameOf(thread, id) }];
    });
    const names = this.namesOf(tuples);
    if (names !== undefined && changes === this.changes) this.listed = { threads, names };
    return threads;
  }

  /** Undefined where the kernel's names are not within reach. */
  private namesOf(threads: readonly MiTuple[]): ReadonlyMap<string, string> | undefined {
    const process = this.ports.processId();
    if (process === undefined) return undefined;
    const names = new Map<string, string>();
    for (const thread of threads) {
      const path = `/proc/${process}/task/${kernelIdOf(thread)}/comm`;
      const name = kernelName(path);
      if (name === undefined) return undefined;
      names.set(path, name);
    }
    return names;
  }
}

function stillNamed({ names }: Listed): boolean {
  for (const [path, name] of names) if (kernelName(path) !== name) return false;
  return true;
}

/** At once, and not by way of the thread pool: the kernel answers from memory, and Node reads UTF-8 in one call, 18 us in all. */
function kernelName(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined; // The thread has ended, or is another machine's.
  }
}

/** Threads mostly bear the program's name, all of them: the kernel's number tells them apart. */
function nameOf(thread: MiTuple, id: number): string {
  const target = textAt(thread, 'target-id') ?? `Thread ${id}`;
  const name = textAt(thread, 'name');
  if (name === undefined || name === '') return target;
  const lwp = /\bLWP (\d+)/.exec(target)?.[1];
  return lwp === undefined ? name : `${name} (LWP ${lwp})`;
}
