import type { StepRequest } from '../stepping/types.js';
import { RequestError } from '../util/errors.js';
import { whyNotSet } from './consoleSettings.js';
import { expand, unwrap, type Ask } from './consoleWords.js';

/** What the debug console's resuming commands need of the session. */
export interface ConsoleRoadPorts {
  /** Whether any restartable sequence is known: only then must gdb be kept from stepping by itself. */
  readonly anyRegion: () => boolean;
  /** `count` steps that are one for the user: any other stop ends them. */
  step(request: StepRequest, count: number): Promise<void>;
  continue(): Promise<unknown>;
  readonly ask: Ask;
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

const PAST_US =
  'gdb would let the program go on past the adapter: a thread that stands inside a restartable sequence, or is put into one, would run it unprotected. Use continue or a step.';

/** Commands that are not gdb's to run here, and why; `always`: whether or not a restartable sequence is known. */
const REFUSED: readonly (readonly [command: RegExp, why: string, always: boolean])[] = [
  [/^(u|un|unt|until|adv|adva|advan|advanc|advance)\b/, IN_REGIONS, false],
  [/^(j|ju|jum|jump|sig|signa|signal)\b/, PAST_US, false],
  [
    /^(rec|reco|recor|record)(\s+(f|fu|ful|full|b\w*|pt|bts)\b.*)?$|^target\s+record/,
    'Recording single-steps the program: its restartable sequences would abort for ever.',
    false,
  ],
  [/^(r|run|start|starti)\b/, "The adapter starts the program: use the client's restart.", true],
  [
    /^(q|quit|exit|k|kill|detach|disconnect)\b/,
    "Use the client's stop or disconnect: the session must end with the program.",
    true,
  ],
];

function meaningOf(text: string): Meaning {
  const [word = '', ...rest] = text.split(/\s+/);
  const argument = rest.join(' ');
  const step = STEPS.find(([pattern]) => pattern.test(word));
  if (step !== undefined) return { kind: 'step', step: step[1], count: argument };
  if (/^(c|fg|cont|conti|contin|continu|continue)$/.test(word)) return { kind: 'continue', argument };
  const setting = whyNotSet(text);
  if (setting !== undefined) return { kind: 'refused', ...setting };
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
  const { command, prefix } = unwrap(line.trim());
  let meaning = meaningOf(command);
  if (meaning.kind === 'none' && ports.anyRegion()) {
    const lines = await expand(command, ports.ask);
    const [only] = lines;
    if (lines.length === 1 && only !== undefined) meaning = meaningOf(unwrap(only).command);
    else refuseBody(line, lines);
  }
  if (meaning.kind === 'none') return undefined;
  if (meaning.kind === 'refused') {
    if (!meaning.always && !ports.anyRegion()) return undefined;
    throw refusal(line, meaning.why);
  }
  const applied = /^(?:thread|t)\s+apply\s+(\d+)$/.exec(prefix)?.[1];
  if (prefix !== '' && applied === undefined) {
    if (!ports.anyRegion()) return undefined;
    throw refusal(line, `What lets the program go on cannot stand behind '${prefix}'. Give '${command}' alone.`);
  }
  return meaning.kind === 'continue'
    ? carryOn(line, meaning.argument, ports)
    : step(line, meaning, applied === undefined ? thread : Number(applied), ports);
}

async function carryOn(line: string, argument: string, ports: ConsoleRoadPorts): Promise<string | undefined> {
  if (argument !== '' && argument !== '1' && argument !== '-a') {
    if (!ports.anyRegion()) return undefined;
    throw refusal(line, "gdb would pass the breakpoint without a stop. Give it a hit condition ('>3') in the editor.");
  }
  await ports.continue();
  return '';
}

async function step(
  line: string,
  { step: request, count }: Meaning & { kind: 'step' },
  thread: number | undefined,
  ports: ConsoleRoadPorts,
): Promise<string | undefined> {
  if (thread === undefined) {
    throw new RequestError('user', 'notStopped', `Cannot '${line.trim()}': the program is not stopped.`);
  }
  const steps = count === '' ? 1 : Number(count);
  if (steps !== 1 && !ports.anyRegion()) return undefined;
  // gdb takes any expression there, and `finish` nothing.
  if (!/^\d*$/.test(count) || steps < 1 || (steps !== 1 && request.kind === 'stepOut')) {
    throw refusal(
      line,
      request.kind === 'stepOut' ? 'Give it once for each frame.' : 'Give the number of steps as a number.',
    );
  }
  await ports.step({ thread, ...request }, steps);
  return '';
}

/** A command that the user has defined, several lines long: it can be run if none of them lets the program go on. */
function refuseBody(line: string, body: readonly string[]): void {
  const resuming = body.find(each => meaningOf(unwrap(each).command).kind !== 'none');
  if (resuming !== undefined) throw refusal(line, `It runs '${resuming}', which has to be given by itself.`);
}

function refusal(line: string, why: string): RequestError {
  return new RequestError('user', 'refusedCommand', `'${line.trim()}' is refused. ${why}`);
}
