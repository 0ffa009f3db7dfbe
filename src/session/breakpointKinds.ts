import type { AllBreakpoints } from './ports.js';

/** Breakpoints of several kinds as one. */
export class BreakpointKinds implements AllBreakpoints {
  constructor(private readonly kinds: readonly AllBreakpoints[]) {}

  async settleAll(): Promise<void> {
    for (const each of this.kinds) await each.settleAll();
  }

  async lift(): Promise<void> {
    for (const each of this.kinds) await each.lift();
  }

  async removeAll(): Promise<void> {
    for (const each of this.kinds) await each.removeAll();
  }
}

/** Gives out ids from 1: breakpoints of all kinds share one row of them, as DAP wants it. */
export function breakpointIds(): () => number {
  let last = 0;
  return () => (last += 1);
}
