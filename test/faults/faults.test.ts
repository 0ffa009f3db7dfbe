import assert from 'node:assert/strict';
import { FAULTS } from './all.js';

for (const [subject, cases] of Object.entries(FAULTS)) {
  describe(`faults of ${subject}:`, () => {
    for (const each of cases.filter(({ always }) => always)) {
      it(each.title, async function () {
        this.timeout(120_000);
        const { unanswered, wrong, left } = await each.run();
        assert.deepEqual({ unanswered, wrong, left }, { unanswered: 0, wrong: [], left: 0 });
      });
    }
  });
}
