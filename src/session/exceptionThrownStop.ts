import type { ExceptionEvent } from '../mi/commandsBreakpoints.js';
import type { ExceptionRecord } from './exceptionFilters.js';
import { readThrown } from './exceptionThrown.js';
import type { Gdb } from './ports.js';

const DOING: Readonly<Record<ExceptionEvent, string>> = {
  throw: 'throws',
  rethrow: 'throws on',
  catch: 'catches',
};

/** Tells what is known of a C++ exception that a thread throws or catches. Nothing is called in the program. */
export async function describeThrown(gdb: Gdb, threadId: number, event: ExceptionEvent): Promise<ExceptionRecord> {
  const { type, message, messageOf } = await readThrown(gdb, threadId, event);
  const what = type === undefined ? 'an exception whose type cannot be told' : `an exception of type ${type}`;
  const keeper =
    messageOf === undefined ? '' : ` (the text of its ${messageOf}; its own what() may return another one)`;
  const said = message === undefined ? '' : `: ${message}${keeper}`;
  return {
    exceptionId: type ?? 'C++ exception',
    headline: `Paused on ${event}`,
    description: `Thread ${threadId} ${DOING[event]} ${what}${said}`,
    breakMode: 'always',
    details: {
      message: type === undefined || message === undefined ? (type ?? 'C++ exception') : `${type}: ${message}`,
      ...(type === undefined ? {} : { typeName: type, fullTypeName: type }),
      evaluateName: '$_exception',
    },
  };
}
