import type { DebugProtocol as D } from '@vscode/debugprotocol';
import { optionalBoolean, optionalNumber, optionalString, requireNumber } from '../dap/arguments.js';
import type { RouteTable } from '../dap/route.js';
import type { StepRequest } from '../stepping/types.js';
import { RequestError } from '../util/errors.js';
import type { Execution } from './execution.js';
import type { StepTarget } from './stepTarget.js';

/** Whether gdb cannot step by line, as it knows no function around the thread: code that was made at run time, a PLT. */
function lacksBounds(error: unknown): boolean {
  return error instanceof RequestError && error.message.includes('Cannot find bounds of current function');
}

/**
 * The requests that let the target go on or stop it.
 *
 * @param targetOf the call that a client's `targetId` stands for; throws RequestError where it is stale
 */
export function steppingRoutes(execution: Execution, targetOf: (targetId: number) => StepTarget): RouteTable {
  const step = async (kind: StepRequest['kind'], args: D.NextArguments & { targetId?: number }): Promise<void> => {
    const granularity = optionalString(args, 'granularity') === 'instruction' ? 'instruction' : 'line';
    const request: StepRequest = { thread: requireNumber(args, 'threadId'), kind, granularity };
    const targetId = kind === 'stepIn' ? optionalNumber(args, 'targetId') : undefined;
    const target = targetId === undefined ? undefined : targetOf(targetId);
    const isAlone = optionalBoolean(args, 'singleThread') === true;
    try {
      await execution.step(request, isAlone, target);
    } catch (error) {
      if (!lacksBounds(error)) throw error;
      await execution.step({ ...request, granularity: 'instruction' }, isAlone);
    }
  };
  return {
    continue: {
      when: 'stopped',
      run: async args => {
        const alone = optionalBoolean(args, 'singleThread') === true ? requireNumber(args, 'threadId') : undefined;
        return { allThreadsContinued: await execution.continue(alone) };
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
