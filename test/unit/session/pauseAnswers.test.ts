import assert from 'node:assert/strict';
import { stackListFrames } from '../../../src/mi/commandsInspection.js';
import { threadInfo } from '../../../src/mi/commandsExecution.js';
import { PauseAnswers } from '../../../src/session/pauseAnswers.js';
import { FakeGdb } from '../../support/fakeGdb.js';

const THREADS = threadInfo();
const FRAMES = stackListFrames(1, { start: 0, end: 20 });

/** A gdb that answers everything, and what keeps its answers. */
function rig(): { gdb: FakeGdb; answers: PauseAnswers } {
  const gdb = new FakeGdb().allow(/^-/, 'TOKEN^done');
  return { gdb, answers: new PauseAnswers(gdb.client) };
}

describe('the answers of a pause', () => {
  it('are asked for once', async () => {
    const { gdb, answers } = rig();
    answers.begin(1, true);
    await answers.send(THREADS);
    await answers.send(THREADS);
    assert.deepEqual(gdb.commands, [THREADS]);
  });

  it('are asked for ahead at the next pause of the same thread, all in one write', async () => {
    const { gdb, answers } = rig();
    answers.begin(1, true);
    await answers.send(THREADS);
    await answers.send(FRAMES);
    answers.end();
    answers.begin(1, true);
    await answers.send(THREADS);
    await answers.send(FRAMES);
    assert.deepEqual(gdb.commands, [THREADS, FRAMES, THREADS, FRAMES]);
    assert.equal(gdb.writes.length, 3);
  });

  it('are not asked for ahead where nobody wanted them at the last pause', async () => {
    const { gdb, answers } = rig();
    answers.begin(1, true);
    await answers.send(THREADS);
    answers.end();
    answers.begin(1, true);
    answers.end();
    answers.begin(1, true);
    await answers.send(FRAMES);
    assert.deepEqual(gdb.commands, [THREADS, THREADS, FRAMES]);
  });

  it('are not asked for ahead where another thread has stopped, or where it might do harm', async () => {
    const { gdb, answers } = rig();
    answers.begin(1, true);
    await answers.send(THREADS);
    answers.end();
    answers.begin(2, true);
    await answers.send(FRAMES);
    answers.end();
    answers.begin(2, false);
    await answers.send(THREADS);
    assert.deepEqual(gdb.commands, [THREADS, FRAMES, THREADS]);
  });

  it('are forgotten when something was written, and not asked for ahead', async () => {
    const { gdb, answers } = rig();
    answers.begin(1, true);
    await answers.send(THREADS);
    await answers.send(FRAMES);
    answers.forget();
    await answers.send(THREADS);
    answers.end();
    answers.begin(1, true);
    await answers.send(FRAMES);
    assert.deepEqual(gdb.commands, [THREADS, FRAMES, THREADS, THREADS, FRAMES]);
  });

  it('are gdb’s of this moment where there is no pause', async () => {
    const { gdb, answers } = rig();
    await answers.send(THREADS);
    await answers.send(THREADS);
    answers.begin(1, true);
    assert.deepEqual(gdb.commands, [THREADS, THREADS]);
  });

  it('are refusals too, and one that nobody asks for is no defect', async () => {
    const gdb = new FakeGdb()
      .expect(THREADS, 'TOKEN^done')
      .expect(FRAMES, 'TOKEN^done')
      .expect(THREADS, 'TOKEN^error,msg="no"')
      .expect(FRAMES, 'TOKEN^error,msg="no"');
    const answers = new PauseAnswers(gdb.client);
    answers.begin(1, true);
    await answers.send(THREADS);
    await answers.send(FRAMES);
    answers.end();
    answers.begin(1, true);
    await assert.rejects(answers.send(THREADS), /no/);
    gdb.verify();
  });

  it('of commands that belong together are built anew for each pause', async () => {
    const { gdb, answers } = rig();
    let level = 1;
    const question = (): [typeof FRAMES, typeof THREADS] => [stackListFrames(level, { start: 0, end: 1 }), THREADS];
    answers.begin(1, true);
    await answers.together('both', question);
    answers.end();
    level = 2;
    answers.begin(1, true);
    await answers.together('both', question);
    assert.deepEqual(gdb.commands, [
      '-stack-list-frames --thread 1 0 0',
      THREADS,
      '-stack-list-frames --thread 2 0 0',
      THREADS,
    ]);
  });
});
