import assert from 'node:assert/strict';
import { compiledProgram } from '../support/compiled.js';
import {
  closeLeftSessions,
  DebugSession,
  lineOf,
  readReport,
  sampleProgram,
  sampleSource,
} from '../support/debugSession.js';

const PROGRAM = `
#include <unistd.h>
int main(int argc, char **argv) {
  if (argc < 2) return 1;
  execv(argv[1], argv + 1); // @exec
  return 2;
}
`;
const COUNTER = sampleSource('counter_cs.c');

describe('a program that becomes another one (exec)', function () {
  this.timeout(60_000);
  const { program, source } = compiledProgram('becomes', PROGRAM);
  afterEach(closeLeftSessions);

  async function launched(next: string, options = ['20', '--pin']): Promise<DebugSession> {
    const session = await DebugSession.start();
    const args = [sampleProgram(next), ...options];
    await session.client.request('launch', { program, args });
    return session;
  }

  it('has the breakpoints of that one, and steps go through its regions', async () => {
    const session = await launched('counter_cs');
    const [breakpoint] = await session.breakAt(COUNTER, 'before-region');
    assert.equal(breakpoint?.verified, false);
    const { hitBreakpointIds, threadId = 0 } = await session.run();
    assert.deepEqual(hitBreakpointIds, [breakpoint.id]);
    await session.breakAt(COUNTER);
    for (let steps = 0; steps < 15; steps++) assert.equal((await session.step('next', threadId)).reason, 'step');
    assert.deepEqual([...new Set(session.runThroughs().map(({ outcome }) => outcome))], ['committed']);
    const process = session.eventsOf('process').at(-1);
    assert.equal(process?.name, sampleProgram('counter_cs'));
    const { modules } = await session.client.request('modules', {});
    assert.ok(modules.some(({ path }) => path === sampleProgram('counter_cs')));
    assert.ok(!modules.some(({ path }) => path === program));
    const { stdout } = await session.finish(threadId);
    const { sum, expected, aborts } = readReport(stdout);
    assert.deepEqual([sum, aborts], [expected, 0]);
    await session.close();
  });

  it('and is stepped over the call goes on to the next breakpoint; a restart begins with the first one', async () => {
    const session = await launched('counter_cs');
    await session.breakAt(source, 'exec');
    await session.breakAt(COUNTER, 'done');
    const { threadId = 0 } = await session.run();
    const end = await session.client.stepAndWait('next', threadId);
    assert.ok(end.kind === 'stopped');
    assert.equal((await session.frames(end.body.threadId ?? 0, 1))[0]?.line, lineOf(COUNTER, 'done'));
    const mark = session.client.mark();
    await session.client.request('restart', {});
    const again = await session.client.waitFor('stopped', { after: mark });
    assert.equal((await session.frames(again.threadId ?? 0, 1))[0]?.line, lineOf(source, 'exec'));
    await session.close();
  });

  it('is followed there where it is a child of vfork', async () => {
    const session = await DebugSession.start();
    const [forks, source] = [sampleProgram('forks'), sampleSource('forks.c')];
    await session.client.request('launch', { program: forks, args: ['5', '--spawn'], followFork: 'child' });
    await session.breakAt(source, 'fork');
    const mark = session.client.mark();
    await session.client.request('configurationDone', {});
    assert.equal((await session.client.waitFor('exited', { after: mark })).exitCode, 0);
    assert.match(session.eventsOf('process').at(-1)?.name ?? '', /\/true$/);
    assert.deepEqual(session.eventsOf('stopped'), []);
    await session.close();
  });

  it('is not taken for a catchpoint of the user’s, nor is a later stop', async () => {
    const session = await launched('signalled', ['--assert']);
    await session.client.request('setExceptionBreakpoints', { filters: ['SIGABRT', 'SIGSEGV', 'SIGUSR1'] });
    const { reason, description } = await session.run();
    assert.deepEqual([reason, description], ['exception', 'Paused on SIGABRT']);
    await session.close();
  });
});
