import assert from 'node:assert/strict';
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { lineOf, ROOT, sampleProgram, sampleSource } from '../support/debugSession.js';

const run = promisify(execFile);

const MAIN = join(ROOT, 'dist', 'src', 'main.js');
const SCRIPT = join(ROOT, 'test', 'clients', 'dapMode.el');
const SOURCE = sampleSource('counter_cs.c');

describe('Emacs’ dap-mode', function () {
  this.timeout(180_000);
  let folder: string;
  let server: ChildProcess | undefined;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'emacs-'));
  });

  afterEach(async () => {
    server?.kill('SIGTERM');
    server = undefined;
    await rm(folder, { recursive: true });
  });

  /** @returns the lines of the stops */
  async function session(...adapter: readonly string[]): Promise<number[]> {
    const line = String(lineOf(SOURCE, 'before-region'));
    const args = ['--batch', '-l', SCRIPT, folder, SOURCE, line, sampleProgram('counter_cs'), ...adapter];
    const { stderr } = await run('emacs', args);
    assert.match(stderr, /^terminated$/m, stderr);
    return [...stderr.matchAll(/^stopped (\d+)$/gm)].map(match => Number(match[1]));
  }

  function assertStepped(lines: readonly number[]): void {
    assert.equal(lines[0], lineOf(SOURCE, 'before-region'), lines.join(', '));
    assert.equal(lines[3], lineOf(SOURCE, 'after-region'), lines.join(', '));
  }

  it('steps over a critical section over stdio', async () => {
    assertStepped(await session(process.execPath, MAIN));
  });

  it('does so over TCP', async () => {
    const child = spawn(process.execPath, [MAIN, '--server=0'], { stdio: ['ignore', 'pipe', 'inherit'] });
    server = child;
    const [text] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string];
    assertStepped(await session(/:(\d+)\s*$/.exec(text)?.[1] ?? ''));
  });
});
