import type { DebugProtocol as D } from '@vscode/debugprotocol';
import { optionalString, requireNumber } from '../dap/arguments.js';
import type { RouteTable } from '../dap/route.js';
import type { StepRequest } from '../stepping/types.js';
import type { Execution } from './execution.js';

/** The requests that let the target go on or stop it. */
export function steppingRoutes(execution: Execution): RouteTable {
  const step = async (kind: StepRequest['kind'], args: D.NextArguments): Promise<void> => {
    const granularity = optionalString(args, 'granularity') === 'instruction' ? 'instruction' : 'line';
    await execution.step({ thread: requireNumber(args, 'threadId'), kind, granularity });
  };
  return {
    continue: {
      when: 'stopped',
      run: async () => {
        await execution.continue();
        return { allThreadsContinued: true };
      },
    },
    next: { when: 'stopped', run: args => step('next', args) },
    stepIn: { when: 'stopped', run: args => step('stepIn', args) },
    stepOut: { when: 'stopped', run: args => step('stepOut', args) },
    pause: {
      when: 'launched',
      overtakes: true,
      run: () => {
        execution.requestPause();
      },
    },
  };
}
