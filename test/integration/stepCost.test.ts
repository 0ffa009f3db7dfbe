import assert from 'node:assert/strict';
import { closeLeftSessions, DebugSession, sampleSource } from '../support/debugSession.js';

const SOURCE = sampleSource('plain.c');

/** Commands that went to gdb, without their tokens. */
function commandsIn(trace: string): string[] {
  return [...trace.matchAll(/gdb <- \d+(-.*)/g)].map(match => match[1] ?? '');
}

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

describe('what a step and the views behind it cost', () => {
  afterEach(closeLeftSessions);

  it('is one command for the step and one for each question, however the client spreads them', async () => {
    const session = await DebugSession.start({ trace: true });
    await session.launch('plain', { args: [] });
    await session.breakAt(SOURCE, 'list-loop');
    const { threadId = 0 } = await session.run();
    await refresh(session, threadId);
    const mark = session.trace().length;
    await session.step('next', threadId);
    await refresh(session, threadId);
    const commands = commandsIn(session.trace().slice(mark));
    assert.deepEqual(commands, [
      `-exec-next --thread ${threadId}`,
      '-thread-info',
      `-stack-list-frames --thread ${threadId} 0 20`,
      `-stack-list-variables --thread ${threadId} --frame 0 --simple-values`,
    ]);
    await session.close();
  });

  it('is one question more for all structures and arrays of the frame together', async () => {
    const session = await DebugSession.start({ trace: true });
    await session.launch('plain', { args: [] });
    await session.breakAt(SOURCE, 'call-fill');
    const { threadId = 0 } = await session.run();
    await refresh(session, threadId);
    const mark = session.trace().length;
    await session.step('next', threadId);
    await refresh(session, threadId);
    const commands = commandsIn(session.trace().slice(mark));
    assert.deepEqual(commands.slice(3), [
      `-stack-list-variables --thread ${threadId} --frame 0 --simple-values`,
      '-gdb-set print max-depth 1',
      `-stack-list-variables --thread ${threadId} --frame 0 --all-values`,
      '-gdb-set print max-depth 20',
    ]);
    await session.close();
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
    const mark = session.trace().length;
    await session.step('next', threadId);
    assert.deepEqual(commandsIn(session.trace().slice(mark)), [`-exec-next --thread ${threadId}`]);
    await session.close();
  });
});
