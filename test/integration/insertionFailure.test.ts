import assert from 'node:assert/strict';
import { compiledProgram } from '../support/compiled.js';
import { closeLeftSessions, DebugSession } from '../support/debugSession.js';

/** A function that returns to address 0, where gdb cannot put the breakpoint that ends a `finish`. */
const PROGRAM = `#include <pthread.h>
#include <unistd.h>
static volatile int x;
static void *other(void *unused) { for (;;) usleep(1000); return unused; }
__attribute__((noreturn)) void astray(void)
{
	for (;;)
		x++; // @astray
}
int main(int argc, char **argv)
{
	pthread_t thread;
	(void)argv;
	for (int i = 1; i < argc; i++) pthread_create(&thread, 0, other, 0);
	__asm__ volatile("push $0; jmp astray");
	return 0;
}
`;

afterEach(closeLeftSessions);

describe('a stepOut to an address where gdb cannot stop the program', function () {
  this.timeout(60_000);
  const { program, source } = compiledProgram('astray', PROGRAM, '-fno-pie', '-no-pie', '-pthread');

  for (const threads of [1, 3]) {
    it(`ends in a stop that tells why, and the program can go on (${threads} threads)`, async () => {
      const session = await DebugSession.start({ trace: true });
      await session.launch('astray', { program, args: Array.from({ length: threads - 1 }, () => 'thread') });
      await session.breakAt(source, 'astray');
      const { threadId = 0 } = await session.run();
      await session.breakAt(source);
      for (let time = 0; time < 3; time++) {
        const stop = await session.step('stepOut', threadId);
        assert.match(stop.text ?? '', /Cannot insert breakpoint/);
      }
      const mark = session.client.mark();
      await session.client.request('continue', { threadId });
      await session.client.request('pause', { threadId });
      assert.equal((await session.client.waitFor('stopped', { after: mark })).reason, 'pause');
      await session.close();
    });
  }
});
