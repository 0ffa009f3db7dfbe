import assert from 'node:assert/strict';
import { closeLeftSessions, DebugSession, readReport } from '../support/debugSession.js';

afterEach(closeLeftSessions);

/**
 * A session whose first thread stands in front of the region with SIGUSR2 waiting for it: the handler runs as soon as a step
 * lets that thread go on alone.
 */
async function beforeHandler(act: string): Promise<{ session: DebugSession; threadId: number }> {
  const session = await DebugSession.start();
  const setupCommands = ['handle SIGUSR2 nostop noprint pass'];
  await session.launch('handler_acts', { args: ['200', act, '--pin'], stopOnEntry: true, setupCommands });
  await session.run();
  const { regions } = await session.client.request('rseq/regions', {});
  const place = { instructionReference: regions[0]?.preludes[0] ?? '', condition: '$_gthread == 1' };
  await session.client.request('setInstructionBreakpoints', { breakpoints: [place] });
  const { threadId = 0 } = await session.continue(1);
  await session.client.request('setInstructionBreakpoints', { breakpoints: [] });
  process.kill(session.eventsOf('process')[0]?.systemProcessId ?? 0, 'SIGUSR2');
  return { session, threadId };
}

describe('a step whose thread is on its way through a region, alone, when a signal handler', function () {
  this.timeout(60_000);

  for (const act of ['--wait', '--fork']) {
    it(`${act === '--wait' ? 'waits for another thread' : 'forks and waits for the child'} commits and ends`, async () => {
      const { session, threadId } = await beforeHandler(act);
      assert.equal((await session.step('next', threadId)).reason, 'step');
      assert.deepEqual(
        session.runThroughs().map(({ outcome }) => outcome),
        ['committed'],
      );
      const { exitCode, stdout } = await session.finish(threadId);
      const { sum, expected } = readReport(stdout);
      assert.deepEqual([exitCode, sum], [0, expected]);
      await session.close();
    });
  }

  it('ends the process tells how it ended', async () => {
    const { session, threadId } = await beforeHandler('--exit');
    const end = await session.client.stepAndWait('next', threadId);
    assert.deepEqual(end, { kind: 'exited', body: { exitCode: 3 } });
    await session.close();
  });

  it('ends the thread lets the others run on, and says so', async () => {
    const { session, threadId } = await beforeHandler('--thread-exit');
    const end = await session.client.stepAndWait('next', threadId);
    assert.deepEqual(end, { kind: 'exited', body: { exitCode: 0 } });
    assert.match(session.client.output('important'), /Thread 1 has ended before its step did/);
    await session.close();
  });

  it('becomes another program holds nobody in that one', async () => {
    const { session, threadId } = await beforeHandler('--exec');
    const end = await session.client.stepAndWait('next', threadId);
    if (end.kind === 'stopped') await session.finish(end.body.threadId ?? 0);
    await session.client.waitFor('terminated', { after: 0 });
    const { sum, expected } = readReport(session.client.output('stdout'));
    assert.equal(sum, expected);
    await session.close();
  });
});
