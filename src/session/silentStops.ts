import type { StoppedEvent } from '../mi/events.js';
import type { Interrupter } from './interrupter.js';
import { StopWaiter } from './stopWaiter.js';

/** What silent stops need of the owner of the run state. */
export interface SilentStopsPorts {
  readonly interrupter: Interrupter;
  /** Whether gdb has a thread running. */
  isRunning(): boolean;
  hasEnded(): boolean;
  /** A stop that came instead of the one that was asked for. */
  handle(stop: StoppedEvent): Promise<void>;
  /** Goes on with whatever was under way. */
  goOn(stop: StoppedEvent): Promise<void>;
}

/** Stops that the adapter makes for its own work, and that the client is not told of. */
export class SilentStops {
  private readonly waiter = new StopWaiter();

  constructor(private readonly ports: SilentStopsPorts) {}

  /** Whether work of the adapter's waits for this stop; then it is nobody else's. */
  take(stop: StoppedEvent): boolean {
    return this.waiter.take(stop);
  }

  /**
   * Runs `job` while no thread runs: at once where the target is stopped, else in a stop that the client is not told of. For what
   * gdb refuses while the target runs.
   */
  async whileStopped<T>(job: () => Promise<T>, resume = true): Promise<T> {
    if (!this.ports.isRunning()) return job();
    const silent = await this.halt();
    try {
      return await job();
    } finally {
      if (silent !== undefined && resume && !this.ports.hasEnded()) await this.ports.goOn(silent);
    }
  }

  /** Runs a command that lets the target go on to a stop which is nobody's business, and waits for that stop. */
  async runToStop(start: () => Promise<unknown>): Promise<StoppedEvent> {
    const stop = this.waiter.next();
    try {
      await start();
    } catch (error) {
      this.waiter.giveUp();
      throw error;
    }
    return stop;
  }

  /** Runs a command that may, or may not, be followed by a stop before its answer; such a stop is nobody's business. */
  async swallowStop(start: () => Promise<unknown>): Promise<void> {
    void this.waiter.next();
    try {
      await start();
    } finally {
      this.waiter.giveUp();
    }
  }

  /** @returns the stop; undefined where something else stopped the target first, which the client has been told of */
  private async halt(): Promise<StoppedEvent | undefined> {
    let next = this.waiter.next();
    this.ports.interrupter.request('silent');
    for (;;) {
      const stop = await next;
      const purpose = await this.ports.interrupter.recognise(stop);
      if (purpose !== undefined) return stop;
      await this.ports.handle(stop);
      // A stop that lets the target go on (a guard, a condition that is false): ours is still to come.
      if (!this.ports.isRunning()) return undefined;
      next = this.waiter.next();
    }
  }
}
