import fc from 'fast-check';
import { FUZZ_PROPERTIES } from './properties.js';

/** The same cases each time; `npm run fuzz` tries others. */
const SEED = 20160407;
const CASES = 8000;

for (const [subject, properties] of Object.entries(FUZZ_PROPERTIES)) {
  describe(`random input: ${subject}`, () => {
    for (const { title, property, cost } of properties) {
      it(title, async function () {
        this.timeout(60_000);
        await fc.assert(property, { seed: SEED, numRuns: CASES / cost });
      });
    }
  });
}
