import type { DebugProtocol as D } from '@vscode/debugprotocol';
import type { RouteTable } from '../dap/route.js';
import { threadInfo } from '../mi/commandsExecution.js';
import { integerAt, textAt, tuplesAt } from '../mi/fields.js';
import type { MiTuple } from '../mi/record.js';
import type { Gdb } from './ports.js';

/** What threads need of the other subjects of the session. */
export interface ThreadsPorts {
  readonly gdb: Gdb;
}

/** The target's threads. DAP's thread ids are gdb's global thread numbers. gdb lists them while they run, too. */
export class Threads {
  readonly routes: RouteTable = {
    threads: { when: 'initialized', run: async () => ({ threads: await this.list() }) },
  };

  constructor(private readonly ports: ThreadsPorts) {}

  private async list(): Promise<D.Thread[]> {
    const { results } = await this.ports.gdb.send(threadInfo());
    return tuplesAt(results, 'threads').flatMap(thread => {
      const id = integerAt(thread, 'id');
      return id === undefined ? [] : [{ id, name: nameOf(thread, id) }];
    });
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
