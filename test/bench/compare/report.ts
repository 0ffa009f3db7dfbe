import { FLOOR, OURS } from './contestants.js';
import type { Goal, Row } from './row.js';

/** How one contestant did in one row. */
export type Result =
  | { readonly kind: 'measured'; readonly samples: number; readonly median: number; readonly p90: number }
  | { readonly kind: 'failed'; readonly why: string }
  | { readonly kind: 'absent' };

/** One row and the results, by the contestants' names. */
export interface Outcome {
  readonly row: Row;
  readonly results: ReadonlyMap<string, Result>;
}

/** A goal, what was reached, and whether that is enough. */
export interface Verdict {
  readonly row: string;
  readonly goal: string;
  readonly reached: number;
  readonly isMet: boolean;
}

/** @param samples at least one */
export function summarize(samples: readonly number[]): Result {
  const sorted = [...samples].sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
  return { kind: 'measured', samples: sorted.length, median: at(0.5), p90: at(0.9) };
}

/** The table: medians, and ours as a multiple of each other's. */
export function table(outcomes: readonly Outcome[], names: readonly string[]): string {
  const others = names.filter(name => name !== OURS);
  const head = ['row', '', ...names, ...others.map(name => `ours/${name}`)];
  const body = outcomes.map(({ row, results }) => [
    row.name,
    `${row.title}, ${row.unit}`,
    ...names.map(name => show(results.get(name))),
    ...others.map(name => ratioText(ratio(results, name))),
  ]);
  const widths = head.map((_, column) => Math.max(...[head, ...body].map(line => line[column]?.length ?? 0)));
  const format = (line: readonly string[]): string =>
    line
      .map((cell, column) => (column < 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ')
      .trimEnd();
  return [head, ...body].map(format).join('\n');
}

/** What is told of a row as soon as it has been run. */
export function inOneLine({ row, results }: Outcome): string {
  const each = [...results].map(([name, result]) => `${name} ${show(result)}`);
  return `${row.name}: ${each.join(', ')} ${row.unit}`;
}

/** Every goal of the rows that were run: their own, and that none is slower than a peer. */
export function verdicts(outcomes: readonly Outcome[], names: readonly string[]): Verdict[] {
  return outcomes.flatMap(({ row, results }) => {
    const own = row.goals.flatMap(goal => judge(row, goal, outcomes));
    const mine = medianOf(results.get(OURS));
    const limit =
      row.limit === undefined || mine === undefined
        ? []
        : [{ row: row.name, goal: `<= ${row.limit} ${row.unit}`, reached: mine, isMet: mine <= row.limit }];
    const peers = row.unit === 'ms' ? names.filter(name => name !== OURS && name !== FLOOR) : [];
    const against = peers.flatMap(name => judge(row, { ratio: 1, to: { contestant: name } }, outcomes));
    return [...own, ...limit, ...against];
  });
}

/** The row in which ours is slowest beside the floor. */
export function slowest(outcomes: readonly Outcome[]): Outcome | undefined {
  const measured = outcomes.filter(({ results, row }) => row.unit === 'ms' && ratio(results, FLOOR) !== undefined);
  return [...measured].sort((a, b) => (ratio(b.results, FLOOR) ?? 0) - (ratio(a.results, FLOOR) ?? 0))[0];
}

function judge(row: Row, { ratio: most, to }: Goal, outcomes: readonly Outcome[]): Verdict[] {
  const results = outcomes.find(outcome => outcome.row === row)?.results;
  const mine = medianOf(results?.get(OURS));
  const theirs =
    'contestant' in to
      ? medianOf(results?.get(to.contestant))
      : medianOf(outcomes.find(outcome => outcome.row.name === to.row)?.results.get(OURS));
  if (mine === undefined || theirs === undefined) return [];
  const reached = mine / theirs;
  const goal = `<= ${most} of ${'contestant' in to ? to.contestant : to.row}`;
  return [{ row: row.name, goal, reached, isMet: reached <= most }];
}

function ratio(results: ReadonlyMap<string, Result>, name: string): number | undefined {
  const [mine, theirs] = [medianOf(results.get(OURS)), medianOf(results.get(name))];
  return mine === undefined || theirs === undefined ? undefined : mine / theirs;
}

function medianOf(result: Result | undefined): number | undefined {
  return result?.kind === 'measured' ? result.median : undefined;
}

function show(result: Result | undefined): string {
  if (result === undefined || result.kind === 'absent') return '-';
  return result.kind === 'failed' ? 'failed' : number(result.median);
}

function ratioText(value: number | undefined): string {
  return value === undefined || !Number.isFinite(value) ? '-' : value.toFixed(2);
}

function number(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toFixed(2);
}
