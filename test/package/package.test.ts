import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { DapClient } from '../../src/client/dapClient.js';
import { lineOf, ROOT, sampleProgram, sampleSource } from '../support/debugSession.js';

const run = promisify(execFile);

const STAGE = join(ROOT, 'dist', 'vsix');

/** What the package may weigh, in bytes. */
const MAX_BYTES = 1_000_000;

describe('the package for VS Code', () => {
  let vsix: string;

  before(async function () {
    this.timeout(120_000);
    const { stdout } = await run(process.execPath, [join(ROOT, 'scripts', 'package.mjs')]);
    vsix = /^(.*\.vsix): \d+ bytes$/m.exec(stdout)?.[1] ?? '';
  });

  it('is one file of less than a megabyte', () => {
    assert.match(vsix, /rseq-dap-\d+\.\d+\.\d+\.vsix$/);
    assert.ok(statSync(vsix).size < MAX_BYTES, `${statSync(vsix).size} bytes`);
  });

  it('holds no sources, tests or packages of the development', () => {
    const files = readdirSync(STAGE, { recursive: true, encoding: 'utf8' });
    assert.ok(files.includes(join('dist', 'extension.cjs')), 'the search for files finds none');
    assert.deepEqual(
      files.filter(file => /\.(ts|map)$|node_modules|(^|\/)test\/|\.lock|package-lock/.test(file)),
      [],
    );
    const manifest = JSON.parse(readFileSync(join(STAGE, 'package.json'), 'utf8')) as Record<string, unknown>;
    assert.deepEqual(
      ['scripts', 'dependencies', 'devDependencies', 'type', 'files'].filter(name => name in manifest),
      [],
    );
  });

  it('names files that are in it', () => {
    const manifest = readFileSync(join(STAGE, 'package.json'), 'utf8');
    const named = [...manifest.matchAll(/"(?:\.\/)?((?:media|dist)\/[^"]+)"/g)].map(match => match[1] ?? '');
    assert.ok(named.length >= 2, `it names ${named.join(', ')}`);
    for (const file of named) assert.ok(statSync(join(STAGE, file)).isFile(), file);
  });

  it('hands on the licences of what is bundled', () => {
    const licences = readFileSync(join(STAGE, 'THIRD_PARTY_LICENSES.txt'), 'utf8');
    assert.match(licences, /^elfinfo \d/m);
    assert.match(licences, /^@vscode\/debugadapter \d/m);
  });

  it('holds what a client runs in a terminal for the program', async () => {
    const client = DapClient.spawn(process.execPath, [join(STAGE, 'dist', 'adapter.cjs')], { timeoutMs: 15_000 });
    try {
      let command: readonly string[] = [];
      client.handle('runInTerminal', ({ args }) => {
        command = args;
        throw new Error('no terminal here');
      });
      await client.request('initialize', { adapterID: 'rseq-gdb', supportsRunInTerminalRequest: true });
      await client.request('launch', { program: sampleProgram('plain'), console: 'integratedTerminal' });
      await client.request('configurationDone', {});
      const [node = '', ...args] = command;
      // Without an adapter at the socket it ends, and says so: but it runs.
      await assert.rejects(run(node, args.slice(0, -1)), /hold-terminal is run by the adapter, with a socket/);
    } finally {
      await client.close();
    }
  });

  it('holds an adapter that runs by itself and steps over a critical section', async () => {
    const client = DapClient.spawn(process.execPath, [join(STAGE, 'dist', 'adapter.cjs')], {
      timeoutMs: 15_000,
      cwd: '/',
    });
    try {
      await client.request('initialize', { adapterID: 'rseq-gdb' });
      await client.request('launch', { program: sampleProgram('counter_cs'), args: ['--pin'] });
      const path = sampleSource('counter_cs.c');
      await client.request('setBreakpoints', {
        source: { path },
        breakpoints: [{ line: lineOf(path, 'before-region') }],
      });
      const mark = client.mark();
      await client.request('configurationDone', {});
      const { threadId = 0 } = await client.waitFor('stopped', { after: mark });
      for (let step = 0; step < 3; step++) await client.stepAndWait('next', threadId);
      const { outcome } = await client.waitFor('rseq', { after: mark });
      assert.equal(outcome, 'committed');
      await client.request('disconnect', {});
    } finally {
      await client.close();
    }
  });
});
