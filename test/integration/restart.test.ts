import assert from 'node:assert/strict';
import {
  closeLeftSessions,
  DebugSession,
  FOREVER,
  lineOf,
  sampleProgram,
  sampleSource,
} from '../support/debugSession.js';

const SOURCE = sampleSource('plain.c');

afterEach(closeLeftSessions);

/** Starts the program anew and waits for its first stop. */
async function restarted(session: DebugSession, args: Record<string, unknown> = {}): Promise<number> {
  const mark = session.client.mark();
  await session.client.request('restart', args);
  const { reason, threadId = 0 } = await session.client.waitFor('stopped', { after: mark });
  assert.equal(reason, 'breakpoint');
  return threadId;
}

describe('restart', () => {
  it('starts a stopped program anew with its breakpoints, and says nothing of an end', async () => {
    const session = await DebugSession.start();
    await session.launch('plain', { args: ['--exit=3'] });
    await session.breakAt(SOURCE, 'done');
    await session.run();
    const threadId = await restarted(session);
    assert.deepEqual(session.eventsOf('exited'), []);
    assert.equal(session.eventsOf('process').length, 2);
    assert.equal((await session.frames(threadId))[0]?.line, lineOf(SOURCE, 'done'));
    assert.equal((await session.finish(threadId, SOURCE)).exitCode, 3);
    assert.equal(session.client.output('stdout').match(/^area=/gm)?.length, 2);
    await session.close();
  });

  it('gives the program the arguments and the environment of a changed configuration', async () => {
    const session = await DebugSession.start();
    await session.launch('plain', { args: ['one'], env: { RSEQ_DAP_A: '1' } });
    await session.breakAt(SOURCE, 'done');
    await session.run();
    const changed = { program: sampleProgram('plain'), args: ['two words', '--exit=5'], env: { RSEQ_DAP_B: '2' } };
    const threadId = await restarted(session, { arguments: changed });
    const value = async (name: string): Promise<string> => {
      const [frame] = await session.frames(threadId, 1);
      const expression = `(char *) getenv("${name}")`;
      return (await session.client.request('evaluate', { expression, frameId: frame?.id ?? 0 })).result;
    };
    assert.match(await value('RSEQ_DAP_A'), /0x0/);
    assert.match(await value('RSEQ_DAP_B'), /"2"/);
    assert.equal((await session.finish(threadId, SOURCE)).exitCode, 5);
    assert.match(session.client.output('stdout'), /argument 1: one\n[^]*argument 1: two words\n/);
    await session.close();
  });

  it('ends a running program and starts it anew; what is stepped then commits', async () => {
    const session = await DebugSession.start();
    await session.launch('threads', { args: [FOREVER, '4'] });
    await session.client.request('configurationDone', {});
    await session.client.waitFor('process');
    const source = sampleSource('threads.c');
    const first = session.client.mark();
    await session.breakAt(source, 'step-here');
    await session.client.waitFor('stopped', { after: first });
    const threadId = await restarted(session);
    await session.breakAt(source);
    for (let step = 0; step < 6; step++) assert.equal((await session.step('next', threadId)).reason, 'step');
    await session.client.request('continue', { threadId });
    await session.breakAt(source, 'main-done');
    const mark = session.client.mark();
    await session.client.request('restart', {});
    await session.client.waitFor('process', { after: mark });
    await session.client.request('terminate', {});
    await session.client.waitFor('terminated');
    assert.equal(session.eventsOf('exited').length, 1);
    await session.close();
  });

  it('reads the regions of another program that a changed configuration names', async () => {
    const session = await DebugSession.start();
    await session.launch('plain', { args: [], stopOnEntry: true });
    await session.run();
    const source = sampleSource('counter_cs.c');
    await session.breakAt(source, 'before-region');
    const changed = { program: sampleProgram('counter_cs'), args: ['10', '--pin'] };
    const mark = session.client.mark();
    await session.client.request('restart', { arguments: changed });
    const { threadId = 0 } = await session.client.waitFor('stopped', { after: mark });
    await session.breakAt(source);
    for (let steps = 0; steps < 12; steps++) await session.step('next', threadId);
    assert.deepEqual([...new Set(session.runThroughs().map(({ outcome }) => outcome))], ['committed']);
    await session.close();
  });

  it('runs the commands of customResetCommands instead', async () => {
    const session = await DebugSession.start();
    await session.launch('plain', { args: [], customResetCommands: ['echo reset-by-command\\n'] });
    await session.breakAt(SOURCE, 'done');
    await session.run();
    await session.client.request('restart', {});
    assert.equal(session.eventsOf('process').length, 1);
    await session.close();
  });
});
