import type { Breakpoint } from '../mi/breakpoint.js';
import type { Address } from '../util/address.js';

/** x86 has four debug registers of eight aligned bytes each. */
const REGISTERS = 'The processor has 4 debug registers of 8 bytes each: watch less, or fewer places at once.';

/**
 * Why a breakpoint that the user has set in the debug console cannot stay; undefined where it can.
 *
 * A software watchpoint single-steps everything. A breakpoint inside a region that gdb does not stop at (its condition is
 * false, or it only prints) is stepped over in place. Either way the regions abort at every try, without a stop that
 * would ever be seen.
 */
export function whyRefused(breakpoint: Breakpoint, isInside: (address: Address) => boolean): string | undefined {
  const { number, type, what = '' } = breakpoint;
  if (type === 'watchpoint') {
    const why = 'gdb can watch it by single steps only, in which restartable sequences abort for ever';
    return `Watchpoint ${number} (${what}) has been deleted: ${why}. ${REGISTERS}`;
  }
  if (type.endsWith('watchpoint') && (breakpoint.condition !== undefined || breakpoint.ignore > 0)) {
    const why = 'a restartable sequence that triggers it aborts for ever where gdb passes over that without a stop';
    return `Watchpoint ${number} (${what}) has been deleted: ${why}. Set a data breakpoint in the editor.`;
  }
  const passes = breakpoint.condition !== undefined || breakpoint.ignore > 0 || type === 'dprintf';
  const inside = breakpoint.locations.some(({ address }) => address !== undefined && isInside(address));
  if (!passes || !inside) return undefined;
  const why =
    'it lies inside a restartable sequence, which aborts for ever where gdb passes the breakpoint without a stop';
  return `Breakpoint ${number} has been deleted: ${why}. Set it in the editor, or without condition.`;
}
