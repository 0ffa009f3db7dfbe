import type { AbortWatch, AbortWish } from './exceptionAborts.js';
import { DELETED, failed, pending, type FilterStatus, type Trap } from './exceptionTrap.js';

/** What the trap needs to know of the session. */
export interface AbortTrapPorts {
  /** Whether gdb is there. */
  readonly ready: () => boolean;
  readonly processId: () => number | undefined;
}

/** A filter for aborts of restartable sequences; all of them share the breakpoints of one watch. */
export class AbortTrap implements Trap {
  private isDeleted = false;

  constructor(
    private readonly watch: AbortWatch,
    private readonly wish: AbortWish,
    private readonly ports: AbortTrapPorts,
  ) {}

  async settle(): Promise<FilterStatus> {
    if (this.isDeleted) return failed(DELETED);
    this.watch.add(this.wish);
    await this.watch.settle();
    if (this.ports.processId() === undefined) return pending('It is set when the program is loaded.');
    const count = await this.watch.countOf(this.wish);
    if (count > 0) return { verified: true, message: `It watches ${count === 1 ? '1 place' : `${count} places`}.` };
    return pending('No restartable sequence that is loaded is meant; it is set when a library brings one.');
  }

  async remove(): Promise<void> {
    this.watch.delete(this.wish);
    if (this.ports.ready()) await this.watch.settle();
  }

  owns(number: string): boolean {
    return this.watch.owns(number);
  }

  forget(number: string): void {
    this.isDeleted = true;
    this.watch.delete(this.wish);
    this.watch.forget(number);
  }
}
