import { gdbSet } from '../mi/commands.js';
import type { ContinueOptions } from '../mi/commandsExecution.js';
import type { Gdb } from './ports.js';

/**
 * Which threads run at a resume: all of them, as the user's own `scheduler-locking` says, or one alone while a request
 * with `singleThread` lasts. The user's setting stands again at the next stop.
 */
export class SingleThread {
  /** The user's own mode, as gdb has told it. */
  private mode = 'replay';
  private alone: number | undefined;

  constructor(private readonly gdb: Gdb) {}

  /** The user has set gdb's `scheduler-locking`. */
  modeChanged(mode: string): void {
    this.mode = mode;
  }

  /** The mode that holds while no region is being run through. */
  get current(): string {
    return this.alone === undefined ? this.mode : 'on';
  }

  /** What `-exec-continue` is to be told. */
  get whoGoesOn(): ContinueOptions {
    return this.alone === undefined ? {} : { thread: this.alone };
  }

  /** The only thread that runs (gdb's number); undefined where the user's mode decides. */
  get thread(): number | undefined {
    return this.alone;
  }

  /** Undoes {@link set} while the program stands, if it still does. */
  async release(stands: () => boolean): Promise<void> {
    if (stands()) await this.set(undefined);
  }

  /** Runs a job during which the thread that gdb moves runs alone, unless the user has set that all always run (`off`). */
  async during<T>(job: () => Promise<T>): Promise<T> {
    if (this.current === 'on' || this.current === 'off') return job();
    await this.gdb.send(gdbSet('scheduler-locking', 'on'));
    try {
      return await job();
    } finally {
      await this.gdb.send(gdbSet('scheduler-locking', this.current));
    }
  }

  /** Lets `thread` run alone from the next resume on; undefined: whatever the user's mode lets run. */
  async set(thread: number | undefined): Promise<void> {
    const before = this.current;
    this.alone = thread;
    if (this.current !== before) await this.gdb.send(gdbSet('scheduler-locking', this.current));
  }
}
