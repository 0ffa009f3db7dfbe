import { STEP_CASES, type StepCase } from '../support/stepCases.js';

/** A sample, the place in front of its region, and how its first thread counts commits. */
export interface ActionSubject extends StepCase {
  /** An expression for the commits of the thread that the user steps; absent where the program does not count them. */
  readonly commits?: string;
}

function subject(given: StepCase): ActionSubject {
  if (given.sample === 'threads') {
    return { ...given, args: ['200', '4', '--hammer', '--pin'], commits: 'workers[0].commits' };
  }
  if (given.sample === 'one_insn_arm') return given;
  // In the library's functions the name is a parameter's.
  const file = given.sample.endsWith('_lib') ? `'${given.sample}.c'::` : '';
  return { ...given, commits: `${file}commits` };
}

/** Every shape of region that the samples have; `threads` with three more threads that hammer. */
export const ALL_SUBJECTS: readonly ActionSubject[] = STEP_CASES.map(subject);

function some(...samples: readonly string[]): readonly ActionSubject[] {
  return samples.flatMap(sample => ALL_SUBJECTS.find(each => each.sample === sample) ?? []);
}

/** The shapes in which a stop at a certain instruction differs: ordinary, hammered, several exits, armed at once, inlined. */
export const SHAPES = some('counter_cs', 'threads', 'list_exits', 'one_insn_arm', 'early_exits');

/** {@link SHAPES} but for the hammered one, where the other threads' hits of the same breakpoint cut nearly every single instruction short. */
export const SEVERAL = SHAPES.filter(({ sample }) => sample !== 'threads');

/** The ordinary shape alone. */
export const ONE = some('counter_cs');

/** Ordinary, and hammered by other threads. */
export const TWO = some('counter_cs', 'threads');

/** Each instruction has a line, so a line breakpoint can be asked for inside. */
export const BY_LINE = some('counter_asm');

/** The same line in a caller holds what comes behind the return. */
export const CALLED = some('counter_cs', 'threads', 'counter_points', 'list_exits', 'link_lib');

/** A handler whose signal has aborted a region; every attempt of this program ends so. */
export const INTERRUPTED: readonly ActionSubject[] = [
  { sample: 'until_abort', source: 'until_abort.c', before: 'handler', args: ['100'], commits: 'aborts' },
];

/** A handler with a region of its own. */
export const IN_HANDLER: readonly ActionSubject[] = [
  {
    sample: 'signals',
    source: 'signals.c',
    before: 'handler-region',
    args: ['30000', '--no-timer', '--pin'],
    commits: 'handler_commits',
  },
];

/** What is aborted by others than the debugger. */
export const ABORTING: readonly ActionSubject[] = [
  { sample: 'until_abort', source: 'until_abort.c', before: 'step-here', args: ['20'], commits: 'aborts' },
];
