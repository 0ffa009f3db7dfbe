import type { Breakpoints } from './breakpoints.js';
import type { DataBreakpoints } from './dataBreakpoints.js';
import type { AllBreakpoints } from './ports.js';

/** Breakpoints of both kinds, for what concerns them all. */
export function allBreakpoints(code: Breakpoints, data: DataBreakpoints): AllBreakpoints {
  return {
    settleAll: async () => {
      await code.settleAll();
      await data.settleAll();
    },
    lift: async () => {
      await code.lift();
      await data.lift();
    },
    removeAll: async () => {
      await code.removeAll();
      await data.removeAll();
    },
  };
}
