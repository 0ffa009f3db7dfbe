import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import {
  closeLeftSessions,
  DebugSession,
  FOREVER,
  lineOf,
  readReport,
  sampleProgram,
  sampleSource,
} from '../support/debugSession.js';

const servers: ChildProcess[] = [];

afterEach(closeLeftSessions);
afterEach(() => {
  for (const server of servers.splice(0)) server.kill('SIGKILL');
});

/** Starts a gdbserver; its port. */
function gdbserver(...args: readonly string[]): Promise<{ port: number; output: () => string }> {
  const server = spawn('gdbserver', args, { stdio: ['ignore', 'pipe', 'pipe'] });
  servers.push(server);
  return new Promise((resolve, reject) => {
    let said = '';
    server.once('error', reject);
    for (const stream of [server.stdout, server.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        said += text;
        const port = /Listening on port (\d+)/.exec(said)?.[1];
        if (port !== undefined) resolve({ port: Number(port), output: () => said });
      });
    }
  });
}

describe('a gdbserver', function () {
  this.timeout(60_000);

  it('that waits with a program is connected to; steps go through regions there as here', async () => {
    const { port, output } = await gdbserver('--once', 'localhost:0', sampleProgram('counter_cs'), '10', '--pin');
    const session = await DebugSession.start();
    const program = sampleProgram('counter_cs');
    await session.client.request('attach', { program, target: { host: 'localhost', port } });
    const source = sampleSource('counter_cs.c');
    await session.breakAt(source, 'before-region');
    const { reason, threadId = 0 } = await session.run();
    assert.equal(reason, 'breakpoint');
    await session.breakAt(source);
    assert.equal(session.eventsOf('process')[0]?.systemProcessId, undefined);
    assert.equal(session.eventsOf('process')[0]?.isLocalProcess, false);
    for (let step = 0; step < 12; step++) await session.step('next', threadId);
    assert.ok(session.runThroughs().length > 0);
    assert.ok(
      session.runThroughs().every(({ outcome }) => outcome === 'committed'),
      JSON.stringify(session.runThroughs()),
    );
    const mark = session.client.mark();
    await session.client.request('continue', { threadId });
    assert.equal((await session.client.waitFor('exited', { after: mark })).exitCode, 0);
    await session.client.waitFor('terminated');
    const { sum, expected, aborts } = readReport(output());
    assert.deepEqual([sum, aborts], [expected, 0]);
    await session.close();
  });

  it('tells the regions of a library that is loaded later from the server’s own copy', async () => {
    const { port } = await gdbserver('--once', 'localhost:0', sampleProgram('dlopen_lib'), '10', '--pin');
    const session = await DebugSession.start();
    await session.client.request('attach', { program: sampleProgram('dlopen_lib'), target: `localhost:${port}` });
    const [breakpoint] = await session.breakAt(sampleSource('libpercpu.c'), 'cs-before-region');
    assert.equal(breakpoint?.verified, false);
    const { threadId = 0 } = await session.run();
    const { regions } = await session.client.request('rseq/regions');
    assert.ok(
      regions.some(({ id }) => id.startsWith('libpercpu.so+')),
      JSON.stringify(regions),
    );
    await session.breakAt(sampleSource('libpercpu.c'));
    for (let step = 0; step < 6; step++) await session.step('next', threadId);
    assert.ok(session.runThroughs().some(({ outcome }) => outcome === 'committed'));
    await session.close();
  });

  it('is started by the session where that is asked for, ends with it, and its program’s output is shown', async () => {
    const session = await DebugSession.start();
    const program = sampleProgram('plain');
    const target = { server: 'gdbserver' };
    await session.client.request('launch', { program, args: ['--exit=4', 'a b'], target });
    await session.breakAt(sampleSource('plain.c'), 'done');
    const { threadId = 0 } = await session.run();
    const mark = session.client.mark();
    await session.client.request('continue', { threadId });
    assert.equal((await session.client.waitFor('exited', { after: mark })).exitCode, 4);
    assert.match(session.client.output('stdout'), /argument 2: a b\n/);
    await session.close();
  });

  it('of type extended-remote starts the program, and starts it anew', async () => {
    const { port } = await gdbserver('--multi', '--once', 'localhost:0');
    const session = await DebugSession.start();
    await session.client.request('launch', {
      program: sampleProgram('plain'),
      args: ['--exit=6'],
      miDebuggerServerAddress: `localhost:${port}`,
      useExtendedRemote: true,
    });
    const source = sampleSource('plain.c');
    await session.breakAt(source, 'done');
    await session.run();
    const mark = session.client.mark();
    await session.client.request('restart', {});
    const { threadId = 0, reason } = await session.client.waitFor('stopped', { after: mark });
    assert.equal(reason, 'breakpoint');
    assert.equal((await session.frames(threadId))[0]?.line, lineOf(source, 'done'));
    await session.client.request('continue', { threadId });
    assert.equal((await session.client.waitFor('exited')).exitCode, 6);
    await session.close();
  });

  it('stops its program on pause, and lets it go on unharmed', async () => {
    const { port } = await gdbserver('--once', 'localhost:0', sampleProgram('threads'), FOREVER, '4');
    const session = await DebugSession.start();
    await session.client.request('attach', {
      program: sampleProgram('threads'),
      target: { port },
      stopAtConnect: true,
    });
    let { reason, threadId = 0 } = await session.run();
    assert.equal(reason, 'entry');
    await session.client.request('continue', { threadId });
    for (let round = 0; round < 3; round++) {
      const mark = session.client.mark();
      await session.client.request('pause', { threadId });
      ({ reason, threadId = 0 } = await session.client.waitFor('stopped', { after: mark }));
      assert.equal(reason, 'pause');
      await session.client.request('continue', { threadId });
    }
    await session.client.request('disconnect', { terminateDebuggee: true });
    await session.client.close();
  });

  it('that is not there, or cannot be started, is told with the cause', async () => {
    const cases: readonly (readonly [Record<string, unknown>, RegExp])[] = [
      [{ target: { port: 1 }, preConnectCommands: ['set tcp auto-retry off'] }, /cannot connect to localhost:1: /],
      [
        { target: { server: '/nonexistent/gdbserver' } },
        /server '\/nonexistent\/gdbserver' of 'target' cannot be used/,
      ],
      [{ target: { server: '/bin/false' } }, /ended at once with exit code 1/],
      [{ target: {} }, /'target' must say where to connect/],
    ];
    for (const [more, message] of cases) {
      const session = await DebugSession.start();
      await assert.rejects(session.client.request('launch', { program: sampleProgram('plain'), ...more }), message);
      await session.close();
    }
  });
});
