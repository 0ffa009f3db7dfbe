import assert from 'node:assert/strict';
import { closeLeftSessions, DebugSession, readReport, sampleSource } from '../support/debugSession.js';
import { reaches } from '../support/processes.js';

afterEach(closeLeftSessions);

const THREADS = sampleSource('threads.c');

/** A session whose main thread is stopped at a marker, while two workers hammer the counter. */
async function hammered(marker: string): Promise<DebugSession> {
  const session = await DebugSession.start({ trace: true });
  await session.launch('threads', { args: ['5', '3', '--hammer', '--pin'] });
  await session.breakAt(THREADS, marker);
  await session.run();
  await session.breakAt(THREADS);
  return session;
}

/** How often the two workers have committed. */
async function commits(session: DebugSession): Promise<string> {
  const [frame] = await session.frames(1, 1);
  const { result } = await session.client.request('evaluate', {
    expression: 'workers[1].commits + workers[2].commits',
    frameId: frame?.id ?? 0,
  });
  return result;
}

async function locking(session: DebugSession): Promise<string> {
  const { result } = await session.client.request('evaluate', {
    expression: 'show scheduler-locking',
    context: 'repl',
  });
  return /"(\w+)"/.exec(result)?.[1] ?? result;
}

describe('a request for a single thread', function () {
  this.timeout(60_000);

  it('holds the others in steps, also through a restartable sequence, and leaves the setting as it was', async () => {
    const session = await hammered('step-here');
    const before = await commits(session);
    for (const kind of ['stepIn', 'next', 'next', 'next', 'stepOut', 'next'] as const) {
      const end = await session.client.stepAndWait(kind, 1, { singleThread: true });
      assert.equal(end.kind === 'stopped' && end.body.reason, 'step');
      assert.equal(await commits(session), before, kind);
      assert.equal(await locking(session), 'replay');
    }
    assert.ok(session.runThroughs().some(({ outcome }) => outcome === 'committed'));
    await session.step('next', 1);
    const { exitCode, stdout } = await session.finish(1);
    const { sum, expected } = readReport(stdout);
    assert.deepEqual({ exitCode, sum }, { exitCode: 0, sum: expected });
    await session.close();
  });

  it('that waits for a held thread can be paused, and then all go on', async () => {
    const session = await hammered('main-done');
    const before = await commits(session);
    await session.client.stepAndWait('next', 1, { singleThread: true });
    const mark = session.client.mark();
    const { allThreadsContinued } = await session.client.request('continue', { threadId: 1, singleThread: true });
    assert.equal(allThreadsContinued, false);
    await reaches(session.eventsOf('process')[0]?.systemProcessId ?? 0, 'S');
    await session.client.request('pause', { threadId: 1 });
    const stop = await session.client.waitFor('stopped', { after: mark });
    assert.deepEqual([stop.reason, stop.threadId], ['pause', 1]);
    assert.equal(await commits(session), before);
    const frames = await session.frames(1, 12);
    assert.ok(
      frames.some(({ name }) => /pthread_(clock)?join/.test(name)),
      frames.map(({ name }) => name).join(),
    );
    const { exitCode, stdout } = await session.finish(1);
    const { sum, expected } = readReport(stdout);
    assert.deepEqual({ exitCode, sum }, { exitCode: 0, sum: expected });
    await session.close();
  });

  it('for a thread that ends alone lets the others run on', async () => {
    const session = await DebugSession.start();
    await session.launch('threads', { args: ['5', '2', '--pin'] });
    await session.breakAt(THREADS, 'thread-done');
    const { threadId = 0 } = await session.run();
    assert.equal(threadId, 2);
    await session.breakAt(THREADS);
    await session.client.request('continue', { threadId, singleThread: true });
    const { exitCode } = await session.client.waitFor('exited');
    assert.equal(exitCode, 0);
    await session.client.waitFor('terminated');
    await session.close();
  });

  it('acts on the thread that is named, whichever stopped last', async () => {
    const session = await hammered('step-here');
    const other = 2;
    const end = await session.client.stepAndWait('next', other, { singleThread: true });
    assert.equal(end.kind === 'stopped' && end.body.threadId, other);
    await assert.rejects(
      session.client.request('next', { threadId: 99 }),
      /Thread 99 cannot be stepped: Invalid thread id/,
    );
    const { exitCode } = await session.finish(1);
    assert.equal(exitCode, 0);
    await session.close();
  });
});
