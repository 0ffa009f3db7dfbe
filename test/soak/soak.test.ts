import assert from 'node:assert/strict';
import { ACTIONS, soakSession } from './soakSession.js';

/** The same sessions each time, four hammering threads among them; `npm run soak` tries others. */
const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];

describe('random actions of a user', function () {
  this.timeout(120_000);

  for (const seed of SEEDS) {
    it(`lose no update, hang nothing and leave nothing behind: seed ${seed}`, async () => {
      const { finding, log } = await soakSession(seed, ACTIONS);
      assert.equal(finding, undefined, `${finding ?? ''}\n${log.join('\n')}`);
    });
  }
});
