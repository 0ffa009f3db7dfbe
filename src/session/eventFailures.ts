import { hasGdbEnded } from '../mi/client.js';
import type { StoppedEvent } from '../mi/events.js';
import { messageOf } from '../util/errors.js';
import { dies, takeNoteOfDeath } from './deadProcess.js';
import type { Gdb, Tell } from './ports.js';
import { untoldStop } from './stopWaiter.js';

/** What an error of gdb's may concern. */
export interface EventFailuresPorts {
  readonly gdb: Gdb;
  readonly tell: Tell;
  /** The process, where it is one of this machine's. */
  readonly processId: () => number | undefined;
  /** Whether gdb has said that a thread runs. */
  isRunning(): boolean;
  post(job: () => Promise<void>): void;
  /** The program's end, which gdb does not tell. */
  ended(stop: StoppedEvent): void;
  /** A stop that gdb does not tell; why, in gdb's words. */
  stopped(stop: StoppedEvent, why: string): Promise<void>;
}

/**
 * Finds out what gdb was about to tell when it met an error.
 *
 * The user's situation: a step does not end. Outside any command gdb writes an error and forgets the event that it was
 * handling: a stop, since a breakpoint could not be inserted at the resume, or the end of a program that was killed while
 * gdb looked at it ("Couldn't get registers", "Cannot find user-level thread"; gdb 13). It still says that the program
 * runs, and no event will follow. The plan: at such an error the process and the threads are looked at.
 */
export class EventFailures {
  private isLooking = false;

  constructor(private readonly ports: EventFailuresPorts) {}

  /**
   * gdb has written to its log. Settles when it has been found out what that means; never rejects.
   *
   * @param collected whether a command is pending, whose error it may be just as well
   */
  async onLog(text: string, collected: boolean): Promise<void> {
    const mayMatter = collected ? /^(Cannot|Could not|Couldn't) / : /^(?!warning:)\S/i;
    if (this.isLooking || !mayMatter.test(text)) return;
    this.isLooking = true;
    try {
      await this.look(text.trim());
    } catch (error) {
      if (hasGdbEnded(error)) return;
      this.ports.tell('important', `gdb does not tell what became of the program: ${messageOf(error)}\n`);
    } finally {
      this.isLooking = false;
    }
  }

  /** A death at once: a request may be waiting for a stop that will not come. A stop in its turn. */
  private async look(why: string): Promise<void> {
    const { ports } = this;
    const processId = ports.processId();
    if (processId === undefined || !(await dies(processId))) {
      ports.post(() => this.lookForStop(why));
      return;
    }
    if (!ports.isRunning()) return;
    const end = await takeNoteOfDeath(ports.gdb, processId);
    if (end !== undefined && ports.isRunning()) ports.ended(end);
  }

  private async lookForStop(why: string): Promise<void> {
    const { ports } = this;
    if (!ports.isRunning()) return;
    const stop = await untoldStop(ports.gdb);
    if (stop !== undefined && ports.isRunning()) await ports.stopped(stop, why);
  }
}
