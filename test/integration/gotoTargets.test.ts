import assert from 'node:assert/strict';
import type { DebugProtocol as D } from '@vscode/debugprotocol';
import { closeLeftSessions, DebugSession, lineOf, readReport, sampleSource } from '../support/debugSession.js';

afterEach(closeLeftSessions);

const PLAIN = sampleSource('plain.c');
const ASM = sampleSource('counter_asm.S');

async function targets(session: DebugSession, path: string, marker: string): Promise<D.GotoTarget[]> {
  const args = { source: { path }, line: lineOf(path, marker) };
  return (await session.client.request('gotoTargets', args)).targets;
}

describe('goto', function () {
  this.timeout(30_000);

  it('jumps, and what offers the targets does not', async () => {
    const session = await DebugSession.start();
    await session.launch('plain', { args: [] });
    await session.breakAt(PLAIN, 'call-apply');
    await session.run();
    await session.breakAt(PLAIN);
    const [target, ...others] = await targets(session, PLAIN, 'before-output');
    assert.deepEqual([target?.label, others], [`line ${lineOf(PLAIN, 'before-output')} of main`, []]);
    assert.equal((await session.frames(1, 1))[0]?.line, lineOf(PLAIN, 'call-apply'));
    const mark = session.client.mark();
    await session.client.request('goto', { threadId: 1, targetId: target?.id ?? 0 });
    const stop = await session.client.waitFor('stopped', { after: mark });
    assert.deepEqual([stop.reason, stop.threadId], ['goto', 1]);
    assert.equal((await session.frames(1, 1))[0]?.line, lineOf(PLAIN, 'before-output'));
    await assert.rejects(session.client.request('goto', { threadId: 1, targetId: target?.id ?? 0 }), /no longer valid/);
    const { exitCode } = await session.finish(1);
    assert.equal(exitCode, 0);
    // The line that was left out would have added 1.
    assert.match(session.client.output('stderr'), /xbc 41 /);
    assert.deepEqual(session.eventsOf('continued'), []);
    await session.close();
  });

  it('has no target where a line has no code', async () => {
    const session = await DebugSession.start();
    await session.launch('plain', { args: [], stopOnEntry: true });
    await session.run();
    const { targets: none } = await session.client.request('gotoTargets', { source: { path: PLAIN }, line: 2 });
    assert.deepEqual(none, []);
    await session.close();
  });

  it('into a restartable sequence is refused; before one it is not, and out of one says what becomes of it', async () => {
    const session = await DebugSession.start();
    await session.launch('counter_asm', {
      args: ['10', '--pin'],
      stopOnEntry: true,
      rseq: { breakpointsInside: 'keep' },
    });
    await session.run();
    await session.breakAt(ASM, 'region-branch');
    await session.continue(1);
    await session.breakAt(ASM);
    for (const marker of ['arm', 'region-start', 'region-commit']) {
      const [inside] = await targets(session, ASM, marker);
      const jump = session.client.request('goto', { threadId: 1, targetId: inside?.id ?? 0 });
      await assert.rejects(jump, /inside the restartable sequence of counter_inc.*without being armed/, marker);
    }
    const [before] = await targets(session, ASM, 'entry');
    await session.client.request('goto', { threadId: 1, targetId: before?.id ?? 0 });
    assert.match(session.client.output('important'), /has left the restartable sequence of counter_inc by the jump/);
    const { exitCode, stdout } = await session.finish(1);
    const { sum, expected, aborts } = readReport(stdout);
    assert.deepEqual({ exitCode, sum, aborts }, { exitCode: 0, sum: expected, aborts: 0 });
    await session.close();
  });
});
