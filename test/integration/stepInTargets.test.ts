import assert from 'node:assert/strict';
import type { DebugProtocol as D } from '@vscode/debugprotocol';
import { closeLeftSessions, DebugSession, readReport, sampleSource } from '../support/debugSession.js';

afterEach(closeLeftSessions);

const PLAIN = sampleSource('plain.c');

async function targets(session: DebugSession): Promise<D.StepInTarget[]> {
  const [frame] = await session.frames(1, 1);
  return (await session.client.request('stepInTargets', { frameId: frame?.id ?? 0 })).targets;
}

async function stepInto(session: DebugSession, label: string): Promise<void> {
  const target = (await targets(session)).find(each => each.label === label);
  assert.ok(target !== undefined, label);
  const end = await session.client.stepAndWait('stepIn', 1, { targetId: target.id });
  assert.equal(end.kind === 'stopped' && end.body.reason, 'step');
  const [frame] = await session.frames(1, 1);
  assert.equal(frame?.name, label);
}

describe('the calls that a step can enter', function () {
  this.timeout(30_000);

  it('are those of the line that are still ahead, and each is entered alone', async () => {
    const session = await DebugSession.start();
    await session.launch('plain', { args: [] });
    await session.breakAt(PLAIN, 'stdout');
    await session.run();
    await session.breakAt(PLAIN);
    // printf has no lines here: it would be stepped over.
    assert.deepEqual(
      (await targets(session)).map(({ label }) => label),
      ['option', 'factorial'],
    );
    await stepInto(session, 'factorial');
    const [frame] = await session.frames(1, 1);
    const { result } = await session.client.request('evaluate', { expression: 'n', frameId: frame?.id ?? 0 });
    assert.equal(result, '5');
    await session.step('stepOut', 1);
    assert.deepEqual(await targets(session), []);
    const frames = await session.frames(1, 2);
    const outer = session.client.request('stepInTargets', { frameId: frames[1]?.id ?? 0 });
    await assert.rejects(outer, /Only the innermost frame|no longer valid/);
    await session.close();
  });

  it('are entered though the calls before them stop at breakpoints: then the step is over there', async () => {
    const session = await DebugSession.start();
    await session.launch('plain', { args: [] });
    await session.breakAt(PLAIN, 'stdout');
    await session.run();
    await session.client.request('setFunctionBreakpoints', { breakpoints: [{ name: 'option' }] });
    const target = (await targets(session)).find(({ label }) => label === 'factorial');
    const end = await session.client.stepAndWait('stepIn', 1, { targetId: target?.id ?? 0 });
    assert.match(end.kind === 'stopped' ? end.body.reason : '', /breakpoint/);
    assert.equal((await session.frames(1, 1))[0]?.name, 'option');
    await session.close();
  });

  it('may hold restartable sequences: they commit', async () => {
    const session = await DebugSession.start();
    await session.launch('counter_cs', { args: ['10', '--pin'] });
    const source = sampleSource('counter_cs.c');
    await session.breakAt(source, 'step-here');
    await session.run();
    await session.breakAt(source);
    for (let pass = 0; pass < 3; pass++) {
      await stepInto(session, 'counter_inc');
      for (let steps = 0; session.runThroughs().length === pass && steps < 8; steps++) await session.step('next', 1);
      await session.step('stepOut', 1);
      for (let steps = 0; (await targets(session)).length === 0 && steps < 4; steps++) await session.step('next', 1);
    }
    assert.deepEqual(
      session.runThroughs().map(({ outcome }) => outcome),
      ['committed', 'committed', 'committed'],
    );
    const { sum, expected, aborts } = readReport((await session.finish(1)).stdout);
    assert.deepEqual({ sum, aborts }, { sum: expected, aborts: 0 });
    await session.close();
  });
});
