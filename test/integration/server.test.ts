import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { DapClient } from '../../src/client/dapClient.js';
import { encodeFrame } from '../../src/dap/framing.js';

const MAIN = fileURLToPath(new URL('../../src/main.js', import.meta.url));
const INITIALIZE = { adapterID: 'rseq-dap' };

interface RunningServer {
  readonly process: ChildProcess;
  readonly host: string;
  readonly port: number;
  stderr(): string;
}

async function startServer(listen: string, env: NodeJS.ProcessEnv = {}): Promise<RunningServer> {
  const child = spawn(process.execPath, [MAIN, `--server=${listen}`], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const lines = createInterface({ input: child.stdout });
  const first = await Promise.race([
    once(lines, 'line').then(([line]) => String(line)),
    once(child, 'exit').then(() => Promise.reject(new Error(`the server ended: ${stderr}`))),
  ]);
  const match = /^Listening on \[?(.+?)\]?:(\d+)$/.exec(first);
  assert.ok(match, first);
  return { process: child, host: match[1]!, port: Number(match[2]), stderr: () => stderr };
}

/** Runs the program to its end with this on its stdin. */
async function runMain(args: string[], input = ''): Promise<{ code: number | null; out: string; err: string }> {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: 'pipe' });
  const text = { out: '', err: '' };
  child.stdout.on('data', (chunk: Buffer) => (text.out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (text.err += chunk.toString()));
  child.stdin.end(input);
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, ...text };
}

describe('the adapter on TCP', () => {
  let server: RunningServer;

  beforeEach(async () => {
    server = await startServer('0');
  });
  afterEach(async () => {
    if (server.process.exitCode !== null || server.process.signalCode !== null) return;
    server.process.kill('SIGKILL');
    await once(server.process, 'exit');
  });

  const client = (): Promise<DapClient> => DapClient.connect(server.host, server.port, { timeoutMs: 10_000 });

  it('picks a free port of the loopback interface for port 0, without a warning', () => {
    assert.equal(server.host, '127.0.0.1');
    assert.ok(server.port > 0);
    assert.equal(server.stderr(), '');
  });

  it('serves clients one after the other and several at once, a session each', async () => {
    const first = await client();
    await first.request('initialize', INITIALIZE);
    const others = await Promise.all([client(), client(), client()]);
    await Promise.all(others.map(other => other.request('initialize', INITIALIZE)));
    await first.close();
    await Promise.all(others.map(other => other.request('disconnect')));
    await Promise.all(others.map(other => other.close()));
    const late = await client();
    assert.equal((await late.request('initialize', INITIALIZE))?.supportsCancelRequest, true);
    await late.close();
  });

  it('begins a new session on a connection whose session was disconnected', async () => {
    const again = await client();
    for (let round = 0; round < 3; round++) {
      await again.request('initialize', INITIALIZE);
      await again.request('disconnect');
    }
    await again.close();
  });

  it('answers a second initialize on a connection', async () => {
    const twice = await client();
    await twice.request('initialize', INITIALIZE);
    assert.equal((await twice.request('initialize', INITIALIZE))?.supportsCancelRequest, true);
    await twice.close();
  });

  it('outlives a client that is killed in the middle of a message', async () => {
    const socket = connect(server.port, server.host);
    await once(socket, 'connect');
    socket.write(encodeFrame({ seq: 1, type: 'request', command: 'initialize' }).subarray(0, 30));
    socket.resetAndDestroy();
    await once(socket, 'close');
    const next = await client();
    await next.request('initialize', INITIALIZE);
    await next.close();
  });

  it('says that a port is in use, and exits with 1', async () => {
    const { code, err } = await runMain([`--server=${server.port}`]);
    assert.equal(code, 1);
    assert.match(err, /cannot listen on 127\.0\.0\.1:\d+: .*EADDRINUSE/);
  });

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    it(`ends with its sessions, by itself and with code 0, on ${signal}`, async () => {
      const present = await client();
      await present.request('initialize', INITIALIZE);
      server.process.kill(signal);
      const [code] = (await once(server.process, 'exit')) as [number | null];
      assert.equal(code, 0);
      await present.ended;
    });
  }
});

describe('the adapter on every interface', () => {
  it('warns in one line that other machines can reach it', async () => {
    const server = await startServer('0.0.0.0:0');
    server.process.kill('SIGTERM');
    await once(server.process, 'close');
    assert.match(server.stderr(), /^rseq-dap: warning: 0\.0\.0\.0:\d+ can be reached from other machines[^\n]*\n$/);
  });
});

describe('the adapter on TCP with a token', () => {
  it('runs programs for those who bring it, which the programs do not see, and for nobody else', async () => {
    const token = 'a secret';
    const server = await startServer('0', { RSEQ_DAP_TOKEN: token });
    const client = await DapClient.connect(server.host, server.port, { timeoutMs: 10_000 });
    await client.request('initialize', INITIALIZE);
    const program = '/usr/bin/env';
    for (const wrong of [{}, { token: 'a secreT' }, { token: 5 }]) {
      await assert.rejects(client.request('launch', { program, ...wrong }), /asks for the token/);
    }
    await assert.rejects(client.request('attach', { processId: server.process.pid }), /asks for the token/);
    await client.request('launch', { program, token });
    await client.request('configurationDone');
    await client.waitFor('terminated');
    assert.match(client.output('stdout'), /^PATH=/m);
    assert.doesNotMatch(client.output('stdout'), /secret/);
    await client.close();
    server.process.kill('SIGTERM');
    await once(server.process, 'close');
  });
});

describe('the adapter on stdio', () => {
  const frame = (seq: number, command: string): string =>
    encodeFrame({ seq, type: 'request', command, arguments: {} }).toString();

  it('ends with code 0 when its client disconnects, though the client keeps the pipe open', async () => {
    const client = DapClient.spawn(process.execPath, [MAIN], { timeoutMs: 10_000 });
    await client.request('initialize', INITIALIZE);
    await client.request('disconnect');
    assert.deepEqual(await client.ended, { code: 0, signal: null });
  });

  it('answers what came before the end of its input, then ends with code 0', async () => {
    const { code, out, err } = await runMain([], frame(1, 'initialize') + frame(2, 'fly'));
    assert.equal(code, 0);
    assert.match(out, /"request_seq":1,.*"success":true.*'fly' is not supported/s);
    assert.equal(err, '');
  });

  it('survives a client that no longer reads, without a word', async () => {
    const child = spawn(process.execPath, [MAIN], { stdio: 'pipe' });
    let err = '';
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
    child.stdout.destroy();
    child.stdin.on('error', () => undefined);
    child.stdin.write(frame(1, 'initialize'));
    const [code] = (await once(child, 'close')) as [number | null];
    assert.deepEqual([code, err], [0, '']);
  });

  it('writes nothing but the protocol to stdout, whatever is wrong with its input', async () => {
    const { code, out, err } = await runMain([], `oops\r\n\r\n${frame(1, 'initialize')}`);
    assert.equal(code, 0);
    assert.match(out, /^Content-Length: \d+\r\n\r\n\{"type"|^Content-Length: \d+\r\n\r\n\{"seq"/);
    assert.match(err, /warn: The client sent a malformed header line "oops"/);
  });
});

describe('the command line program', () => {
  it('tells its version and its usage on stdout', async () => {
    assert.match((await runMain(['--version'])).out, /^\d+\.\d+\.\d+\n$/);
    assert.match((await runMain(['--help'])).out, /^Usage:\n {2}rseq-dap .*--server=\[HOST:\]PORT/s);
  });

  it('refuses a wrong option with exit code 2, on stderr', async () => {
    const { code, out, err } = await runMain(['--fly']);
    assert.deepEqual([code, out], [2, '']);
    assert.match(err, /Unknown option '--fly'/);
  });
});
