import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { closeLeftSessions, DebugSession, FOREVER, sampleProgram, sampleSource } from '../support/debugSession.js';
import { reaches, statOf } from '../support/processes.js';

const SOURCE = sampleSource('threads.c');
const children: ChildProcess[] = [];
const folder = mkdtempSync(join(tmpdir(), 'rseq-dap-attach-'));

afterEach(closeLeftSessions);
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});
after(() => {
  rmSync(folder, { recursive: true });
});

/** A program that runs outside of any debugger; its number. */
async function started(program: string): Promise<number> {
  const child = spawn(program, [FOREVER, '4'], { stdio: 'ignore' });
  children.push(child);
  await once(child, 'spawn');
  return child.pid ?? 0;
}

/** The real gdb as on a busy machine: a detach reaches it late, and what follows its `^running` is read late. */
function slowGdb(): string {
  const path = join(folder, 'gdb');
  const write = `printf '%s\\n' "$line"`;
  const hears = `*-target-detach) sleep 0.5; ${write};; *-gdb-exit) ${write}; break;; *) ${write};;`;
  const says = `*^running) ${write}; sleep 0.5;; *) ${write};;`;
  const loop = (cases: string): string => `while IFS= read -r line; do case $line in ${cases} esac; done`;
  writeFileSync(path, `#!/bin/sh\n${loop(hears)} | gdb "$@" | ${loop(says)}\n`, { mode: 0o755 });
  return path;
}

/** The letter that the kernel has for a process's state (proc(5)): R, S, T. */
function stateOf(pid: number): string {
  return statOf(pid)?.state ?? '';
}

describe('attach', () => {
  it('takes the number as a string, says where the output goes, and finds the program by itself', async () => {
    const pid = await started(sampleProgram('threads'));
    const session = await DebugSession.start();
    await session.client.request('attach', { processId: String(pid), stopAtConnect: true });
    const { reason, threadId = 0 } = await session.run();
    assert.equal(reason, 'entry');
    assert.match(session.client.output('console'), /keeps its own terminal/);
    assert.notEqual((await session.frames(threadId)).length, 0);
    const [process] = session.eventsOf('process');
    assert.deepEqual([process?.startMethod, process?.systemProcessId], ['attach', pid]);
    await session.close();
  });

  it('lets a program run on that was to be paused just when the client disconnects', async () => {
    for (let round = 0; round < 2; round++) {
      const pid = await started(sampleProgram('threads'));
      const session = await DebugSession.start();
      await session.client.request('attach', { processId: pid });
      await session.client.request('configurationDone', {});
      const paused = session.client.request('pause', { threadId: 1 }).catch(() => undefined);
      await session.close();
      await paused;
      assert.notEqual(stateOf(pid), 'T', `round ${round}`);
    }
  });

  it('waits for a program to begin, whatever runs under its name already', async () => {
    const program = join(folder, 'waitedFor');
    copyFileSync(sampleProgram('threads'), program);
    await started(program);
    const session = await DebugSession.start();
    const attached = session.client.request('attach', { waitFor: basename(program), program });
    await session.client.waitFor('output', { where: ({ output }) => output.includes('Waiting for a process') });
    const pid = await started(program);
    await attached;
    await session.breakAt(SOURCE, 'step-here');
    assert.equal((await session.run()).reason, 'breakpoint');
    assert.equal(session.eventsOf('process')[0]?.systemProcessId, pid);
    await session.close();
  });

  it('stops waiting when the client disconnects', async () => {
    const session = await DebugSession.start();
    const attached = assert.rejects(session.client.request('attach', { waitFor: 'rseq-dap-no-such-program' }));
    await session.client.waitFor('output');
    await session.client.request('disconnect', {});
    await attached;
    await session.client.close();
  });

  it('to a process that has a debugger names it', async () => {
    const pid = await started(sampleProgram('threads'));
    const first = await DebugSession.start();
    await first.client.request('attach', { processId: pid, stopAtConnect: true });
    const second = await DebugSession.start();
    await assert.rejects(
      second.client.request('attach', { processId: pid }),
      /cannot attach to process \d+: [^]*Process \d+ is debugging it already/,
    );
    await second.close();
    await first.close();
  });
});

describe('disconnect', () => {
  it('with suspendDebuggee stops a program of which gdb has said no more than that it goes on', async () => {
    const pid = await started(sampleProgram('threads'));
    const session = await DebugSession.start();
    await session.client.request('attach', { processId: pid, gdb: slowGdb() });
    await session.client.request('configurationDone', {});
    await session.client.request('disconnect', { suspendDebuggee: true });
    await session.client.close();
    await reaches(pid, 'T');
  });

  for (const runs of [true, false]) {
    it(`with suspendDebuggee leaves a program that ${runs ? 'runs' : 'is stopped'} in the kernel's stopped state`, async () => {
      const pid = await started(sampleProgram('threads'));
      const session = await DebugSession.start();
      await session.client.request('attach', { processId: pid, stopAtConnect: !runs });
      if (runs) await session.client.request('configurationDone', {});
      else await session.run();
      await session.client.request('disconnect', { suspendDebuggee: true });
      await session.client.close();
      // The signal takes effect when the kernel lets the program run next, on a busy machine a moment later.
      await reaches(pid, 'T');
      assert.match(readFileSync(`/proc/${pid}/status`, 'utf8'), /TracerPid:\s+0/);
      process.kill(pid, 'SIGCONT');
      assert.match(stateOf(pid), /[RS]/);
    });
  }

  it('with terminateDebuggee ends a program that was attached to', async () => {
    const pid = await started(sampleProgram('threads'));
    const [child] = children;
    const session = await DebugSession.start();
    await session.client.request('attach', { processId: pid });
    await session.client.request('configurationDone', {});
    const exited = once(child!, 'exit');
    await session.client.request('disconnect', { terminateDebuggee: true });
    await exited;
    await session.client.close();
  });

  it('without it lets a launched program live where that is asked for', async () => {
    const session = await DebugSession.start();
    await session.launch('threads', { args: [FOREVER, '4'] });
    await session.client.request('configurationDone', {});
    const { systemProcessId: pid = 0 } = await session.client.waitFor('process');
    await session.client.request('disconnect', { terminateDebuggee: false });
    await session.client.close();
    assert.match(stateOf(pid), /[RS]/);
    process.kill(pid, 'SIGKILL');
  });
});
