/**
 * What each action of the user's near a critical section costs the program: one row per action and sample, with awareness
 * of restartable sequences and beside it without (gdb's own stepping). Prints the table as Markdown and exits non-zero
 * where a row of ours breaks an invariant.
 *
 *     npm run bench:actions [-- SAMPLE...]
 */
import { messageOf } from '../../src/util/errors.js';
import { DebugSession, readReport } from '../support/debugSession.js';
import { STEP_CASES, type StepCase } from '../support/stepCases.js';
import { ACTION_KINDS } from './actionKinds.js';
import { ActionRow, Unfit, type ActionKind, type Awareness } from './actionRow.js';

/** What takes longer has no end: far more than any row of ours takes, and short enough to wait for in many rows. */
const LIMIT_MS = { through: 10_000, off: 1500 } as const;

const SUBJECTS: readonly StepCase[] = [
  ...STEP_CASES.filter(({ sample }) => sample !== 'threads'),
  { sample: 'threads', source: 'threads.c', before: 'before-region', args: ['200', '4', '--hammer', '--pin'] },
];

/** What a sample can do at most, since it needs memory for each. */
const MOST: Readonly<Record<string, number>> = { list_exits: 2_000_000 };

interface Outcome {
  readonly operations: number;
  /** Stops that gdb made, seen by the client or not. */
  readonly stops: number;
  readonly commits: number;
  /** Attempts that the stepped thread, and that the others have lost; undefined where the program did not end. */
  readonly aborts: number | undefined;
  readonly othersAborts: number | undefined;
  readonly sum: string;
  readonly longestMs: number;
  /** Why the row has no end, or what broke. */
  readonly problem: string | undefined;
}

async function measure(kind: ActionKind, subject: StepCase, awareness: Awareness): Promise<Outcome | undefined> {
  const session = await DebugSession.start({ trace: true });
  const row = new ActionRow(session, subject, LIMIT_MS[awareness]);
  let problem: string | undefined;
  try {
    await launch(row, kind, awareness);
    await kind.run(row);
    await finish(row);
  } catch (error) {
    if (error instanceof Unfit) return undefined;
    problem = messageOf(error).split('\n')[0];
  } finally {
    await session.client.close();
  }
  return outcomeOf(row, problem);
}

async function launch(row: ActionRow, kind: ActionKind, awareness: Awareness): Promise<void> {
  const { session, subject } = row;
  const args = [...(subject.args ?? ['200', '--pin'])];
  if (kind.iterations !== undefined) args[0] = String(Math.min(kind.iterations, MOST[subject.sample] ?? Infinity));
  const inside = kind.breakpointsInside === undefined ? {} : { breakpointsInside: kind.breakpointsInside };
  await session.launch(subject.sample, { args, rseq: { stepping: awareness, ...inside } });
  await row.breakInFront(true);
  row.thread = (await session.run()).threadId ?? 0;
  if (kind.fromMain === true) await row.breakInFront(false);
}

/** To the program's end, with nothing left that stops it. */
async function finish(row: ActionRow): Promise<void> {
  await row.breakInFront(false);
  await row.breakInside(undefined);
  while (row.goesOn()) await row.resume('continue');
  await row.session.client.waitFor('terminated', { after: 0 });
}

function outcomeOf(row: ActionRow, problem: string | undefined): Outcome {
  const { session, operations, longestMs } = row;
  const stdout = session.client.output('stdout');
  const stops = session.trace().match(/gdb -> \*stopped/g)?.length ?? 0;
  const commits = session.runThroughs().filter(({ outcome }) => outcome === 'committed').length;
  const measured = { operations, stops, commits, longestMs };
  if (problem !== undefined) return { ...measured, aborts: undefined, othersAborts: undefined, sum: '-', problem };
  const { sum, expected, aborts } = readReport(stdout);
  const own = Number(/thread 0: commits=\d+ aborts=(\d+)/.exec(stdout)?.[1] ?? aborts);
  const text = sum === expected ? `${sum}` : `${sum} of ${expected}`;
  const wrong = sum === expected ? undefined : 'the sum is wrong';
  return { ...measured, aborts: own, othersAborts: aborts - own, sum: text, problem: wrong };
}

/** What an outcome of ours breaks; undefined where it keeps the invariants. */
function broken(kind: ActionKind, { problem, aborts, othersAborts, stops }: Outcome): string | undefined {
  if (problem !== undefined) return problem;
  if (!kind.stopsInside && aborts !== 0) return 'attempts were lost';
  const others = 3;
  return (othersAborts ?? 0) > others * stops ? 'the others lost more than one attempt for each stop' : undefined;
}

function cells(outcome: Outcome): string[] {
  const { operations, commits, aborts, othersAborts, sum, longestMs, problem } = outcome;
  if (problem !== undefined) return [`${operations}`, `${commits}`, '', '', problem.slice(0, 40), longestMs.toFixed(0)];
  return [`${operations}`, `${commits}`, `${aborts ?? ''}`, `${othersAborts ?? ''}`, sum, longestMs.toFixed(0)];
}

const HEAD = ['done', 'commits seen', 'own aborts', "others'", 'sum', 'longest ms'];

function printLine(texts: readonly string[]): void {
  console.log(`| ${texts.join(' | ')} |`);
}

const only = process.argv.slice(2);
const subjects = SUBJECTS.filter(({ sample }) => only.length === 0 || only.includes(sample));
const failures: string[] = [];
printLine(['action', 'sample', ...HEAD, ...HEAD.map(text => `off: ${text}`)]);
printLine(Array.from({ length: 2 + 2 * HEAD.length }, () => '---'));
for (const kind of ACTION_KINDS) {
  for (const subject of subjects) {
    const name = `${subject.sample} @${subject.before}`;
    const ours = await measure(kind, subject, 'through');
    if (ours === undefined) continue;
    const off = await measure(kind, subject, 'off');
    const nothing = HEAD.map(() => '');
    printLine([kind.name, name, ...cells(ours), ...(off === undefined ? nothing : cells(off))]);
    const why = broken(kind, ours);
    if (why !== undefined) failures.push(`${kind.name}, ${name}: ${why}`);
  }
}
console.log(failures.length === 0 ? '\nEvery row keeps the invariants.' : `\nBroken:\n${failures.join('\n')}`);
process.exitCode = failures.length === 0 ? 0 : 1;
