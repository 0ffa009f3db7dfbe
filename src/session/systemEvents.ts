import type { StoppedEvent } from '../mi/events.js';
import type { Forks } from './forks.js';
import type { AllBreakpoints } from './ports.js';
import type { SymbolLoading } from './symbolLoading.js';

/**
 * Whether gdb has made a stop for the adapter alone: libraries have come or gone (`stop-on-solib-events`), or the program
 * has forked. What follows from it is done when this settles.
 */
export async function systemEvent(
  stop: StoppedEvent,
  forks: Forks,
  symbols: SymbolLoading,
  breakpoints: AllBreakpoints,
): Promise<boolean> {
  if (stop.reason === 'solib-event' && stop.breakpointNumber === undefined) {
    await symbols.load();
    await breakpoints.settleAll();
    return true;
  }
  return forks.take(stop);
}
