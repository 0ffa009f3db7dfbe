/**
 * What each action of the user's near a critical section costs the program: one row per action and sample, with awareness
 * of restartable sequences, beside it without (gdb's own stepping), and for the sample with four threads beside a bare gdb
 * that makes as many stops. Prints the table as Markdown and exits non-zero where a row of ours breaks an invariant.
 *
 *     npm run bench:actions [-- WORD...]      only rows whose action or sample holds one of the words
 */
import { ACTION_KINDS } from './actionKinds.js';
import { broken, measure, type Outcome } from './actionOutcome.js';
import type { ActionKind } from './actionRow.js';
import type { ActionSubject } from './actionSubjects.js';
import { withBareGdb } from './bareGdb.js';

/** Sessions at a time: each has an adapter, a gdb and a program that wait for each other. */
const AT_ONCE = 2;

interface Task {
  readonly kind: ActionKind;
  readonly subject: ActionSubject;
}

interface Row extends Task {
  readonly ours: Outcome;
  readonly off: Outcome | undefined;
  /** Attempts that the other threads have lost to a bare gdb's stops. */
  readonly bare: number | undefined;
}

const HEAD = ['made', 'stops', 'commits', 'own aborts', "others' aborts", 'sum/expected', 'longest ms'];

function cells(outcome: Outcome | undefined): string[] {
  if (outcome === undefined) return HEAD.map(() => '');
  const { made, stops, commits, aborts, othersAborts, sum, longestMs, problem } = outcome;
  const counts = [made, stops, commits, aborts, othersAborts].map(count => String(count ?? ''));
  const end = problem === undefined ? sum : `${sum} (${problem.replaceAll('|', '/').slice(0, 48)})`;
  return [...counts, end, longestMs.toFixed(0)];
}

function printLine(texts: readonly string[]): void {
  console.log(`| ${texts.join(' | ')} |`);
}

function nameOf({ sample, before }: ActionSubject): string {
  return `${sample} @${before}`;
}

async function run({ kind, subject }: Task): Promise<Row | undefined> {
  const ours = await measure(kind, subject, 'through');
  if (ours === undefined) return undefined;
  const off = await measure(kind, subject, 'off');
  const counts = subject.sample === 'threads' ? await withBareGdb(ours.stops) : undefined;
  const bare = counts?.slice(1).reduce((sum, { aborts }) => sum + aborts, 0);
  return { kind, subject, ours, off, bare };
}

/** Runs the tasks, some at a time, and gives their rows out in order. */
async function runAll(tasks: readonly Task[], show: (row: Row) => void): Promise<void> {
  const rows: Promise<Row | undefined>[] = [];
  const lanes = Array.from({ length: AT_ONCE }, () => Promise.resolve());
  for (const [index, task] of tasks.entries()) {
    const lane = index % AT_ONCE;
    const row = (lanes[lane] ?? Promise.resolve()).then(() => run(task));
    lanes[lane] = row.then(() => undefined);
    rows.push(row);
  }
  for (const row of rows) {
    const found = await row;
    if (found !== undefined) show(found);
  }
}

const words = process.argv.slice(2);
const tasks = ACTION_KINDS.flatMap(kind => kind.subjects.map(subject => ({ kind, subject }))).filter(
  ({ kind, subject }) => words.length === 0 || words.some(word => kind.name.includes(word) || subject.sample === word),
);
const failures: string[] = [];
const begun = performance.now();
printLine(['action', 'sample', ...HEAD, ...HEAD.map(text => `off: ${text}`), "bare gdb: others' aborts"]);
printLine(Array.from({ length: 3 + 2 * HEAD.length }, () => '---'));
let rows = 0;
await runAll(tasks, ({ kind, subject, ours, off, bare }) => {
  rows += 1;
  printLine([kind.name, nameOf(subject), ...cells(ours), ...cells(off), String(bare ?? '')]);
  const why = broken(kind, subject, ours);
  if (why !== undefined) failures.push(`${kind.name}, ${nameOf(subject)}: ${why}`);
});
console.log(`\n${rows} rows in ${((performance.now() - begun) / 1000).toFixed(0)} s`);
console.log(failures.length === 0 ? 'Every row keeps the invariants.' : `Broken:\n${failures.join('\n')}`);
process.exitCode = failures.length === 0 ? 0 : 1;
