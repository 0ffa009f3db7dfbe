import { consumption } from './procStat.js';

/** How long gdb may owe an answer, in milliseconds. */
export interface WatchLimits {
  /** Until the user is shown that gdb is busy. */
  readonly notice: number;
  /** From one look at a gdb that is late to the next. */
  readonly look: number;
  /** Until a gdb that gives no sign of life is taken for hung; 0: never. */
  readonly silence: number;
}

/** What is watched. */
export interface WatchedGdb {
  readonly pid: number;
  /** The command whose answer is due next, and since when (`performance.now()`). */
  oldestPending(): { readonly command: string; readonly since: number } | undefined;
  /** How many lines gdb has written. */
  received(): number;
}

/** What the watch tells. */
export interface WatchListener {
  /** gdb works on `command` for longer than a moment; what is returned ends the notice. */
  busy(command: string): { end(): void };
  /** gdb owes an answer and does nothing any more. */
  hung(why: string): void;
}

/**
 * Tells a gdb that works from one that hangs.
 *
 * The user's situation: a request is not answered. gdb may be reading half a gigabyte of symbols, which is to be waited
 * for, or it may be stopped or deadlocked, and then nothing will ever be answered. The plan: nothing is done, and no timer
 * runs, while answers come at once. A late one is noticed; from then on gdb is looked at. Output and consumed processor
 * time are signs of life. A command of the user's own may wait as long as it likes (`shell sleep 300`, a call of a function
 * that blocks), unless gdb has been stopped by a signal.
 */
export class GdbWatch {
  private timer: NodeJS.Timeout | undefined;
  private notice: { end(): void } | undefined;
  private lastSign = { at: 0, received: -1, ticks: -1 };

  constructor(
    private readonly gdb: WatchedGdb,
    private readonly listener: WatchListener,
    private readonly limits: WatchLimits,
  ) {}

  /** A command has been sent. */
  sent(): void {
    if (this.timer === undefined) this.lookIn(this.limits.notice);
  }

  /** gdb has ended. */
  end(): void {
    clearTimeout(this.timer);
    // A timer that is set stands for a watch that is over, too: nothing starts it again.
    this.timer ??= setTimeout(() => undefined, 0);
    this.endNotice();
  }

  private lookIn(milliseconds: number): void {
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.look();
    }, milliseconds);
    this.timer.unref();
  }

  private look(): void {
    const oldest = this.gdb.oldestPending();
    const now = performance.now();
    if (oldest === undefined) {
      this.endNotice();
      return;
    }
    const due = oldest.since + this.limits.notice - now;
    if (due > 0) {
      this.endNotice();
      this.lookIn(due);
      return;
    }
    this.notice ??= this.listener.busy(oldest.command);
    const { ticks, isStopped } = consumption(this.gdb.pid);
    const received = this.gdb.received();
    if (received !== this.lastSign.received || ticks !== this.lastSign.ticks) {
      this.lastSign = { at: now, received, ticks };
    }
    const silent = now - Math.max(this.lastSign.at, oldest.since);
    const mayWait = isUsersOwn(oldest.command) && !isStopped;
    if (this.limits.silence > 0 && silent >= this.limits.silence && !mayWait) {
      const why = isStopped ? 'it is stopped by a signal' : 'it does nothing';
      this.listener.hung(`gdb has not answered '${oldest.command}' for ${Math.round(silent / 1000)} s, and ${why}.`);
    } else {
      this.lookIn(this.limits.look);
    }
  }

  private endNotice(): void {
    this.notice?.end();
    this.notice = undefined;
  }
}

/** Whether a command carries what a user has typed, and so takes the time that the user's words take. */
function isUsersOwn(command: string): boolean {
  return /^-(interpreter-exec|data-evaluate-expression|var-)/.test(command);
}
