import assert from 'node:assert/strict';
import { compiledProgram } from '../support/compiled.js';
import { closeLeftSessions, DebugSession, FOREVER, lineOf, sampleSource } from '../support/debugSession.js';

const PROGRAM = `
#include <pthread.h>
#include <semaphore.h>
#include <unistd.h>
pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
volatile int released, others;
static sem_t held;
int twice(int x) { return 2 * x; }
int crash(void) { return *(volatile int *)0; }
int locked(void) { pthread_mutex_lock(&mutex); pthread_mutex_unlock(&mutex); return 42; }
int release(void) { released = 1; return locked(); }
static void *holder(void *unused) {
  pthread_mutex_lock(&mutex);
  sem_post(&held);
  while (!released) usleep(1000);
  pthread_mutex_unlock(&mutex);
  for (;;) { others++; usleep(100); }
  return unused;
}
int main(void) {
  pthread_t thread;
  sem_init(&held, 0, 0);
  pthread_create(&thread, 0, holder, 0);
  sem_wait(&held);
  return 0;                              // @held
}
`;

const { program, source } = compiledProgram('calls', PROGRAM, '-pthread');

afterEach(closeLeftSessions);

describe('a call of a function of the program', function () {
  this.timeout(60_000);

  /** A session whose main thread has stopped while the other one holds the mutex. */
  async function stopped(): Promise<{ session: DebugSession; evaluate: (line: string) => Promise<string> }> {
    const session = await DebugSession.start();
    await session.client.request('launch', { program });
    await session.breakAt(source, 'held');
    const { threadId = 0 } = await session.run();
    const [frame] = await session.frames(threadId, 1);
    const evaluate = async (expression: string): Promise<string> =>
      (await session.client.request('evaluate', { expression, context: 'watch', frameId: frame?.id ?? 0 })).result;
    return { session, evaluate };
  }

  it('lets no other thread run', async () => {
    const { evaluate } = await stopped();
    assert.equal(await evaluate('release() + 1').catch(() => 'given up'), 'given up');
    const before = await evaluate('others');
    for (let call = 0; call < 10; call++) assert.equal(await evaluate(`twice(${call})`), String(2 * call));
    assert.equal(await evaluate('(int)usleep(20000)'), '0');
    assert.equal(await evaluate('others'), before);
  });

  it('is given up and undone where it waits for another thread, and told how it gets through', async () => {
    const { session, evaluate } = await stopped();
    await assert.rejects(evaluate('locked()'), /callBlocked|waited for a second/);
    assert.equal((await session.frames(1, 1))[0]?.name, 'main');
    assert.equal(session.eventsOf('stopped').length, 1);
    await session.client.request('evaluate', { expression: 'set scheduler-locking off', context: 'repl' });
    assert.equal(await evaluate('release()'), '42');
    assert.equal(session.eventsOf('stopped').length, 1);
  });

  it('that crashes is undone, with the reason', async () => {
    const { session, evaluate } = await stopped();
    await assert.rejects(evaluate('crash()'), /SIGSEGV|signaled while in a function called from GDB/);
    assert.equal((await session.frames(1, 1))[0]?.name, 'main');
    assert.equal(await evaluate('twice(4)'), '8');
  });

  it('is not broken off by breakpoints that other threads would come to', async () => {
    const session = await DebugSession.start();
    const path = sampleSource('threads.c');
    await session.launch('threads', { args: [FOREVER, '4'] });
    await session.client.request('setBreakpoints', {
      source: { path },
      breakpoints: [{ line: lineOf(path, 'before-region') }],
    });
    const { threadId = 0 } = await session.run();
    const places = async (): Promise<unknown> => {
      const { threads } = await session.client.request('threads', {});
      return Promise.all(threads.map(async ({ id }) => (await session.frames(id, 1))[0]?.instructionPointerReference));
    };
    const before = await places();
    const [frame] = await session.frames(threadId, 1);
    for (let call = 0; call < 20; call++) {
      const at = { context: 'repl', frameId: frame?.id ?? 0 } as const;
      assert.match(
        (await session.client.request('evaluate', { expression: 'call (int)getpid()', ...at })).result,
        /= \d+$/,
      );
    }
    assert.deepEqual(await places(), before);
    assert.equal(session.eventsOf('stopped').length, 1);
    await session.client
      .request('evaluate', { expression: 'show scheduler-locking', context: 'repl' })
      .then(({ result }) => {
        assert.match(result, /replay/);
      });
    await session.close();
  });
});
