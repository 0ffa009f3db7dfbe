/**
 * Runs the same work under this adapter, under its peers and under bare gdb/MI, in turn in one run, and prints medians,
 * ratios and how the project's goals are met.
 *
 *     npm run bench [-- [--quick] [--json=FILE] [--only=ROW,...] [--with=CONTESTANT,...]]
 */
import { writeFileSync } from 'node:fs';
import { cpus, release } from 'node:os';
import { parseArgs } from 'node:util';
import { messageOf } from '../../../src/util/errors.js';
import { contestants } from './contestants.js';
import type { Contestant } from './debuggee.js';
import { inOneLine, slowest, summarize, table, verdicts, type Outcome, type Result } from './report.js';
import type { Bout, Row } from './row.js';
import { allRows } from './rows.js';
import { timingSplit } from './split.js';

/** What a user would not wait for; the contestant is out of the row. */
const PATIENCE_MS = 20_000;
const QUICK_ROUNDS = 3;

/** One contestant during a row. */
interface Runner {
  readonly name: string;
  bout: Bout | undefined;
  readonly samples: number[];
  failure: string | undefined;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      json: { type: 'string' },
      only: { type: 'string' },
      with: { type: 'string' },
    },
  });
  const rows = choose(allRows(), values.only, 'row');
  const takingPart = choose(contestants(), values.with, 'contestant');
  const machine = `${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}, Linux ${release()}`;
  console.log([machine, ...takingPart.map(({ name, description }) => `${name}: ${description}`), ''].join('\n'));
  const outcomes: Outcome[] = [];
  for (const row of rows) {
    const outcome = await run(row, takingPart, values.quick);
    outcomes.push(outcome);
    process.stderr.write(`${Math.round(process.uptime())} s: ${inOneLine(outcome)}\n`);
  }
  const names = takingPart.map(({ name }) => name);
  console.log(`\n${table(outcomes, names)}\n`);
  const judged = verdicts(outcomes, names);
  for (const { row, goal, reached, isMet } of judged) {
    if (!isMet) console.log(`not reached: ${row} ${goal}: ${reached.toFixed(2)}`);
  }
  console.log(`goals reached: ${judged.filter(({ isMet }) => isMet).length} of ${judged.length}`);
  const worst = slowest(outcomes);
  if (worst !== undefined) console.log(`\n${await timingSplit(worst.row)}`);
  if (values.json !== undefined) {
    const rowsAsJson = outcomes.map(({ row: { name, title, unit }, results }) => ({
      name,
      title,
      unit,
      results: Object.fromEntries(results),
    }));
    const all = { machine, contestants: takingPart, rows: rowsAsJson, goals: judged };
    writeFileSync(values.json, `${JSON.stringify(all, undefined, 2)}\n`);
  }
  return 0;
}

/** @throws Error where a name is not known */
function choose<T extends { readonly name: string }>(all: readonly T[], names: string | undefined, what: string): T[] {
  if (names === undefined) return [...all];
  return names.split(',').map(name => {
    const found = all.find(each => each.name === name);
    if (found === undefined)
      throw new Error(`There is no ${what} '${name}'. There are: ${all.map(each => each.name).join(', ')}`);
    return found;
  });
}

/** One row: everybody is started, then works in turn, so that what else the machine does hits all alike. */
async function run(row: Row, takingPart: readonly Contestant[], quick: boolean): Promise<Outcome> {
  const runners: Runner[] = [];
  for (const contestant of takingPart.filter(({ name }) => row.takesPart(name))) {
    const runner: Runner = { name: contestant.name, bout: undefined, samples: [], failure: undefined };
    runners.push(runner);
    await guarded(row, runner, async () => {
      runner.bout = await row.open(contestant, quick);
    });
  }
  const rounds = quick ? Math.min(QUICK_ROUNDS, row.rounds) : row.rounds;
  for (let round = 0; round < rounds; round++) {
    for (const runner of runners) {
      await guarded(row, runner, async () => {
        runner.samples.push(...((await runner.bout?.round()) ?? []));
      });
    }
  }
  for (const runner of runners) await runner.bout?.close();
  const results = new Map(takingPart.map(({ name }) => [name, resultOf(runners.find(each => each.name === name))]));
  for (const { name, failure } of runners) {
    if (failure !== undefined) console.log(`${row.name}: ${name}: ${failure}`);
  }
  return { row, results };
}

function resultOf(runner: Runner | undefined): Result {
  if (runner === undefined) return { kind: 'absent' };
  if (runner.failure !== undefined) return { kind: 'failed', why: runner.failure };
  return summarize(runner.samples);
}

async function guarded({ patienceMs = PATIENCE_MS }: Row, runner: Runner, job: () => Promise<void>): Promise<void> {
  if (runner.failure !== undefined) return;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`no answer within ${patienceMs / 1000} s`));
    }, patienceMs);
  });
  try {
    await Promise.race([job(), late]);
  } catch (error) {
    runner.failure = messageOf(error);
  } finally {
    clearTimeout(timer);
  }
}

process.exitCode = await main();
