import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { closeLeftSessions, DebugSession, lineOf, sampleProgram, sampleSource } from '../support/debugSession.js';

const folder = mkdtempSync(join(tmpdir(), 'rseq-dap-core-'));

/** Has a bare gdb write the core file of a sample where it stops after the commands. */
function coreOf(sample: string, args: string, ...commands: readonly string[]): string {
  const core = join(folder, `${sample}.core`);
  const all = [`set args ${args}`, ...commands, `generate-core-file ${core}`, 'kill'];
  const { stdout } = spawnSync('gdb', ['-nx', '-batch', ...all.flatMap(each => ['-ex', each]), sampleProgram(sample)]);
  assert.match(stdout.toString(), /Saved corefile/);
  return core;
}

afterEach(closeLeftSessions);
after(() => {
  rmSync(folder, { recursive: true });
});

describe('a core file', () => {
  let core = '';
  before(() => {
    core = coreOf('plain', '--crash', 'run');
  });

  it('shows where and why the program ended, its threads and its variables', async () => {
    const session = await DebugSession.start();
    await session.client.request('launch', { program: sampleProgram('plain'), coreFile: core });
    const { reason, text, threadId = 0 } = await session.run();
    assert.equal(reason, 'exception');
    assert.match(text ?? '', /SIGSEGV/);
    assert.equal((await session.client.request('threads')).threads.length, 1);
    const frames = await session.frames(threadId, 10);
    assert.ok(
      frames.some(({ name }) => name === 'main'),
      JSON.stringify(frames),
    );
    const [frame] = frames;
    const { scopes } = await session.client.request('scopes', { frameId: frame?.id ?? 0 });
    assert.ok(scopes.length > 0);
    const answer = await session.client.request('disassemble', {
      memoryReference: frame?.instructionPointerReference ?? '',
      instructionCount: 3,
    });
    assert.equal(answer?.instructions.length, 3);
    await session.close();
  });

  it('is found its program where the configuration names none', async () => {
    const session = await DebugSession.start();
    await session.client.request('attach', { coreFile: core });
    const { threadId = 0 } = await session.run();
    assert.ok((await session.frames(threadId, 10)).some(({ name }) => name === 'main'));
    await session.close();
  });

  it('is not run, and the reason is told', async () => {
    const session = await DebugSession.start();
    await session.client.request('launch', { program: sampleProgram('plain'), coreDumpPath: core });
    const { threadId = 0 } = await session.run();
    for (const command of ['next', 'continue', 'stepIn', 'stepOut', 'pause'] as const) {
      await assert.rejects(session.client.request(command, { threadId }), /this is a core file, nothing runs in it/);
    }
    await session.client.request('terminate', {});
    await session.client.waitFor('terminated');
    await session.close();
  });

  it('tells of a thread that stood inside a region', async () => {
    const line = lineOf(sampleSource('counter_asm.S'), 'region-commit');
    const inside = coreOf('counter_asm', '10', `break counter_asm.S:${line}`, 'run');
    const session = await DebugSession.start();
    await session.client.request('launch', { program: sampleProgram('counter_asm'), coreFile: inside });
    const { threadId = 0 } = await session.run();
    const [frame] = await session.frames(threadId, 1);
    const { scopes } = await session.client.request('scopes', { frameId: frame?.id ?? 0 });
    const scope = scopes.find(({ name }) => name === 'Restartable sequence');
    assert.ok(scope, JSON.stringify(scopes));
    const { variables } = await session.client.request('variables', { variablesReference: scope.variablesReference });
    const valueOf = (wanted: string): string => variables.find(({ name }) => name === wanted)?.value ?? '';
    assert.match(valueOf('region'), /^counter_inc, line \d+/);
    assert.deepEqual([valueOf('armed'), valueOf('attempt')], ['yes', 'lost: it aborts when the thread goes on']);
    await session.close();
  });

  it('that is none is refused', async () => {
    const text = join(folder, 'text');
    writeFileSync(text, 'no core file at all\n');
    for (const coreFile of [text, join(folder, 'missing'), sampleProgram('plain')]) {
      const session = await DebugSession.start();
      await assert.rejects(
        session.client.request('launch', { coreFile }),
        /core file .* cannot be read: .*Check 'coreFile'/,
      );
      await session.close();
    }
  });
});
