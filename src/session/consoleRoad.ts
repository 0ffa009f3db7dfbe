import type { StepRequest } from '../stepping/types.js';
import { RequestError } from '../util/errors.js';

/** What the debug console's resuming commands need of the session. */
export interface ConsoleRoadPorts {
  /** Whether any restartable sequence is known: only then must gdb be kept from stepping by itself. */
  readonly anyRegion: () => boolean;
  step(request: StepRequest): Promise<void>;
  continue(): Promise<unknown>;
}

/** What a line of the debug console would do with the run of the program. */
type Meaning =
  | { readonly kind: 'step'; readonly step: Omit<StepRequest, 'thread'>; readonly count: string }
  | { readonly kind: 'continue'; readonly argument: string }
  | { readonly kind: 'refused'; readonly why: string; readonly always: boolean }
  | { readonly kind: 'none' };

const STEPS: readonly (readonly [RegExp, Omit<StepRequest, 'thread'>])[] = [
  [/^(n|ne|nex|next)$/, { kind: 'next', granularity: 'line' }],
  [/^(s|st|ste|step)$/, { kind: 'stepIn', granularity: 'line' }],
  [/^(ni|nexti)$/, { kind: 'next', granularity: 'instruction' }],
  [/^(si|stepi)$/, { kind: 'stepIn', granularity: 'instruction' }],
  [/^(fin|fini|finis|finish)$/, { kind: 'stepOut', granularity: 'line' }],
];

const IN_REGIONS =
  'gdb would step through restartable sequences by single steps, which abort them each time. Use next, step, finish, continue, or a breakpoint.';

/** Commands that are not gdb's to run here, and why; `always`: whether or not a restartable sequence is known. */
const REFUSED: readonly (readonly [command: RegExp, why: string, always: boolean])[] = [
  [/^(u|un|unt|until|adv|adva|advan|advanc|advance)\b/, IN_REGIONS, false],
  [
    /^(rec|reco|recor|record)(\s+(full|btrace|bts|pt).*)?$/,
    'Recording single-steps the program: its restartable sequences would abort for ever.',
    false,
  ],
  [
    /^set\s+displaced-stepping\s+(on|auto|yes|1|enable)?\s*$/,
    'Stepping out of line disarms restartable sequences silently: updates of the program would be lost.',
    false,
  ],
  [
    /^set\s+scheduler-locking\s+on\b/,
    'Other threads would never run again in steps; hold them by a step of one thread.',
    false,
  ],
  [/^(r|run|start|starti)\b/, "The adapter starts the program: use the client's restart.", true],
  [
    /^(q|quit|exit|k|kill|detach|disconnect)\b/,
    "Use the client's stop or disconnect: the session must end with the program.",
    true,
  ],
];

function meaningOf(line: string): Meaning {
  const text = line.trim();
  const [word = '', ...rest] = text.split(/\s+/);
  const argument = rest.join(' ');
  const step = STEPS.find(([pattern]) => pattern.test(word));
  if (step !== undefined) return { kind: 'step', step: step[1], count: argument };
  if (/^(c|fg|cont|conti|contin|continu|continue)$/.test(word)) return { kind: 'continue', argument };
  const refused = REFUSED.find(([pattern]) => pattern.test(text));
  return refused === undefined ? { kind: 'none' } : { kind: 'refused', why: refused[1], always: refused[2] };
}

/**
 * Takes commands of the debug console that resume the program the way that the client's own buttons take.
 *
 * @returns what to show, where the line was taken; undefined where it is gdb's to run
 * @throws RequestError `refusedCommand` for a command that would harm the program or the session, with the reason
 */
export async function takeResuming(
  line: string,
  thread: number | undefined,
  ports: ConsoleRoadPorts,
): Promise<string | undefined> {
  const meaning = meaningOf(line);
  switch (meaning.kind) {
    case 'none':
      return undefined;
    case 'refused':
      if (!meaning.always && !ports.anyRegion()) return undefined;
      throw new RequestError('user', 'refusedCommand', `'${line.trim()}' is refused. ${meaning.why}`);
    case 'continue':
      if (meaning.argument !== '') return undefined;
      await ports.continue();
      return '';
    case 'step':
      if (thread === undefined)
        throw new RequestError('user', 'notStopped', `Cannot '${line.trim()}': the program is not stopped.`);
      if (meaning.count !== '' && meaning.count !== '1') {
        if (!ports.anyRegion()) return undefined;
        throw new RequestError(
          'user',
          'refusedCommand',
          `'${line.trim()}' is refused: give the command once for each step.`,
        );
      }
      await ports.step({ thread, ...meaning.step });
      return '';
  }
}
