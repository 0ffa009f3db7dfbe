import assert from 'node:assert/strict';
import { compiledProgram } from '../support/compiled.js';
import { closeLeftSessions, DebugSession } from '../support/debugSession.js';
import { commandsIn } from '../support/gdbTrace.js';

const PROGRAM = `#define _GNU_SOURCE
#include <pthread.h>
static pthread_barrier_t both;
static void *work(void *unused) { pthread_barrier_wait(&both); return unused; }
int main(void)
{
	volatile int x = 0;
	pthread_t thread;
	pthread_barrier_init(&both, 0, 2); // @start
	x += 1;
	x += 1;
	pthread_setname_np(pthread_self(), "renamed"); // @rename
	pthread_create(&thread, 0, work, 0); // @create
	x += 1; // @created
	pthread_barrier_wait(&both);
	pthread_join(thread, 0);
	return x; // @end
}
`;

afterEach(closeLeftSessions);

describe('the list of threads', function () {
  this.timeout(60_000);
  const { program, source } = compiledProgram('listed', PROGRAM, '-pthread');

  async function stoppedAt(...markers: readonly string[]): Promise<DebugSession> {
    const session = await DebugSession.start({ trace: true });
    await session.launch('listed', { program, args: [] });
    await session.breakAt(source, ...markers);
    await session.run();
    return session;
  }

  /** The names, with the kernel's numbers left out. */
  async function names(session: DebugSession): Promise<string[]> {
    const { threads } = await session.client.request('threads', undefined);
    return threads.map(({ name }) => name.replace(/ \(LWP \d+\)$/, ' (LWP)'));
  }

  it('is not asked of gdb again while nothing happens to the threads', async () => {
    const session = await stoppedAt('start');
    for (let step = 0; step < 3; step++) {
      assert.deepEqual(await names(session), ['listed (LWP)']);
      await session.step('next', 1);
    }
    await session.close();
    assert.equal(commandsIn(session.trace()).filter(command => command === '-thread-info').length, 1);
  });

  it('follows threads that begin, end and give themselves other names', async () => {
    const session = await stoppedAt('rename', 'create', 'created', 'end');
    assert.deepEqual(await names(session), ['listed (LWP)']);
    await session.continue(1);
    assert.deepEqual(await names(session), ['renamed (LWP)']);
    await session.continue(1);
    assert.deepEqual(await names(session), ['renamed (LWP)', 'renamed (LWP)']);
    await session.continue(1);
    assert.deepEqual(await names(session), ['renamed (LWP)']);
    await session.close();
  });

  it('follows names that the user gives in the debug console', async () => {
    const session = await stoppedAt('start');
    assert.deepEqual(await names(session), ['listed (LWP)']);
    await session.client.request('evaluate', { expression: 'thread name boss', context: 'repl' });
    assert.deepEqual(await names(session), ['boss (LWP)']);
    await session.close();
  });
});
