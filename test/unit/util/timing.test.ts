import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { RequestTimer, type RequestTime } from '../../../src/util/timing.js';

describe('RequestTimer', () => {
  it('tells the queue, gdb and the adapter apart, and counts overlapping commands of gdb once', async () => {
    const told: RequestTime[] = [];
    const timer = new RequestTimer();
    const stop = timer.tell(time => told.push(time));
    const begun = timer.received({ command: 'threads', seq: 3 });
    await sleep(20);
    const answered = begun();
    timer.gdb.enter();
    timer.gdb.enter();
    await sleep(20);
    timer.gdb.leave();
    timer.gdb.leave();
    answered();
    const [time] = told;
    assert.deepEqual([time?.command, time?.seq], ['threads', 3]);
    assert.ok(time !== undefined);
    assert.ok(time.queue > 10, `queue ${time.queue}`);
    assert.ok(time.gdb > 10, `gdb ${time.gdb}`);
    // Counted twice, gdb's time would exceed the whole and leave less than nothing.
    assert.ok(time.adapter >= 0, `adapter ${time.adapter}`);
    stop();
    timer.received({ command: 'next', seq: 4 })()();
    assert.equal(told.length, 1);
  });

  it('counts what gdb did before the request neither for it nor against it', () => {
    const told: RequestTime[] = [];
    const timer = new RequestTimer();
    timer.tell(time => told.push(time));
    timer.gdb.enter();
    const begun = timer.received({ command: 'scopes', seq: 1 });
    timer.gdb.leave();
    begun()();
    assert.equal(told[0]?.gdb, 0);
  });
});
