/**
 * Random input without an end: `npm run fuzz -- [SECONDS [SEED]]`. Prints the cases tried for each property; at a failure
 * the smallest input that shows it, and the seed that repeats it. Exit code 1 at a failure.
 */
import fc from 'fast-check';
import { FUZZ_PROPERTIES } from './properties.js';

const CASES_AT_ONCE = 2000;

const seconds = Number(process.argv[2] ?? 60);
const firstSeed = Number(process.argv[3] ?? Date.now() % 2 ** 31);
const end = Date.now() + seconds * 1000;
const properties = Object.entries(FUZZ_PROPERTIES).flatMap(([subject, list]) =>
  list.map(({ title, property, cost }) => ({
    title: `${subject}: ${title}`,
    property,
    numRuns: CASES_AT_ONCE / cost,
    cases: 0,
    hasFailed: false,
  })),
);
for (let seed = firstSeed; Date.now() < end; seed++) {
  for (const each of properties.filter(({ hasFailed }) => !hasFailed)) {
    const details = await fc.check(each.property, { seed, numRuns: each.numRuns });
    each.cases += details.numRuns;
    each.hasFailed = details.failed;
    if (details.failed) console.log(`${each.title}, seed ${seed}:\n${await fc.asyncDefaultReportMessage(details)}`);
  }
}
for (const { title, cases, hasFailed } of properties) {
  console.log(`${String(cases).padStart(9)} cases  ${hasFailed ? 'FAILED' : 'ok    '}  ${title}`);
}
process.exitCode = properties.some(({ hasFailed }) => hasFailed) ? 1 : 0;
