import assert from 'node:assert/strict';
import { closeLeftSessions, DebugSession, lineOf, sampleSource } from '../support/debugSession.js';
import { lastStepIn, type StepCost } from '../support/gdbTrace.js';

const SOURCE = sampleSource('plain.c');

/** What an editor asks for at each stop. */
async function refresh(session: DebugSession, threadId: number): Promise<void> {
  await session.client.request('threads', undefined);
  const { stackFrames } = await session.client.request('stackTrace', { threadId, startFrame: 0, levels: 20 });
  const { scopes } = await session.client.request('scopes', { frameId: stackFrames[0]?.id ?? 0 });
  for (const name of ['Arguments', 'Locals']) {
    const scope = scopes.find(each => each.name === name);
    await session.client.request('variables', { variablesReference: scope?.variablesReference ?? 0 });
  }
}

/** Refreshes at a stop, steps once and refreshes again; what gdb was sent for that, once the session is over. */
async function costOfStepAt(marker: string): Promise<StepCost & { thread: number }> {
  const session = await DebugSession.start({ trace: true });
  await session.launch('plain', { args: [] });
  await session.breakAt(SOURCE, marker);
  const { threadId: thread = 0 } = await session.run();
  await refresh(session, thread);
  await session.step('next', thread);
  await refresh(session, thread);
  await session.close();
  return { ...lastStepIn(session.trace()), thread };
}

describe('what a step and the views behind it cost', () => {
  afterEach(closeLeftSessions);

  it('is one command for the step and one for each question, however the client spreads them', async () => {
    const { step, behind, thread } = await costOfStepAt('list-loop');
    assert.deepEqual(step, [`-exec-next --thread ${thread}`]);
    assert.deepEqual(behind, [
      `-stack-list-frames --thread ${thread} 0 20`,
      `-stack-list-variables --thread ${thread} --frame 0 --simple-values`,
    ]);
  });

  it('is one question more for all structures and arrays of the frame together', async () => {
    const { behind, thread } = await costOfStepAt('call-fill');
    assert.deepEqual(behind.slice(1), [
      `-stack-list-variables --thread ${thread} --frame 0 --simple-values`,
      '-gdb-set print max-depth 1',
      `-stack-list-variables --thread ${thread} --frame 0 --all-values`,
      '-gdb-set print max-depth 20',
    ]);
  });

  it('leaves the depth that the user has set to the debug console', async () => {
    const session = await DebugSession.start();
    await session.launch('plain', { args: [] });
    await session.breakAt(SOURCE, 'call-fill');
    const { threadId = 0 } = await session.run();
    await refresh(session, threadId);
    await session.client.request('evaluate', { expression: 'set print max-depth 7', context: 'repl' });
    for (let step = 0; step < 2; step++) {
      await session.step('next', threadId);
      await refresh(session, threadId);
    }
    const { result } = await session.client.request('evaluate', {
      expression: 'show print max-depth',
      context: 'repl',
    });
    assert.match(result, /7/);
    await session.close();
  });

  it('is nothing behind a step for a client that has not asked for anything', async () => {
    const session = await DebugSession.start({ trace: true });
    await session.launch('plain', { args: [] });
    await session.breakAt(SOURCE, 'list-loop');
    const { threadId = 0 } = await session.run();
    await session.step('next', threadId);
    await session.step('next', threadId);
    await session.close();
    assert.deepEqual(lastStepIn(session.trace()), { step: [`-exec-next --thread ${threadId}`], behind: [] });
  });
});

describe('what many breakpoints cost', () => {
  afterEach(closeLeftSessions);

  it('is one write to gdb for those that are set, and one for those that are removed', async () => {
    const session = await DebugSession.start({ trace: true });
    await session.launch('plain', { args: [], stopOnEntry: true });
    await session.run();
    const markers = ['list-loop', 'call-fill', 'recursion'];
    const answers = await session.breakAt(SOURCE, ...markers);
    assert.deepEqual(
      answers.map(({ verified, line }) => [verified, line]),
      markers.map(marker => [true, lineOf(SOURCE, marker)]),
    );
    await session.breakAt(SOURCE);
    await session.close();
    const lines = session.trace().split('\n');
    for (const command of [/gdb <- \d+-break-insert -f/, /gdb <- \d+-break-delete/]) {
      const [first = 0, ...rest] = lines.flatMap((line, index) => (command.test(line) ? [index] : []));
      assert.deepEqual(rest, [first + 1, first + 2]);
    }
  });
});
