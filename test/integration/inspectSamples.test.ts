import assert from 'node:assert/strict';
import { accessSync, constants, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { runInspect } from '../../src/cli/inspect.js';
import { ROOT } from '../support/debugSession.js';

const BUILD = join(ROOT, 'samples', 'build');

/** What `--lint` says of each sample that it says anything of. */
const EXPECTED: Readonly<Record<string, readonly string[]>> = {
  // Wrong on purpose: see samples/README.md.
  early_exits: ['finding undeclared-exit', 'finding undeclared-exit'],
  // It writes a ring's slot ahead of the index that publishes it.
  inner_loop: ['note several-stores'],
};

/** How many regions each sample has; the others have none. */
const REGIONS: Readonly<Record<string, number>> = {
  base_register: 1,
  counter_asm: 1,
  counter_cs: 1,
  counter_points: 1,
  cxx: 2,
  declared_exits: 1,
  early_exits: 1,
  handler_acts: 1,
  inlined: 4,
  inner_loop: 1,
  'libpercpu.so': 2,
  list_exits: 2,
  one_insn_arm: 1,
  other_path: 2,
  own_area: 1,
  retry_line: 1,
  signals: 2,
  threads: 1,
  until_abort: 1,
};

interface Report {
  readonly regions: readonly { readonly preludes: readonly string[]; readonly source: unknown }[];
  readonly warnings: readonly { readonly code: string }[];
  readonly findings: readonly { readonly severity: string; readonly code: string }[];
}

function programs(): string[] {
  return readdirSync(BUILD).filter(name => {
    const path = join(BUILD, name);
    accessSync(path, constants.R_OK);
    return statSync(path).isFile();
  });
}

describe('rseq-dap inspect --lint on the samples', function () {
  this.timeout(120_000);
  let reports: ReadonlyMap<string, Report>;
  let exitCode: number;

  before(async () => {
    const names = programs();
    assert.ok(names.length >= 20, `only ${names.length} samples are built`);
    let out = '';
    const sink = new Writable({
      write(chunk: Buffer, _encoding, done) {
        out += chunk.toString();
        done();
      },
    });
    exitCode = await runInspect(['--lint', '--json', ...names.map(name => join(BUILD, name))], sink, process.stderr);
    reports = new Map((JSON.parse(out) as Report[]).map((report, i) => [names[i] ?? '', report]));
  });

  it('finds the undeclared exits of the one sample that is wrong on purpose, and else nothing', () => {
    const said = [...reports].map(
      ([name, { findings }]) => [name, findings.map(f => `${f.severity} ${f.code}`)] as const,
    );
    assert.deepEqual(Object.fromEntries(said.filter(([, findings]) => findings.length > 0)), EXPECTED);
    assert.equal(exitCode, 1);
  });

  it('knows every region, with a prelude and a source line, without a warning', () => {
    const counts = [...reports].map(([name, { regions }]) => [name, regions.length] as const);
    assert.deepEqual(Object.fromEntries(counts.filter(([, count]) => count > 0)), REGIONS);
    for (const [name, { regions, warnings }] of reports) {
      assert.deepEqual(warnings, [], name);
      for (const { preludes, source } of regions) {
        assert.ok(preludes.length > 0, name);
        assert.ok(source !== null, name);
      }
    }
  });
});
