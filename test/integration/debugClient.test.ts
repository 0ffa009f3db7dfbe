import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { DebugClient } from '@vscode/debugadapter-testsupport';
import { lineOf, ROOT, sampleProgram, sampleSource } from '../support/debugSession.js';

const MAIN = join(ROOT, 'dist', 'src', 'main.js');
const SOURCE = sampleSource('counter_cs.c');

/** The client that adapters for VS Code are commonly tested with: not ours, so it asks as others do. */
describe('the client of @vscode/debugadapter-testsupport', () => {
  let client: DebugClient;
  let server: ChildProcess | undefined;

  afterEach(async () => {
    await client.stop();
    server?.kill('SIGTERM');
    server = undefined;
  });

  /** Stops in front of the region, steps over it, and lets the program end. */
  async function session(): Promise<void> {
    client.defaultTimeout = 15_000;
    const configuration = { program: sampleProgram('counter_cs'), args: ['20', '--pin'] };
    const [stopped] = await Promise.all([
      client.waitForEvent('stopped'),
      client.launch(configuration),
      client.waitForEvent('initialized').then(async () => {
        const breakpoints = [{ line: lineOf(SOURCE, 'before-region') }];
        await client.setBreakpointsRequest({ source: { path: SOURCE }, breakpoints });
        await client.configurationDoneRequest();
      }),
    ]);
    const { threadId } = stopped.body as { threadId: number };
    for (let line = 0; line < 3; line++) {
      await Promise.all([client.waitForEvent('stopped'), client.nextRequest({ threadId })]);
    }
    const { body } = await client.stackTraceRequest({ threadId });
    assert.equal(body.stackFrames[0]?.line, lineOf(SOURCE, 'after-region'));
    await client.setBreakpointsRequest({ source: { path: SOURCE }, breakpoints: [] });
    await Promise.all([client.waitForEvent('terminated'), client.continueRequest({ threadId })]);
  }

  it('steps over a critical section over stdio', async () => {
    client = new DebugClient(process.execPath, MAIN, 'rseq-gdb');
    await client.start();
    await session();
  });

  it('does so over TCP', async () => {
    const child = spawn(process.execPath, [MAIN, '--server=0'], { stdio: ['ignore', 'pipe', 'inherit'] });
    server = child;
    const [line] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string];
    const port = Number(/:(\d+)\s*$/.exec(line)?.[1]);
    client = new DebugClient(process.execPath, MAIN, 'rseq-gdb');
    await client.start(port);
    await session();
  });
});
