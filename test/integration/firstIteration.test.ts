import assert from 'node:assert/strict';
import { closeLeftSessions, DebugSession, readReport, sampleSource } from '../support/debugSession.js';

afterEach(closeLeftSessions);

describe('stepping by instruction with "firstIteration"', function () {
  this.timeout(60_000);

  for (const [sample, counted] of [
    ['counter_cs', 1],
    ['inner_loop', 1],
    // Its abort handler jumps onto the arming store, behind what counts the attempts.
    ['one_insn_arm', 0],
  ] as const) {
    it(`shows the attempt that is lost, then runs the retry through: ${sample}`, async () => {
      const session = await DebugSession.start();
      await session.launch(sample, { args: ['20', '--pin'], rseq: 'firstIteration' });
      const source = sampleSource(`${sample}.c`);
      await session.breakAt(source, 'before-region');
      const { threadId = 0 } = await session.run();
      await session.breakAt(source);
      const { regions } = await session.client.request('rseq/regions', {});
      const starts = regions.map(({ start }) => start);
      const path: string[] = [];
      while (session.runThroughs().length < 2) {
        assert.ok(path.length < 200, path.join(' '));
        await session.step('next', threadId, 'instruction');
        path.push((await session.frames(threadId, 1))[0]?.instructionPointerReference ?? '');
      }
      const outcomes = session.runThroughs().map(({ outcome }) => outcome);
      assert.deepEqual(outcomes, ['aborted', 'committed']);
      assert.equal(path.filter(place => starts.includes(place)).length, 1, 'the start is stood at once');
      assert.match(session.client.output('important'), /this attempt is lost/);
      const { stdout } = await session.finish(threadId);
      const { sum, expected, aborts } = readReport(stdout);
      assert.deepEqual({ sum, aborts }, { sum: expected, aborts: counted });
      await session.close();
    });
  }

  it('leaves steps by line as they are', async () => {
    const session = await DebugSession.start();
    await session.launch('counter_cs', { args: ['20', '--pin'], rseq: { stepping: 'firstIteration' } });
    const source = sampleSource('counter_cs.c');
    await session.breakAt(source, 'before-region');
    const { threadId = 0 } = await session.run();
    for (let steps = 0; session.runThroughs().length === 0; steps++) {
      assert.ok(steps < 8);
      await session.step('next', threadId);
    }
    const { aborts } = readReport((await session.finish(threadId, source)).stdout);
    assert.equal(aborts, 0);
    await session.close();
  });
});
