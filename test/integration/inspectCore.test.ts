import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { runInspect } from '../../src/cli/inspect.js';
import { lineOf, sampleProgram, sampleSource } from '../support/debugSession.js';

interface Report {
  readonly regions: readonly { readonly start: string | null; readonly preludes: readonly string[] }[];
  readonly keys: readonly { readonly key: string }[];
  readonly warnings: readonly { readonly code: string; readonly message: string }[];
  readonly core: {
    readonly images: readonly { readonly file: string; readonly bias: string }[];
    readonly threads: readonly {
      readonly pc: string;
      readonly region: string | null;
      readonly position: string | null;
    }[];
  };
}

async function inspect(...args: string[]): Promise<string> {
  let out = '';
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      out += chunk.toString();
      done();
    },
  });
  await runInspect(args, sink, sink);
  return out;
}

async function reportOf(file: string): Promise<Report> {
  return JSON.parse(await inspect('--json', file)) as Report;
}

function plus(linkAddress: string | null, bias: string): string {
  return `0x${(BigInt(linkAddress ?? 0) + BigInt(bias)).toString(16)}`;
}

describe('rseq-dap inspect of a core file', function () {
  this.timeout(60_000);
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'core-'));
  });

  after(() => {
    rmSync(folder, { recursive: true });
  });

  /** Runs a program to a place and leaves a core file of it. */
  function coreOf(program: string, place: string): string {
    const core = join(folder, 'core');
    const commands = ['set breakpoint pending on', `break ${place}`, 'run 5 --pin', `gcore ${core}`, 'kill'];
    execFileSync('gdb', ['-nx', '-batch', ...commands.flatMap(command => ['-ex', command]), program], {
      stdio: 'ignore',
    });
    return core;
  }

  it('tells the regions where they were loaded, and that a thread stood inside one', async () => {
    const program = sampleProgram('counter_asm');
    const core = coreOf(program, `counter_asm.S:${lineOf(sampleSource('counter_asm.S'), 'region-commit')}`);
    const [{ regions, warnings, core: facts }, file] = await Promise.all([reportOf(core), reportOf(program)]);
    assert.deepEqual(warnings, []);
    assert.deepEqual(
      facts.images.map(image => image.file),
      [program],
    );
    const bias = facts.images[0]?.bias ?? '';
    assert.notEqual(BigInt(bias), 0n);
    const [start] = file.regions.map(region => plus(region.start, bias));
    assert.deepEqual(
      regions.map(region => [region.start, region.preludes]),
      [[start, file.regions[0]?.preludes.map(prelude => plus(prelude, bias))]],
    );
    assert.deepEqual(
      facts.threads.map(thread => [thread.region, thread.position]),
      [[start, 'armed']],
    );
    assert.match(
      await inspect(core),
      /thread \d+ at 0x[0-9a-f]+: inside region counter_asm\+0x[0-9a-f]+ in counter_inc/,
    );
  });

  it('tells those of libraries, with their keys', async () => {
    const { regions, keys, core } = await reportOf(coreOf(sampleProgram('link_lib'), 'percpu_inc'));
    const library = sampleProgram('libpercpu.so');
    const file = await reportOf(library);
    assert.deepEqual(
      core.images.map(image => image.file),
      [library],
    );
    const bias = core.images[0]?.bias ?? '';
    assert.equal(regions.length, 2);
    assert.deepEqual(
      keys.map(({ key }) => key),
      file.keys.map(({ key }) => plus(key, bias)),
    );
    assert.deepEqual(
      core.threads.map(({ region, position }) => [region, position]),
      [[null, null]],
    );
  });

  it('does not take the tables of a program that has been built anew', async () => {
    const program = join(folder, 'program');
    copyFileSync(sampleProgram('counter_cs'), program);
    const core = coreOf(program, 'counter_inc');
    copyFileSync(sampleProgram('list_exits'), program);
    const { regions, warnings } = await reportOf(core);
    assert.deepEqual(regions, []);
    assert.deepEqual(
      warnings.map(({ code }) => code),
      ['image-not-read'],
    );
    assert.match(warnings[0]?.message ?? '', /program are not known: the file is another build/);
  });
});
