import assert from 'node:assert/strict';
import { SerialQueue } from '../../../src/util/serialQueue.js';

function queueWithErrors(): { queue: SerialQueue; errors: unknown[] } {
  const errors: unknown[] = [];
  return { queue: new SerialQueue(error => errors.push(error)), errors };
}

describe('SerialQueue', () => {
  it('runs jobs strictly in the order in which they were added, each to its end', async () => {
    const { queue } = queueWithErrors();
    const seen: string[] = [];
    const job = (name: string) => async () => {
      seen.push(`${name} begins`);
      await Promise.resolve();
      await Promise.resolve();
      seen.push(`${name} ends`);
    };
    queue.post(job('a'));
    void queue.run(job('b'));
    queue.post(() => seen.push('c'));
    await queue.idle();
    assert.deepEqual(seen, ['a begins', 'a ends', 'b begins', 'b ends', 'c']);
  });

  it('puts a job that a job adds behind those that wait already', async () => {
    const { queue } = queueWithErrors();
    const seen: string[] = [];
    queue.post(() => {
      queue.post(() => seen.push('added by a'));
      seen.push('a');
    });
    queue.post(() => seen.push('b'));
    await queue.run(() => undefined);
    await queue.idle();
    assert.deepEqual(seen, ['a', 'b', 'added by a']);
  });

  it('does not start a job inside the call that adds it', async () => {
    const { queue } = queueWithErrors();
    let started = false;
    queue.post(() => {
      started = true;
    });
    assert.equal(started, false);
    await queue.idle();
    assert.equal(started, true);
  });

  it('goes on after jobs that throw or reject, and reports those that were posted', async () => {
    const { queue, errors } = queueWithErrors();
    queue.post(() => {
      throw new Error('thrown');
    });
    queue.post(() => Promise.reject(new Error('rejected')));
    assert.equal(await queue.run(() => 7), 7);
    assert.deepEqual(
      errors.map(error => (error as Error).message),
      ['thrown', 'rejected'],
    );
  });

  it('gives the caller of run what the job returned or threw, and reports nothing', async () => {
    const { queue, errors } = queueWithErrors();
    const failure = new Error('mine');
    await assert.rejects(
      queue.run(() => Promise.reject(failure)),
      error => error === failure,
    );
    assert.equal(await queue.run(() => Promise.resolve('value')), 'value');
    assert.deepEqual(errors, []);
  });
});
