/**
 * Injects every fault, `npm run faults -- [ROUNDS [PATTERN]]`, and prints a row for each kind: how often, and what came of it.
 * Exit code 1 where a request was left unanswered, something wrong was said, or a process was left.
 */
import type { Outcome } from './faultCase.js';
import { FAULTS } from './all.js';

interface Row {
  times: number;
  requests: number;
  unanswered: number;
  wrong: number;
  left: number;
  longest: number;
}

const rounds = Number(process.argv[2] ?? 1);
const pattern = new RegExp(process.argv[3] ?? '');
const rows = new Map<string, Row>();

function add(fault: string, outcome: Outcome): void {
  const row = rows.get(fault) ?? { times: 0, requests: 0, unanswered: 0, wrong: 0, left: 0, longest: 0 };
  rows.set(fault, {
    times: row.times + 1,
    requests: row.requests + outcome.requests,
    unanswered: row.unanswered + outcome.unanswered,
    wrong: row.wrong + outcome.wrong.length,
    left: row.left + outcome.left,
    longest: Math.max(row.longest, outcome.recoveryMs),
  });
}

for (let round = 0; round < rounds; round++) {
  for (const each of Object.values(FAULTS).flat()) {
    if (!pattern.test(each.title) && !pattern.test(each.fault)) continue;
    const outcome = await each.run().catch((error: unknown): Outcome => {
      return { requests: 0, unanswered: 0, wrong: [String(error)], left: 0, recoveryMs: 0 };
    });
    add(each.fault, outcome);
    for (const words of outcome.wrong) console.error(`${each.title}: ${words}`);
    if (outcome.unanswered > 0) console.error(`${each.title}: ${outcome.unanswered} unanswered`);
  }
}

console.log('| fault | times | requests | unanswered | wrong answers | processes left | longest recovery, ms |');
console.log('|---|---|---|---|---|---|---|');
for (const [fault, { times, requests, unanswered, wrong, left, longest }] of rows) {
  console.log(`| ${fault} | ${times} | ${requests} | ${unanswered} | ${wrong} | ${left} | ${longest.toFixed(0)} |`);
}
const failures = [...rows.values()].filter(({ unanswered, wrong, left }) => unanswered + wrong + left > 0);
process.exitCode = failures.length === 0 ? 0 : 1;
