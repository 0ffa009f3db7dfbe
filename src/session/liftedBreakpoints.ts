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
    const numbers = (await this.enabled()).flatMap(breakpoint => toLift(breakpoint, ranges));
    const [first, ...rest] = numbers;
    if (first === undefined) return;
    await this.gdb.send(breakDisable([first, ...rest]));
    this.numbers = [...this.numbers, ...numbers];
  }

  /** Asks gdb what there is, and tells of ranges whether anything would have to be lifted there. */
  async obstacles(): Promise<(ranges: readonly AddressRange[]) => boolean> {
    const enabled = await this.enabled();
    return ranges => enabled.some(breakpoint => toLift(breakpoint, ranges).length > 0);
  }

  private async enabled(): Promise<readonly Breakpoint[]> {
    const { results } = await this.gdb.send(breakList());
    return parseBreakpointTable(tupleAt(results, 'BreakpointTable') ?? {}).filter(({ enabled }) => enabled);
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
