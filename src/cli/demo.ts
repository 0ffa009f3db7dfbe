import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { messageOf } from '../util/errors.js';
import { DEMO_CASES, type DemoCase } from './demoCases.js';
import { DemoSession, type DemoStep } from './demoSession.js';

/** This file is dist/src/cli/demo.js. */
const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');
const SAMPLES = join(ROOT, 'samples');
const MAIN = join(ROOT, 'dist', 'src', 'main.js');

/** Runs through the region to show, by line and by instruction. */
const ROUNDS = { line: 4, instruction: 2 } as const;
/** From the line in front of a region to behind it: lines are few, instructions are not. */
const STEPS_LIMIT = { line: 10, instruction: 120 } as const;
/** With awareness off a step may have no end: how long to wait for one, and how many to try. */
const OFF_STEP_MS = 700;
const OFF_STEPS = 12;

/** What was seen of one sample. */
interface Result {
  readonly one: DemoCase;
  readonly steps: number;
  readonly outcomes: Readonly<Record<string, number>>;
  readonly report: string;
  readonly faults: readonly string[];
  readonly off: string;
}

/**
 * Steps over the critical sections of the samples through real sessions, with awareness of restartable sequences and
 * without.
 *
 * @returns 0; 1 where an invariant failed; 2 where the samples are not there
 */
export async function runDemo(args: readonly string[], out: Writable, err: Writable): Promise<number> {
  const cases = args.length === 0 ? DEMO_CASES : DEMO_CASES.filter(({ sample }) => args.includes(sample));
  const missing = cases.filter(({ sample }) => !existsSync(join(SAMPLES, 'build', sample)));
  if (cases.length === 0 || missing.length > 0) {
    const what = cases.length === 0 ? `no sample is called ${args.join(' or ')}` : 'the samples are not built';
    err.write(`rseq-dap demo: ${what}. In a checkout of the project, 'npm run demo' builds and shows them.\n`);
    return 2;
  }
  const results: Result[] = [];
  for (const one of cases) {
    out.write(`\n${one.sample}: ${one.hazard}\n`);
    results.push(await show(one, out));
  }
  summarize(results, out);
  return results.some(({ faults }) => faults.length > 0) ? 1 : 0;
}

async function show(one: DemoCase, out: Writable): Promise<Result> {
  const seen: DemoStep[] = [];
  let report = '';
  const faults: string[] = [];
  try {
    const session = await DemoSession.start(one, SAMPLES, MAIN, 'through');
    try {
      for (const granularity of ['line', 'instruction'] as const)
        await rounds(one, session, granularity, seen, faults, out);
      report = await session.finish();
    } finally {
      await session.close();
    }
  } catch (error) {
    faults.push(messageOf(error));
  }
  out.write(`  result: ${report}\n`);
  const outcomes = count(seen.flatMap(({ passed }) => passed.map(({ outcome }) => outcome)));
  faults.push(...judge(one, report, outcomes));
  for (const fault of faults) out.write(`  INVARIANT FAILED: ${fault}\n`);
  const off = await without(one, out);
  return { one, steps: seen.length, outcomes, report, faults, off };
}

async function rounds(
  one: DemoCase,
  session: DemoSession,
  granularity: 'line' | 'instruction',
  seen: DemoStep[],
  faults: string[],
  out: Writable,
): Promise<void> {
  for (let round = 0; round < ROUNDS[granularity]; round++) {
    if (!(await session.toMarker())) return;
    const through = await stepThrough(session, granularity, one.isCall === true, seen);
    if (through === undefined) {
      faults.push(`a step by ${granularity} did not lead through the region`);
      return;
    }
    if (granularity === 'line' && !through.hasLine) faults.push('a step ended on no source line');
    const passed = through.passed.map(({ region, outcome }) => `${region}: ${outcome}`).join(', ');
    out.write(`  next by ${granularity.padEnd(11)} to ${through.where.padEnd(28)} through ${passed}\n`);
  }
}

/** Steps until one has run through a region. */
async function stepThrough(
  session: DemoSession,
  granularity: 'line' | 'instruction',
  isCall: boolean,
  seen: DemoStep[],
): Promise<DemoStep | undefined> {
  for (let steps = 0; steps < STEPS_LIMIT[granularity]; steps++) {
    const into = steps === 0 && isCall;
    const step = into ? await session.step('stepIn', 'line') : await session.step('next', granularity);
    if (step === undefined) return undefined;
    seen.push(step);
    if (step.passed.length > 0) return step;
  }
  return undefined;
}

/** The invariants: the program computes what it computes alone, and the stepping thread has lost no attempt. */
function judge(one: DemoCase, report: string, outcomes: Readonly<Record<string, number>>): string[] {
  const faults: string[] = [];
  const [, sum, expected] = /sum=(\d+) expected=(\d+)/.exec(report) ?? [];
  if (sum === undefined || sum !== expected) faults.push(`${one.sample} computed '${report}'`);
  if ((outcomes.aborted ?? 0) > 0) faults.push(`${outcomes.aborted ?? 0} attempts of the stepping thread aborted`);
  return faults;
}

/** The same steps as a debugger makes them that knows nothing of regions. */
async function without(one: DemoCase, out: Writable): Promise<string> {
  let text: string;
  try {
    const session = await DemoSession.start(one, SAMPLES, MAIN, 'off');
    try {
      text = await stepBlindly(session, one);
    } finally {
      await session.close();
    }
  } catch (error) {
    text = messageOf(error);
  }
  out.write(`  awareness off: ${text}\n`);
  return text;
}

async function stepBlindly(session: DemoSession, one: DemoCase): Promise<string> {
  let steps = 0;
  let hung = false;
  for (; steps < OFF_STEPS && !hung; steps++)
    hung =
      (await session.step(steps === 0 && one.isCall === true ? 'stepIn' : 'next', 'line', OFF_STEP_MS)) === undefined;
  const [commits, aborts] = [await session.read('commits'), await session.read('aborts')];
  const counted = aborts === undefined ? '' : `, the program counts ${commits ?? '?'} commits and ${aborts} aborts`;
  return `${steps} steps${hung ? `, the last had no end within ${OFF_STEP_MS} ms` : ''}${counted}`;
}

function count(words: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
}

function summarize(results: readonly Result[], out: Writable): void {
  const rows = results.map(({ one, steps, outcomes, report, faults, off }) => [
    one.sample,
    String(steps),
    `${outcomes.committed ?? 0}/${outcomes.exited ?? 0}/${outcomes.aborted ?? 0}`,
    faults.length === 0 ? 'kept' : 'FAILED',
    report.replace(/^.*(?=sum=)/, ''),
    off,
  ]);
  const head = ['sample', 'steps', 'committed/exited/aborted', 'invariants', 'the program', 'awareness off'];
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map(row => row[column]?.length ?? 0)));
  out.write('\n');
  for (const row of [head, ...rows]) {
    out.write(
      `${row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd()}\n`,
    );
  }
}
