import type { DebugProtocol as D } from '@vscode/debugprotocol';
import type { ExceptionEvent } from '../mi/commandsBreakpoints.js';

/** What an exception filter of the client's stands for. */
export type Filter =
  | { readonly kind: 'cpp'; readonly event: ExceptionEvent }
  | { readonly kind: 'signal'; readonly name: string }
  /** `all`: also the aborts that the debugger's own stops have caused. */
  | { readonly kind: 'abort'; readonly all: boolean };

const TYPE_CONDITION =
  "The name of the exception's type, or a regular expression for it: std::.*_error, ^int$, std::bad_alloc\\|MyError";
const REGION_CONDITION =
  'Functions, source files or libraries, with * and ?, separated by commas: counter_*, */percpu/*.c, libtcmalloc*';

const CPP: readonly (readonly [ExceptionEvent, label: string, description: string])[] = [
  ['throw', 'C++: throw', 'Stops where a C++ exception is thrown, whether or not it is caught.'],
  ['rethrow', 'C++: rethrow', 'Stops where a C++ exception that has been caught is thrown on (`throw;`).'],
  ['catch', 'C++: catch', 'Stops where a C++ exception is caught.'],
];

/** Signals with gdb's own defaults (`info signals`): whether it stops at them. */
const SIGNALS: readonly (readonly [name: string, meaning: string, stops: boolean])[] = [
  ['SIGSEGV', 'invalid memory access', true],
  ['SIGBUS', 'bus error', true],
  ['SIGFPE', 'arithmetic error', true],
  ['SIGILL', 'illegal instruction', true],
  ['SIGABRT', 'abort, failed assertion', true],
  ['SIGSYS', 'bad system call', true],
  ['SIGINT', 'interrupt, Ctrl+C', true],
  ['SIGQUIT', 'quit', true],
  ['SIGTERM', 'termination', true],
  ['SIGHUP', 'hangup', true],
  ['SIGPIPE', 'broken pipe', true],
  ['SIGUSR1', 'user-defined', true],
  ['SIGUSR2', 'user-defined', true],
  ['SIGALRM', 'alarm clock', false],
  ['SIGCHLD', 'a child has ended or stopped', false],
];

/** The signals that have a filter of their own. */
export const FILTERED_SIGNALS: readonly string[] = SIGNALS.map(([name]) => name);

/**
 * The filters as `initialize` tells them.
 *
 * @param stopsAt whether the session stops at a signal before the client says anything; without it gdb's own defaults
 */
export function exceptionFilters(
  stopsAt: (signal: string) => boolean | undefined = () => undefined,
): D.ExceptionBreakpointsFilter[] {
  return [
    ...CPP.map(([filter, label, description]) => ({
      filter,
      label,
      description,
      default: false,
      supportsCondition: true,
      conditionDescription: TYPE_CONDITION,
    })),
    {
      filter: 'rseq-abort',
      label: 'rseq: abort',
      description:
        'Stops the thread whose restartable sequence has been aborted by the kernel; not where a stop of the debugger has caused it.',
      default: false,
      supportsCondition: true,
      conditionDescription: REGION_CONDITION,
    },
    {
      filter: 'rseq-abort-all',
      label: 'rseq: abort, also by the debugger',
      description:
        'Stops at every abort of a restartable sequence, also at those that stops of the debugger cause: each stop may cause the next one.',
      default: false,
      supportsCondition: true,
      conditionDescription: REGION_CONDITION,
    },
    ...SIGNALS.map(([filter, meaning, stops]) => ({
      filter,
      label: `${filter}: ${meaning}`,
      description: `Stops at ${filter}. Without it the program gets the signal and no stop.`,
      default: stopsAt(filter) ?? stops,
    })),
  ];
}

/** What a filter's id means; undefined where there is no such filter. */
export function filterOf(id: string): Filter | undefined {
  const cpp = CPP.find(([event]) => event === id);
  if (cpp !== undefined) return { kind: 'cpp', event: cpp[0] };
  if (id === 'rseq-abort' || id === 'rseq-abort-all') return { kind: 'abort', all: id === 'rseq-abort-all' };
  return FILTERED_SIGNALS.includes(id) ? { kind: 'signal', name: id } : undefined;
}

/** What `exceptionInfo` answers, but for the stack, and what `stopped` says in short. */
export interface ExceptionRecord {
  /** What stopped, for a title: a type's or signal's name, `rseq-abort`. */
  readonly exceptionId: string;
  /** `stopped`'s `description`: what a client writes at the thread, `Paused on SIGSEGV`. */
  readonly headline: string;
  /** The whole story, in sentences. */
  readonly description: string;
  readonly breakMode: D.ExceptionBreakMode;
  readonly details: D.ExceptionDetails;
}
