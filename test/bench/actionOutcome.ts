import { messageOf } from '../../src/util/errors.js';
import { DebugSession, readReport } from '../support/debugSession.js';
import { ActionRow, Unfit, type ActionKind, type Awareness } from './actionRow.js';
import type { ActionSubject } from './actionSubjects.js';

/** What takes longer has no end: far more than any row of ours takes, and short enough to wait for in many rows. */
const LIMIT_MS = { through: 15_000, off: 1500 } as const;

/** What a sample can do at most, since it needs memory for each. */
const MOST: Readonly<Record<string, number>> = { list_exits: 2_000_000 };

/** What one row has come to, with or without awareness. */
export interface Outcome {
  /** Steps or hits that the user has made. */
  readonly made: number;
  /** Stops that gdb made, seen by the client or not. */
  readonly stops: number;
  /** What the stepped thread has committed while the action was repeated; undefined where the program does not count. */
  readonly commits: number | undefined;
  /** Attempts that the stepped thread, and that the others have lost; undefined where the program did not end. */
  readonly aborts: number | undefined;
  readonly othersAborts: number | undefined;
  readonly sum: string;
  readonly longestMs: number;
  /** Why the row has no end, or what broke. */
  readonly problem: string | undefined;
}

/** @returns undefined where the action has no meaning there */
export async function measure(
  kind: ActionKind,
  subject: ActionSubject,
  awareness: Awareness,
): Promise<Outcome | undefined> {
  const session = await DebugSession.start({ trace: true });
  const row = new ActionRow(session, subject, awareness, LIMIT_MS[awareness]);
  let problem: string | undefined;
  let commits: number | undefined;
  try {
    await launch(row, kind);
    const before = await row.commits();
    await kind.run(row);
    const after = await row.commits();
    if (before !== undefined && after !== undefined) commits = after - before;
    await row.finish();
  } catch (error) {
    if (error instanceof Unfit) return undefined;
    problem = messageOf(error).split('\n')[0];
  } finally {
    await session.client.close();
  }
  return outcomeOf(row, commits, problem ?? row.problem);
}

async function launch(row: ActionRow, kind: ActionKind): Promise<void> {
  const { session, subject, awareness } = row;
  const args = [...(subject.args ?? ['200', '--pin'])];
  if (kind.iterations !== undefined) args[0] = String(Math.min(kind.iterations, MOST[subject.sample] ?? Infinity));
  const inside = kind.breakpointsInside === undefined ? {} : { breakpointsInside: kind.breakpointsInside };
  const stepping = awareness === 'through' ? (kind.stepping ?? awareness) : awareness;
  await session.launch(subject.sample, { args, rseq: { stepping, ...inside } });
  await row.breakInFront(true);
  row.thread = (await session.run()).threadId ?? 0;
}

function outcomeOf(row: ActionRow, commits: number | undefined, problem: string | undefined): Outcome {
  const { session, made, longestMs } = row;
  const stops = session.trace().match(/gdb -> \*stopped/g)?.length ?? 0;
  const measured = { made, stops, commits, longestMs };
  const unreported = { ...measured, aborts: undefined, othersAborts: undefined, sum: '-' };
  if (!row.isOver) return { ...unreported, problem };
  const stdout = session.client.output('stdout');
  if (stdout === '') {
    const end = session.client.output('console').trim().split('\n').at(-1) ?? '';
    return { ...unreported, problem: `no report: ${problem ?? end}` };
  }
  const { sum, expected, aborts } = readReport(stdout);
  const own = Number(/thread 0: commits=\d+ aborts=(\d+)/.exec(stdout)?.[1] ?? aborts);
  const wrong = sum === expected ? undefined : 'the sum is wrong';
  return {
    ...measured,
    aborts: own,
    othersAborts: aborts - own,
    sum: `${sum}/${expected}`,
    problem: wrong ?? problem,
  };
}

/** What an outcome of ours breaks; undefined where it keeps the invariants. */
export function broken(kind: ActionKind, { sample }: ActionSubject, outcome: Outcome): string | undefined {
  const { problem, aborts = 0, othersAborts = 0, stops } = outcome;
  if (problem !== undefined) return problem;
  // All of this program's attempts end by the signals of its own timer; its sum counts them.
  if (sample !== 'until_abort') {
    if (kind.stopsInside !== true && aborts > 0)
      return `${aborts} attempts were lost, and no stop inside was asked for`;
    if (aborts > stops + preempted(outcome)) return `${aborts} attempts were lost by ${stops} stops`;
  }
  const others = 3;
  return othersAborts > others * stops ? `the others lost ${othersAborts} attempts by ${stops} stops` : undefined;
}

/**
 * What the kernel may cost by itself in a row that ends in a long free run: one attempt in a million. Beside busy processors, without
 * any debugger, `one_insn_arm` loses 3 to 8 of 40,000,000.
 */
function preempted({ sum }: Outcome): number {
  return Math.floor(Number(sum.split('/')[1] ?? 0) / 1_000_000);
}
