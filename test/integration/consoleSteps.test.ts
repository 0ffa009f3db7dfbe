import assert from 'node:assert/strict';
import type { StepEnd } from '../../src/client/dapClient.js';
import { closeLeftSessions, DebugSession, lineOf, readReport, sampleSource } from '../support/debugSession.js';

afterEach(closeLeftSessions);

const SOURCE = sampleSource('counter_cs.c');

async function type(session: DebugSession, expression: string, threadId = 1): Promise<string> {
  const [frame] = await session.frames(threadId, 1);
  const args = { expression, context: 'repl', frameId: frame?.id ?? 0 };
  return (await session.client.request('evaluate', args)).result;
}

/** Types a line that lets the program go on. */
async function typeAndWait(session: DebugSession, line: string): Promise<StepEnd> {
  const mark = session.client.mark();
  await type(session, line);
  return session.client.waitForStop(mark);
}

describe('steps that are typed with a number', function () {
  this.timeout(60_000);

  async function inLoop(): Promise<DebugSession> {
    const session = await DebugSession.start();
    await session.launch('counter_cs', { args: ['100', '--pin'] });
    await session.breakAt(SOURCE, 'step-here');
    await session.run();
    await session.breakAt(SOURCE);
    return session;
  }

  it('run through the regions on their way and are one stop for the user', async () => {
    const session = await inLoop();
    const mark = session.client.mark();
    const end = await typeAndWait(session, 'next 10');
    assert.deepEqual(end.kind === 'stopped' && end.body.reason, 'step');
    assert.equal((await session.frames(1, 1))[0]?.line, lineOf(SOURCE, 'step-here'));
    assert.equal(await type(session, 'print commits'), '$1 = 5');
    const stops = session.client.transcript.slice(mark).filter(({ message }) => 'event' in message);
    assert.equal(stops.filter(({ message }) => (message as { event?: string }).event === 'stopped').length, 1);
    const { sum, expected, aborts } = readReport((await session.finish(1)).stdout);
    assert.deepEqual([sum, aborts], [expected, 0]);
    await session.close();
  });

  it('go through a region by instruction, too', async () => {
    const session = await inLoop();
    await typeAndWait(session, 'stepi 60');
    assert.ok(session.runThroughs().length > 0);
    const { sum, expected, aborts } = readReport((await session.finish(1)).stdout);
    assert.deepEqual([sum, aborts], [expected, 0]);
    await session.close();
  });

  it('end at a breakpoint on their way, and are over then', async () => {
    const session = await inLoop();
    await session.breakAt(SOURCE, 'after-region');
    const end = await typeAndWait(session, 'next 10');
    assert.deepEqual(end.kind === 'stopped' && end.body.reason, 'breakpoint');
    const { line } = (await session.frames(1, 1))[0] ?? {};
    assert.equal(line, lineOf(SOURCE, 'after-region'));
    await session.breakAt(SOURCE);
    assert.equal((await session.step('stepOut', 1)).reason, 'step');
    await session.close();
  });
});

describe("what is typed behind 'thread apply'", function () {
  this.timeout(60_000);

  it('may call no function while another thread stands inside a region', async () => {
    const session = await DebugSession.start();
    const args = ['20', '2', '--pin'];
    await session.launch('threads', { args, rseq: { breakpointsInside: 'keep' }, stopOnEntry: true });
    await session.run();
    const { regions } = await session.client.request('rseq/regions', {});
    const place = { instructionReference: regions[0]?.start ?? '' };
    await session.client.request('setInstructionBreakpoints', { breakpoints: [place] });
    const { threadId = 0 } = await session.continue(1);
    const other = threadId === 1 ? 2 : 1;
    for (const line of ['thread apply all print (int)getpid()', `thread apply ${threadId} call (int)getpid()`]) {
      await assert.rejects(type(session, line, other), /No function of the program can be called now: of thread/, line);
    }
    assert.match(await type(session, 'thread apply all print 1 + 1', other), /= 2/);
    await session.client.request('setInstructionBreakpoints', { breakpoints: [] });
    const { sum, expected } = readReport((await session.finish(threadId)).stdout);
    assert.equal(sum, expected);
    await session.close();
  });

  it('may call no function in several threads, which would move meanwhile, but in one', async () => {
    const session = await DebugSession.start();
    await session.launch('threads', { args: ['20', '2', '--pin'] });
    await session.breakAt(sampleSource('threads.c'), 'before-region');
    const { threadId = 0 } = await session.run();
    for (const line of ['thread apply all print (int)getpid()', 'thread apply 1 2 print (int)getpid()'])
      await assert.rejects(
        type(session, line, threadId),
        /No function of the program can be called now: each call/,
        line,
      );
    // Else another thread could come to it during the call.
    await session.breakAt(sampleSource('threads.c'));
    assert.match(await type(session, `thread apply ${threadId} print (int)getpid()`, threadId), /= \d+/);
    await session.finish(threadId);
    await session.close();
  });
});
