import { parseBreakpointTable, type Breakpoint } from '../mi/breakpoint.js';
import { breakDisable, breakEnable, breakList } from '../mi/commandsBreakpoints.js';
import { tupleAt } from '../mi/fields.js';
import { contains, type AddressRange } from '../util/address.js';
import type { Gdb } from './ports.js';

/**
 * The user's breakpoints that are disabled while a thread runs through a region. gdb is asked which there are: those that
 * the user has set in the debug console stop the thread just as well.
 */
export class LiftedBreakpoints {
  private numbers: readonly string[] = [];

  constructor(private readonly gdb: Gdb) {}

  /** Disables the breakpoints with code in `ranges`, and all watchpoints: what they watch may be used there. */
  async lift(ranges: readonly AddressRange[]): Promise<void> {
    if (this.numbers.length > 0) return;
    const { results } = await this.gdb.send(breakList());
    const all = parseBreakpointTable(tupleAt(results, 'BreakpointTable') ?? {});
    const numbers = all.flatMap(breakpoint => (breakpoint.enabled ? toLift(breakpoint, ranges) : []));
    const [first, ...rest] = numbers;
    if (first === undefined) return;
    await this.gdb.send(breakDisable([first, ...rest]));
    this.numbers = numbers;
  }

  /** Enables them again. */
  async restore(): Promise<void> {
    const [first, ...rest] = this.numbers;
    this.numbers = [];
    if (first !== undefined) await this.gdb.send(breakEnable([first, ...rest]));
  }
}

function toLift(breakpoint: Breakpoint, ranges: readonly AddressRange[]): string[] {
  if (breakpoint.type.includes('watchpoint')) return [breakpoint.number];
  return breakpoint.locations.flatMap(({ number, address, enabled }) =>
    enabled && address !== undefined && ranges.some(range => contains(range, address)) ? [number] : [],
  );
}
