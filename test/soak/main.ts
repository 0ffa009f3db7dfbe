/**
 * Random sessions on the samples against a real gdb: whatever the user does, the program goes on and computes what it
 * computes alone, every request is answered, and nothing is left behind. `npm run soak -- [SECONDS [SEED]]`; a seed alone
 * repeats a session: `npm run soak -- 0 SEED`. Exit code 1 at a finding, which is printed with its seed and what was done.
 */
import { ACTIONS, soakSession, type SoakOutcome } from './soakSession.js';

/** More of them would only tell the same again. */
const MOST_FINDINGS = 5;

interface Total {
  sessions: number;
  actions: number;
  slowestMs: number;
  committed: number;
  aborted: number;
  exited: number;
  aborts: number;
  growthMiB: number;
  findings: number;
}

const seconds = Number(process.argv[2] ?? 60);
const firstSeed = Number(process.argv[3] ?? Date.now() % 1_000_000);
const totals = new Map<string, Total>();

function add({ subject, actions, slowestMs, outcomes, aborts, growthMiB, finding }: SoakOutcome): void {
  const none = { sessions: 0, actions: 0, slowestMs: 0, committed: 0, aborted: 0, exited: 0, aborts: 0 };
  const total = totals.get(subject.sample) ?? { ...none, growthMiB: 0, findings: 0 };
  const count = (word: string): number => outcomes.filter(outcome => outcome === word).length;
  totals.set(subject.sample, {
    sessions: total.sessions + 1,
    actions: total.actions + actions,
    slowestMs: Math.max(total.slowestMs, slowestMs),
    committed: total.committed + count('committed'),
    aborted: total.aborted + count('aborted'),
    exited: total.exited + count('exited'),
    aborts: total.aborts + aborts,
    growthMiB: Math.max(total.growthMiB, growthMiB),
    findings: total.findings + (finding === undefined ? 0 : 1),
  });
}

function show({ seed, subject, finding, log, trace }: SoakOutcome): void {
  if (finding === undefined) return;
  console.error(`seed ${seed}, ${subject.sample}: ${finding}`);
  for (const line of log) console.error(`  ${line}`);
  if (process.env.RSEQ_DAP_TRACE !== undefined) console.error(trace);
}

console.log(`first seed ${firstSeed}`);
const end = performance.now() + seconds * 1000;
const faults = new Map<string, number>();
let findings = 0;
let seed = firstSeed;
do {
  const outcome = await soakSession(seed++, ACTIONS);
  add(outcome);
  show(outcome);
  faults.set(outcome.fault, (faults.get(outcome.fault) ?? 0) + 1);
  if (outcome.finding !== undefined) findings += 1;
} while (performance.now() < end && findings < MOST_FINDINGS);

console.log(
  '| sample | sessions | actions | seen: committed | aborted | exited | aborts | slowest ms | memory + MiB | findings |',
);
console.log('|---|---|---|---|---|---|---|---|---|---|');
for (const [sample, total] of [...totals].sort(([a], [b]) => (a < b ? -1 : 1))) {
  const { sessions, actions, committed, aborted, exited, aborts, slowestMs, growthMiB } = total;
  const cells = [sample, sessions, actions, committed, aborted, exited, aborts];
  console.log(`| ${[...cells, slowestMs.toFixed(0), growthMiB.toFixed(0), total.findings].join(' | ')} |`);
}
const injected = [...faults].filter(([fault]) => fault !== 'none').map(([fault, times]) => `${fault} ${times}`);
console.log(`faults: ${injected.join(', ') || 'none'}; seeds ${firstSeed} to ${seed - 1}; ${findings} findings`);
process.exitCode = findings === 0 ? 0 : 1;
