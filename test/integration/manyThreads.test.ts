import assert from 'node:assert/strict';
import { compiledProgram } from '../support/compiled.js';
import { closeLeftSessions, DebugSession } from '../support/debugSession.js';

const THREADS = 500;

const PROGRAM = `
#define _GNU_SOURCE
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>
static pthread_barrier_t all;
static volatile long counts[${THREADS}];
static void *work(void *argument) {
  long me = (long)argument;
  char name[16];
  snprintf(name, sizeof name, "worker %ld", me);
  pthread_setname_np(pthread_self(), name);
  pthread_barrier_wait(&all);
  for (;;) {
    counts[me]++;
    usleep(50000);
  }
  return 0;
}
int main(void) {
  pthread_t thread;
  pthread_barrier_init(&all, 0, ${THREADS + 1});
  for (long i = 0; i < ${THREADS}; i++) pthread_create(&thread, 0, work, (void *)i);
  pthread_barrier_wait(&all);
  usleep(200000);
  puts("all there"); // @there
  pause();
  return 0;
}
`;

describe('of five hundred threads', function () {
  this.timeout(120_000);
  const { program, source } = compiledProgram('many', PROGRAM);
  afterEach(closeLeftSessions);

  it('the one that is named acts, alone where that is asked for', async () => {
    const session = await DebugSession.start();
    await session.client.request('launch', { program });
    await session.breakAt(source, 'there');
    const stop = await session.run();
    const { threads } = await session.client.request('threads', {});
    assert.equal(threads.length, THREADS + 1);
    const worker = threads.find(({ name }) => name.startsWith('worker 250 '))?.id ?? 0;
    assert.notEqual(worker, stop.threadId);
    const frames = await session.frames(worker, 10);
    const own = frames.findIndex(({ name }) => name === 'work');
    assert.ok(own >= 0);
    const me = await session.client.request('evaluate', { expression: 'me', frameId: frames[own]?.id ?? 0 });
    assert.equal(me.result, '250');
    const counts = async (): Promise<string> => {
      const [frame] = await session.frames(worker, 1);
      const context = { context: 'clipboard', frameId: frame?.id ?? 0 };
      return (await session.client.request('evaluate', { expression: 'counts', ...context })).result;
    };
    const before = numbersOf(await counts());
    assert.equal(before.length, THREADS);
    for (let steps = 0; steps < own + 3; steps++) {
      const kind = steps < own ? 'stepOut' : 'next';
      const end = await session.client.stepAndWait(kind, worker, { singleThread: true });
      assert.ok(end.kind === 'stopped');
      assert.deepEqual([end.body.threadId, end.body.reason], [worker, 'step']);
    }
    const after = numbersOf(await counts());
    const moved = [...after.keys()].filter(index => after[index] !== before[index]);
    assert.deepEqual(moved, [250]);
    await session.close();
  });
});

function numbersOf(text: string): number[] {
  return text.split(',').map(each => Number(/\d+/.exec(each)?.[0]));
}
