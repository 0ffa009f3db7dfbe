import { once } from 'node:events';
import { RequestError } from '../../util/errors.js';

/** The process that a session debugs, or what stands for it in a core file or behind a server. */
export class TargetProcess {
  private pid: number | undefined;
  private ended = false;
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

  /** gdb has started, attached to or connected to a process. */
  began(pid: number): void {
    if (this.pid === undefined || this.ended) this.pid = pid;
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

  /** Another one takes its place. */
  forget(): void {
    this.pid = undefined;
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
