import { hasGdbEnded } from '../mi/client.js';
import type { StoppedEvent } from '../mi/events.js';
import { messageOf } from '../util/errors.js';
import { dies, takeNoteOfDeath } from './deadProcess.js';
import type { Gdb, Tell } from './ports.js';
import { isDead } from './procStat.js';
import { untoldStop } from './stopWaiter.js';

/** So long behind the end of a thread gdb has told the end of the process, if it will; in milliseconds. */
const LATE_MS = 250;

/** What an error of gdb's may concern. */
export interface EventFailuresPorts {
  readonly gdb: Gdb;
  readonly tell: Tell;
  /** The process, where it is one of this machine's. */
  readonly processId: () => number | undefined;
  /** The signal that we have sent to end it. */
  readonly deadlySignal: () => NodeJS.Signals | undefined;
  /** Whether gdb has said that a thread runs. */
  isRunning(): boolean;
  /** Whether gdb has told the program's end. */
  isGone(): boolean;
  post(job: () => Promise<void>): void;
  /** The program's end, which gdb does not tell. */
  ended(stop: StoppedEvent): void;
  /** A stop that gdb does not tell; why, in gdb's words. */
  stopped(stop: StoppedEvent, why: string): Promise<void>;
}

/**
 * Finds out what gdb was about to tell and does not.
 *
 * The user's situation: a step does not end, and gdb says for ever that the program runs. Outside any command gdb writes an
 * error and forgets the event that it was handling: a stop, since a breakpoint could not be inserted at the resume, or the
 * end of a program that was killed while gdb looked at it ("Couldn't get registers", "Cannot find user-level thread"). Or it
 * tells of each thread's end but the last. The plan: at an error the process and the threads are looked at; behind the end
 * of a thread, and before the program is to go on, the process.
 */
export class EventFailures {
  private isLooking = false;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly ports: EventFailuresPorts) {}

  /**
   * gdb has written to its log. Settles when it has been found out what that means; never rejects.
   *
   * @param collected whether a command is pending, whose error it may be just as well
   */
  async onLog(text: string, collected: boolean): Promise<void> {
    const mayMatter = collected ? /^(Cannot|Could not|Couldn't) / : /^(?!warning:)\S/i;
    if (mayMatter.test(text)) await this.onceUnasked(() => this.look(text.trim()));
  }

  /** Has the program go on by `start`, unless it was killed while it stood: then its end is told. Rejects as gdb refuses. */
  async unlessDead(start: () => Promise<unknown>): Promise<void> {
    const processId = this.ports.processId();
    if (processId !== undefined && isDead(processId)) await this.once(() => this.takeNote(processId));
    else await start();
  }

  /** A thread has ended: a while later it is looked whether it was the whole process, and whether gdb has told that. */
  threadEnded(): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      const processId = this.ports.processId();
      if (processId !== undefined && isDead(processId)) void this.onceUnasked(() => this.takeNote(processId));
    }, LATE_MS).unref();
  }

  private async once(look: () => Promise<void>): Promise<void> {
    if (this.isLooking) return;
    this.isLooking = true;
    try {
      await look();
    } finally {
      this.isLooking = false;
    }
  }

  private onceUnasked(look: () => Promise<void>): Promise<void> {
    return this.once(look).catch((error: unknown) => {
      if (hasGdbEnded(error)) return;
      this.ports.tell('important', `gdb does not tell what became of the program: ${messageOf(error)}\n`);
    });
  }

  /** A death at once: a request may be waiting for a stop that will not come. A stop in its turn. */
  private async look(why: string): Promise<void> {
    const { ports } = this;
    const processId = ports.processId();
    if (processId === undefined || !(await dies(processId))) {
      ports.post(() => this.lookForStop(why));
      return;
    }
    await this.takeNote(processId);
  }

  private async takeNote(processId: number): Promise<void> {
    const { ports } = this;
    if (ports.isGone()) return;
    const end = await takeNoteOfDeath(ports.gdb, processId, ports.deadlySignal(), ports.isRunning());
    if (end !== undefined && !ports.isGone()) ports.ended(end);
  }

  private async lookForStop(why: string): Promise<void> {
    const { ports } = this;
    if (!ports.isRunning()) return;
    const stop = await untoldStop(ports.gdb);
    if (stop !== undefined && ports.isRunning()) await ports.stopped(stop, why);
  }
}
