import type { DebugProtocol as D } from '@vscode/debugprotocol';
import type { Places } from './pause.js';
import type { Client, Gdb } from './ports.js';
import { innermostFrames } from './position.js';

/** What following the changes of a stopped program needs of the rest of the session. */
export interface ChangesPorts {
  readonly client: Client;
  /** What the client has said in `initialize`. */
  readonly supports: () => Pick<D.InitializeRequestArguments, 'supportsInvalidatedEvent'>;
  /** What is held of values is to be read again. */
  refresh(): Promise<void>;
  readonly gdb: Gdb;
  /** The thread that has stopped. */
  readonly stoppedThread: () => number | undefined;
  readonly places: Places;
}

/** Memory, registers and stacks that the user changes while the program is stopped: the client is told what is stale. */
export class Changes {
  private isUntold = false;

  constructor(private readonly ports: ChangesPorts) {}

  /** gdb has told of a write; the client is told when the request that has caused it is over. */
  memoryWritten(): void {
    this.isUntold = true;
  }

  /** Values were written by a request of the client's. */
  async written(): Promise<void> {
    this.isUntold = false;
    await this.ports.refresh();
    this.tell(['variables']);
  }

  /**
   * A command or an assignment may have changed whatever it likes: a register, the stack (`return`), memory. Where the
   * thread stands is asked anew, since steps go by it.
   *
   * @param thread   undefined for the one that has stopped
   * @param mayWrite whether it is known to write: gdb tells of memory alone
   */
  async afterCommand(thread: number | undefined, mayWrite: boolean): Promise<void> {
    const [moved] = await Promise.all([this.hasMoved(thread ?? this.ports.stoppedThread()), this.ports.refresh()]);
    const areas: D.InvalidatedAreas[] = moved
      ? ['stacks', 'variables']
      : this.isUntold || mayWrite
        ? ['variables']
        : [];
    this.isUntold = false;
    this.tell(areas);
  }

  private async hasMoved(thread: number | undefined): Promise<boolean> {
    if (thread === undefined) return false;
    const before = this.ports.places.pcOf(thread);
    try {
      const frames = await innermostFrames(this.ports.gdb, thread);
      this.ports.places.rememberFrames(thread, frames);
      return before !== undefined && before !== frames[0]?.pc;
    } catch {
      // The command has ended the process, or let it go on: what follows from that is told by gdb's events.
      return false;
    }
  }

  private tell(areas: D.InvalidatedAreas[]): void {
    if (areas.length === 0 || this.ports.supports().supportsInvalidatedEvent !== true) return;
    this.ports.client.emit('invalidated', { areas });
  }
}
