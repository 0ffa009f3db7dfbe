import assert from 'node:assert/strict';
import type { DebugProtocol as D } from '@vscode/debugprotocol';
import {
  closeLeftSessions,
  DebugSession,
  lineOf,
  readReport,
  sampleProgram,
  sampleSource,
} from '../support/debugSession.js';
import { foreignCode } from '../support/processCode.js';
import { exists, reaches } from '../support/processes.js';

const FORKS = sampleSource('forks.c');
const LIBRARY = sampleSource('libpercpu.c');
const program = sampleProgram('forks');

/** A session of `forks` that is launched and not yet configured. */
async function launched(
  more: Readonly<Record<string, unknown>>,
  options: readonly string[] = [],
  client: Partial<D.InitializeRequestArguments> = {},
): Promise<DebugSession> {
  const session = await DebugSession.start({ client });
  await session.client.request('launch', { program, args: ['20', '--pin', ...options], ...more });
  return session;
}

/** The session's process, as the client was told last. */
function processOf(session: DebugSession): number {
  return session.eventsOf('process').at(-1)?.systemProcessId ?? 0;
}

async function valueOf(session: DebugSession, expression: string, threadId: number): Promise<number> {
  const [frame] = await session.frames(threadId, 1);
  const { result } = await session.client.request('evaluate', { expression, frameId: frame?.id ?? 0 });
  return Number(result);
}

/** Steps forty times from the line in front of the region; each step gets through. The breakpoint there goes first. */
async function stepThrough(session: DebugSession, threadId: number): Promise<void> {
  await session.breakAt(LIBRARY);
  const before = session.runThroughs().length;
  for (let steps = 0; steps < 40; steps++) assert.equal((await session.step('stepIn', threadId)).reason, 'step');
  const told = session.runThroughs().slice(before);
  assert.ok(told.length >= 2, 'the steps led through the region');
  assert.deepEqual([...new Set(told.map(({ outcome }) => outcome))], ['committed']);
}

async function outputOf(session: DebugSession, pattern: RegExp): Promise<string> {
  await session.client.waitFor('output', { after: 0, where: ({ output }) => pattern.test(output) });
  return session.client.output('stdout');
}

describe('a program that forks', function () {
  this.timeout(60_000);
  afterEach(closeLeftSessions);

  it('is debugged on, and its child runs free, with nothing of ours in its code', async () => {
    const session = await launched({ followFork: 'parent' }, ['--linger']);
    await session.breakAt(LIBRARY, 'cs-before-region');
    const { threadId = 0 } = await session.run();
    await stepThrough(session, threadId);
    const child = await valueOf(session, 'other', threadId);
    assert.deepEqual(foreignCode(child), []);
    await session.breakAt(LIBRARY);
    await session.client.request('continue', { threadId });
    await outputOf(session, /parent/);
    const reports = (await outputOf(session, /child/)).split('\n');
    for (const who of ['parent', 'child']) {
      const { sum, expected, aborts } = readReport(reports.find(line => line.startsWith(who)) ?? '');
      assert.deepEqual({ sum, aborts }, { sum: expected, aborts: 0 });
    }
    process.kill(child, 'SIGKILL');
    await session.close();
  });

  it('is left for its child where that is asked for, with nothing of ours in its code; steps go through regions there', async () => {
    const session = await launched({ followFork: 'child' }, ['--linger']);
    await session.breakAt(LIBRARY, 'cs-before-region');
    await session.breakAt(FORKS, 'child');
    const { threadId = 0 } = await session.run();
    assert.equal((await session.frames(threadId, 1))[0]?.line, lineOf(FORKS, 'child'));
    const parent = await valueOf(session, 'other', threadId);
    assert.equal(session.eventsOf('process').length, 2);
    assert.equal(processOf(session), await valueOf(session, '(int)getpid()', threadId));
    const { threads } = await session.client.request('threads', {});
    assert.deepEqual(
      threads.map(({ id }) => id),
      [threadId],
    );
    await session.continue(threadId);
    await stepThrough(session, threadId);
    assert.deepEqual(foreignCode(parent), []);
    const child = processOf(session);
    await session.breakAt(LIBRARY);
    await session.breakAt(FORKS);
    const mark = session.client.mark();
    await session.client.request('continue', { threadId });
    await outputOf(session, /^child/m);
    await reaches(child, 'S');
    await session.client.request('pause', { threadId });
    await session.client.waitFor('stopped', { after: mark, where: ({ reason }) => reason === 'pause' });
    assert.deepEqual(foreignCode(child), []);
    const report = readReport(
      session.client
        .output('stdout')
        .split('\n')
        .find(line => line.startsWith('child')) ?? '',
    );
    assert.deepEqual([report.sum, report.aborts], [report.expected, 0]);
    await session.close();
    assert.ok(!exists(child));
    // Its terminal has ended with the session; it may not have noticed yet.
    if (exists(parent)) process.kill(parent, 'SIGKILL');
  });

  it('is started anew as itself after its child was followed, and tells the end of the child', async () => {
    const session = await launched({ followFork: 'child' });
    await session.breakAt(FORKS, 'child');
    const first = await session.run();
    const mark = session.client.mark();
    await session.client.request('restart', {});
    const second = await session.client.waitFor('stopped', { after: mark });
    assert.notEqual(processOf(session), 0);
    assert.equal((await session.frames(second.threadId ?? 0, 1))[0]?.line, lineOf(FORKS, 'child'));
    assert.equal(first.reason, 'breakpoint');
    const { exitCode, stdout } = await session.finish(second.threadId ?? 0, FORKS);
    assert.equal(exitCode, 3);
    assert.match(stdout, /^child \d+ sum=20 expected=20 aborts=0/m);
    await session.close();
  });

  for (const [followFork, line] of [
    ['parent', 'parent'],
    ['child', 'child'],
  ] as const) {
    it(`ends a step over the fork on the next line: ${followFork}`, async () => {
      const session = await launched({ followFork });
      await session.breakAt(FORKS, 'fork');
      await session.run();
      const stop = await session.step('next', 1);
      assert.equal(stop.reason, 'step');
      assert.equal((await session.frames(stop.threadId ?? 0, 1))[0]?.line, lineOf(FORKS, 'forked'));
      await session.breakAt(FORKS, line);
      assert.equal((await session.continue(stop.threadId ?? 0)).reason, 'breakpoint');
      assert.doesNotMatch(session.client.output('important'), /ended before its step/);
      await session.finish(stop.threadId ?? 0, FORKS);
      await session.close();
    });
  }
});

describe('a program that forks, with a session for each process', function () {
  this.timeout(60_000);
  afterEach(closeLeftSessions);

  const ABLE = { supportsStartDebuggingRequest: true };

  /** What the adapter asks the client for. */
  function asked(session: DebugSession): Promise<D.StartDebuggingRequestArguments> {
    return new Promise(resolve => {
      session.client.handle('startDebugging', args => {
        resolve(args);
        return undefined;
      });
    });
  }

  /** The session that a client begins for a child. */
  async function begun({ request, configuration }: D.StartDebuggingRequestArguments): Promise<DebugSession> {
    assert.equal(request, 'attach');
    const child = await DebugSession.start({ client: ABLE });
    await child.client.request('attach', configuration);
    return child;
  }

  it('lets both be stepped through regions, from the first instruction behind the fork on', async () => {
    const parent = await launched({ followFork: 'both', name: 'forks' }, [], ABLE);
    const wanted = asked(parent);
    await parent.breakAt(LIBRARY, 'cs-before-region');
    const stop = await parent.run();
    const args = await wanted;
    const pid = Number(args.configuration.processId);
    await reaches(pid, 'T');
    assert.deepEqual(foreignCode(pid), []);
    assert.deepEqual(args.configuration, {
      program,
      followFork: 'both',
      name: `forks: process ${pid}`,
      processId: pid,
    });
    const child = await begun(args);
    await child.breakAt(FORKS, 'child');
    const first = await child.run();
    assert.deepEqual([first.reason, first.threadId], ['breakpoint', 1]);
    await stepThrough(parent, stop.threadId ?? 0);
    await child.breakAt(LIBRARY, 'cs-before-region');
    await child.continue(1);
    await stepThrough(child, 1);
    const ended = child.client.waitFor('exited');
    for (const source of [FORKS, LIBRARY]) await child.breakAt(source);
    await child.client.request('continue', { threadId: 1 });
    assert.equal((await ended).exitCode, 3);
    await child.close();
    const { stdout } = await parent.finish(stop.threadId ?? 0, LIBRARY);
    assert.match(stdout, /^child \d+ sum=20 expected=20 aborts=0/m);
    assert.match(stdout, /^parent \d+ sum=20 expected=20 aborts=0/m);
    assert.match(stdout, /^the child's exit code: 3$/m);
    await parent.close();
  });

  it('ends a step over the fork on the next line, and lets a child that is detached from run on', async () => {
    const parent = await launched({ followFork: 'both' }, [], ABLE);
    const wanted = asked(parent);
    await parent.breakAt(FORKS, 'fork');
    await parent.run();
    const stop = await parent.step('next', 1);
    assert.equal((await parent.frames(stop.threadId ?? 0, 1))[0]?.line, lineOf(FORKS, 'forked'));
    const child = await begun(await wanted);
    await child.breakAt(FORKS, 'child');
    await child.run();
    await child.close();
    const { stdout } = await parent.finish(1, FORKS);
    assert.match(stdout, /^the child's exit code: 3$/m);
    await parent.close();
  });

  it('lets children of vfork run free, and a child that the client begins no session for', async () => {
    const session = await launched({ followFork: 'both' }, ['--spawn'], ABLE);
    session.client.handle('startDebugging', () => {
      throw new Error('no more sessions');
    });
    const mark = session.client.mark();
    await session.client.request('configurationDone', {});
    assert.equal((await session.client.waitFor('exited', { after: mark })).exitCode, 0);
    const requests = session.client.transcript.filter(
      ({ message }) => (message as D.Request).command === 'startDebugging' && message.type === 'request',
    );
    assert.equal(requests.length, 1);
    assert.match(session.client.output('important'), /No session could be started for the child \d+.*no more sessions/);
    assert.match(session.client.output('stdout'), /^the child's exit code: 3$/m);
    await session.close();
  });

  it('is not possible with a client that cannot begin sessions, which is told', async () => {
    const session = await launched({ followFork: 'both' });
    assert.match(session.client.output('important'), /'followFork' is "both".*lacks 'startDebugging'/);
    const mark = session.client.mark();
    await session.client.request('configurationDone', {});
    await session.client.waitFor('exited', { after: mark });
    assert.match(session.client.output('stdout'), /^the child's exit code: 3$/m);
    await session.close();
  });
});
