import assert from 'node:assert/strict';
import { compiledProgram } from '../support/compiled.js';
import { closeLeftSessions, DebugSession, lineOf } from '../support/debugSession.js';

/** Counts milliseconds while a thread waits for SIGINT in one of several ways; whoever receives it says so. */
const PROGRAM = `
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>
static volatile int ticks, limit = 1000000;
static const char *how;
static sigset_t set;
static void *wait_for_it(void *unused) {
  struct signalfd_siginfo info;
  siginfo_t other;
  int number = 0;
  (void)unused;
  if (strcmp(how, "signalfd") == 0) number = read(signalfd(-1, &set, 0), &info, sizeof info) > 0;
  if (strcmp(how, "sigwait") == 0) sigwait(&set, &number);
  if (strcmp(how, "sigwaitinfo") == 0)
    do number = sigwaitinfo(&set, &other); // any stop ends it with EINTR (signal(7))
    while (number < 0);
  printf("received %d\\n", number);
  return 0;
}
static void tick(void) {
  usleep(1000);
  ticks++; // @tick
}
int main(int argc, char **argv) {
  pthread_t waiter;
  how = argv[argc - 1];
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  pthread_sigmask(SIG_BLOCK, &set, 0);
  pthread_create(&waiter, 0, wait_for_it, 0);
  puts("ticking");
  fflush(stdout);
  while (ticks < limit) tick();
  printf("ticks=%d\\n", ticks);
  return 0;
}
`;

describe('a program that waits for SIGINT', function () {
  this.timeout(60_000);
  const { program, source: path } = compiledProgram('waiter', PROGRAM);
  afterEach(closeLeftSessions);

  for (const how of ['signalfd', 'sigwait', 'sigwaitinfo']) {
    it(`by ${how} never receives one of ours, whatever is done while it runs`, async () => {
      const session = await DebugSession.start();
      await session.client.request('launch', { program, args: [how] });
      await session.client.request('configurationDone', {});
      await session.client.waitFor('output', { where: ({ output }) => output.includes('ticking') });
      const source = { path };
      const line = lineOf(path, 'tick');
      const { client } = session;
      for (const condition of ['ticks < 0', undefined]) {
        const more = condition === undefined ? {} : { condition };
        const { breakpoints } = await client.request('setBreakpoints', { source, breakpoints: [{ line, ...more }] });
        assert.equal(breakpoints[0]?.verified, true);
        if (condition === undefined) await client.waitFor('stopped');
        await client.request('setFunctionBreakpoints', { breakpoints: [{ name: 'tick', condition: 'ticks < 0' }] });
        await client.request('setExceptionBreakpoints', { filters: ['SIGUSR1'] });
        for (const request of ['setFunctionBreakpoints', 'setBreakpoints'] as const)
          await client.request(request, { source, breakpoints: [] });
      }
      await client.request('continue', { threadId: 1 });
      for (let pauses = 0; pauses < 3; pauses++) {
        const mark = client.mark();
        await client.request('pause', { threadId: 1 });
        assert.equal((await client.waitFor('stopped', { after: mark })).reason, 'pause');
        if (pauses < 2) await client.request('continue', { threadId: 1 });
      }
      await client.request('evaluate', { expression: 'set var limit = 0', context: 'repl' });
      const { stdout } = await session.finish(1);
      assert.match(stdout, /ticks=\d+/);
      assert.doesNotMatch(stdout, /received/);
      await session.close();
    });
  }
});
