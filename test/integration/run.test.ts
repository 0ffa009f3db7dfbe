import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT, sampleProgram, sampleSource } from '../support/debugSession.js';

const MAIN = join(ROOT, 'dist', 'src', 'main.js');

async function run(...args: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  const child = spawn(process.execPath, [MAIN, 'run', ...args]);
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  const [code] = (await once(child, 'close')) as [number];
  return { code, out, err };
}

describe('rseq-dap run', () => {
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'run-'));
  });

  after(() => rm(folder, { recursive: true }));

  async function script(...lines: readonly string[]): Promise<{ code: number; out: string; err: string }> {
    const path = join(folder, 'script.run');
    await writeFile(path, lines.join('\n'));
    return run(path);
  }

  it('passes the script that the samples bring, and writes what happened', async () => {
    const { code, out } = await run(join(ROOT, 'samples', 'counter_cs.run'));
    assert.equal(code, 0, out);
    assert.match(out, /through counter_cs\+0x[0-9a-f]+: committed/);
    assert.match(out, /^passed$/m);
  });

  it('fails with 1 and names line, expectation and what was found', async () => {
    const { code, out } = await script(
      `launch ${sampleProgram('counter_cs')} 20 --pin`,
      `break ${sampleSource('counter_cs.c')}:@before-region`,
      'continue',
      'expect value aborts = 7',
      'next',
    );
    assert.equal(code, 1, out);
    assert.match(out, /FAILED: line 4: expected 7, found 0/);
    assert.doesNotMatch(out, /5 {2}next/);
  });

  it('sees the aborts of a debugger that knows nothing of regions', async () => {
    const { code, out } = await script(
      'set rseq "off"',
      `launch ${sampleProgram('counter_cs')} 20 --pin`,
      `break ${sampleSource('counter_cs.c')}:@before-region`,
      'continue',
      'clear',
      'next 8',
      'expect value commits = 0',
      'expect value aborts > 0 = 1',
    );
    assert.equal(code, 0, out);
  });

  it('answers 2 where the script or the program cannot be used', async () => {
    assert.equal((await script('jump')).code, 2);
    assert.equal((await script('launch ./missing')).code, 2);
    assert.equal((await script('next')).code, 2);
    assert.equal((await run(join(folder, 'missing.run'))).code, 2);
    assert.equal((await run()).code, 2);
  });
});
