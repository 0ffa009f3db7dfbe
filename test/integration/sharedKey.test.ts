import assert from 'node:assert/strict';
import { compiledProgram } from '../support/compiled.js';
import { closeLeftSessions, DebugSession, readReport, sampleSource } from '../support/debugSession.js';
import { commandsIn } from '../support/gdbTrace.js';
import { keyCopies } from '../support/keyCopies.js';

const COPIES = 60;

afterEach(closeLeftSessions);

describe('a step through a region whose key is shared by many others', function () {
  this.timeout(60_000);
  const { program, source } = compiledProgram('copies', keyCopies(COPIES), '-pthread', `-I${sampleSource('include')}`);

  it('waits at the exits that the thread can come to, not at those of the others', async () => {
    const session = await DebugSession.start({ trace: true });
    await session.launch('copies', { program, args: ['5', '--pin'] });
    await session.breakAt(source, 'region-start');
    const { threadId = 0 } = await session.run();
    for (let time = 0; time < 4; time++) {
      await session.step('next', threadId);
      assert.equal(session.runThroughs().at(-1)?.outcome, 'committed');
      await session.continue(threadId);
    }
    const { regions } = await session.client.request('rseq/regions', {});
    const [first] = regions.filter(each => each.function === 'counter_inc_0');
    assert.ok((first?.exits.length ?? 0) > 2 * COPIES, 'the region tells all of its exits');
    const { stdout } = await session.finish(threadId, source);
    assert.deepEqual(readReport(stdout), { sum: 5, expected: 5, aborts: 0, retries: 0 });
    await session.close();
    const inserted = commandsIn(session.trace()).filter(command => command.startsWith('-break-insert -t'));
    // The exits of a region and the return address, four times, and the guards of each step.
    assert.ok(inserted.length < 4 * 10, `${inserted.length} temporary breakpoints`);
  });
});
