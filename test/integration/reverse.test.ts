import assert from 'node:assert/strict';
import { closeLeftSessions, DebugSession, sampleSource } from '../support/debugSession.js';

afterEach(closeLeftSessions);

const PLAIN = sampleSource('plain.c');

describe('going back', function () {
  this.timeout(30_000);

  it('is offered while gdb records, and then steps and continues backwards', async () => {
    const session = await DebugSession.start();
    await session.launch('plain', { args: [] });
    await session.breakAt(PLAIN, 'list-sum');
    const entry = await session.client.request('setFunctionBreakpoints', { breakpoints: [{ name: 'list_sum' }] });
    assert.equal(entry.breakpoints.length, 1);
    await session.run();
    await assert.rejects(session.client.request('stepBack', { threadId: 1 }), /nothing has been recorded.*record full/);
    const run = (expression: string): Promise<unknown> =>
      session.client.request('evaluate', { expression, context: 'repl' });
    // Where the recording begins stands no breakpoint: gdb 18 tells it there, and not that this is the beginning.
    await session.step('next', 1);
    await run('record full');
    const started = await session.client.waitFor('capabilities');
    assert.equal(started.capabilities.supportsStepBack, true);
    const start = (await session.frames(1, 1))[0]?.line;
    await session.step('next', 1);
    const second = (await session.frames(1, 1))[0]?.line;
    await session.step('next', 1);
    const back = await session.client.stepAndWait('stepBack', 1);
    assert.equal(back.kind === 'stopped' && back.body.reason, 'step');
    assert.equal((await session.frames(1, 1))[0]?.line, second);
    await session.continue(1);
    const beginning = await session.client.stepAndWait('reverseContinue', 1);
    assert.equal(beginning.kind === 'stopped' && beginning.body.reason, 'step');
    assert.match(beginning.kind === 'stopped' ? (beginning.body.description ?? '') : '', /beginning of the recorded/);
    assert.equal((await session.frames(1, 1))[0]?.line, start);
    const mark = session.client.mark();
    await run('record stop');
    const stopped = await session.client.waitFor('capabilities', { after: mark });
    assert.equal(stopped.capabilities.supportsStepBack, false);
    await session.close();
  });
});
