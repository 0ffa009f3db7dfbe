import { once } from 'node:events';
import { RequestError } from '../../util/errors.js';

/** The process that a session debugs, or what stands for it in a core file or behind a server. */
export class TargetProcess {
  private pid: number | undefined;
  private ended = false;
  private isOther = false;
  /** gdb's id of the group that the process stands for, and the processes of all groups. */
  private current: string | undefined;
  private readonly groups = new Map<string, number>();
  private deadly: NodeJS.Signals | undefined;
  private exitListeners: (() => void)[] = [];

  /** @param isLocal whether it is one of this machine's */
  constructor(private readonly isLocal: () => boolean) {}

  /** Its number; undefined before it exists and after it has ended. Of a remote target that machine's. */
  get id(): number | undefined {
    return this.ended ? undefined : this.pid;
  }

  /** Its number where it is a process of this machine: only then signals and /proc reach it. */
  get localId(): number | undefined {
    return this.isLocal() ? this.id : undefined;
  }

  get hasEnded(): boolean {
    return this.ended;
  }

  /** gdb's id of the group (its "inferior") that the process is in; `i1` unless a child was followed. */
  get group(): string | undefined {
    return this.current;
  }

  /** gdb has started, attached to or connected to a process. @returns whether it is the session's */
  began(group: string, pid: number): boolean {
    this.groups.set(group, pid);
    if (this.pid !== undefined && !this.ended) return false;
    this.current = group;
    this.pid = pid;
    return true;
  }

  /** Whether gdb is leaving this group for that of a child. */
  isLeft(group: string): boolean {
    return group === this.current && this.groups.size > 1;
  }

  /** gdb has no process in a group any more. @returns whether the session's process is another one now: a child was followed */
  left(group: string): boolean {
    const isLeft = this.isLeft(group);
    this.groups.delete(group);
    const [other] = this.groups;
    if (!isLeft || other === undefined) return false;
    [this.current, this.pid] = other;
    return true;
  }

  /** Sends it a signal that is to end it. */
  end(signal: NodeJS.Signals): void {
    const { localId } = this;
    if (localId === undefined) return;
    this.deadly = signal;
    sendSignal(localId, signal);
  }

  /** The signal that we have sent last to end it. */
  get deadlySignal(): NodeJS.Signals | undefined {
    return this.deadly;
  }

  /** It is gone, by itself or by us. */
  exited(): void {
    this.ended = true;
    for (const listener of this.exitListeners.splice(0)) listener();
  }

  /** Resolves when it has ended. */
  whenExited(): Promise<void> {
    return this.ended ? Promise.resolve() : new Promise(resolve => this.exitListeners.push(resolve));
  }

  /** It has become another program (exec). */
  becameOther(): void {
    this.isOther = true;
  }

  /** Whether it runs another program than it was started with. */
  get hasBecomeOther(): boolean {
    return this.isOther;
  }

  /** Another one takes its place. */
  forget(): void {
    this.isOther = false;
    this.pid = undefined;
    this.deadly = undefined;
    this.ended = false;
  }
}

/** Sends a signal to a process of this machine; one that is gone already has nothing left to do. */
export function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** @throws RequestError `noProcess` where there is no such process */
export function requireProcess(pid: number): void {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EPERM') return;
    throw new RequestError('user', 'noProcess', `There is no process ${pid}. Check 'processId'.`, { cause: error });
  }
}

/** Whether a promise settles in time; milliseconds. */
export async function within(promise: Promise<unknown>, time: number): Promise<boolean> {
  const limit = AbortSignal.timeout(time);
  return Promise.race([promise.then(() => true), once(limit, 'abort').then(() => false)]);
}
