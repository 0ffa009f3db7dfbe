import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { CompiledPrograms } from '../support/compiled.js';
import { closeLeftSessions, DebugSession } from '../support/debugSession.js';

describe('a download of debug information', function () {
  this.timeout(60_000);
  const programs = new CompiledPrograms();
  let program: string;
  let buildId: string;
  let server: Server;
  /** Answers whoever waits for the file; undefined until somebody does. */
  let waiting: ((response: ServerResponse) => void) | undefined;

  before(async () => {
    program = programs.compile('remote', 'int main(void) { return 0; } // @main\n');
    execFileSync('objcopy', ['--only-keep-debug', program, `${program}.debug`]);
    execFileSync('strip', [program]);
    const notes = execFileSync('readelf', ['-n', program], { encoding: 'utf8' });
    buildId = /Build ID: ([0-9a-f]+)/.exec(notes)?.[1] ?? '';
    server = createServer((request, response) => {
      if (request.url === `/buildid/${buildId}/debuginfo`) waiting?.(response);
      else response.writeHead(404).end();
    });
    await new Promise<void>(resolve => {
      server.listen(0, '127.0.0.1', resolve);
    });
  });
  afterEach(closeLeftSessions);
  after(() => {
    server.closeAllConnections();
    server.close();
    programs.remove();
  });

  /** Launches with that server; `answer` is called when gdb has asked, and may answer. */
  async function launch(
    name: string,
    answer: (session: DebugSession, response: ServerResponse) => Promise<void>,
  ): Promise<DebugSession> {
    const environment = {
      DEBUGINFOD_URLS: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      DEBUGINFOD_CACHE_PATH: join(programs.folder, name),
    };
    Object.assign(process.env, environment);
    const session = await DebugSession.start({ client: { supportsProgressReporting: true } });
    for (const variable of Object.keys(environment)) Reflect.deleteProperty(process.env, variable);
    const asked = new Promise<ServerResponse>(resolve => {
      waiting = resolve;
    });
    const launched = session.client.request('launch', { program });
    await answer(session, await asked);
    await launched;
    return session;
  }

  it('is shown while it lasts, with what it is of', async () => {
    const session = await launch('whole', async ({ client }, response) => {
      const data = readFileSync(`${program}.debug`);
      response.writeHead(200, { 'content-length': data.length });
      response.write(data.subarray(0, 1));
      const { message, cancellable } = await client.waitFor('progressStart', {
        where: ({ title }) => title.includes('debug'),
      });
      assert.ok(message?.includes(program));
      assert.equal(cancellable, true);
      response.end(data.subarray(1));
    });
    await session.client.waitFor('progressEnd');
    const [breakpoint] = await session.breakAt(`${program}.c`, 'main');
    assert.equal(breakpoint?.verified, true);
    await session.close();
  });

  it('can be given up: the session goes on without', async () => {
    const session = await launch('cancelled', async ({ client }, response) => {
      response.writeHead(200, { 'content-length': 1_000_000 });
      response.write('x');
      const { progressId } = await client.waitFor('progressStart', { where: ({ title }) => title.includes('debug') });
      await client.request('cancel', { progressId });
    });
    await session.client.waitFor('progressEnd');
    const mark = session.client.mark();
    await session.client.request('configurationDone', {});
    assert.equal((await session.client.waitFor('exited', { after: mark })).exitCode, 0);
    await session.close();
  });
});
