import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { debugRegistersWork } from '../../src/mi/debugRegisters.js';
import { closeLeftSessions, DebugSession, lineOf, sampleSource } from '../support/debugSession.js';

const PLAIN = sampleSource('plain.c');

/** What gdb 13.1 prints of a trial on a machine whose debug registers stop no program. */
const MISSED = ['Hardware assisted breakpoint 1 at 0x7ffff7fe4b73', '[Inferior 1 (process 17581) exited normally]'];

const HIT = ['Hardware assisted breakpoint 1 at 0x7ffff7fe4b73', 'Breakpoint 1, 0x00007ffff7fe4b73 in _start ()'];

describe('debug registers', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rseq-dap-registers-'));

  afterEach(closeLeftSessions);
  after(() => {
    rmSync(folder, { recursive: true });
  });

  /** A gdb that is asked to try them prints these lines, and otherwise is the real one. */
  function gdbThatPrints(name: string, lines: readonly string[]): string {
    const path = join(folder, name);
    const prints = lines.map(line => `echo '${line}'`).join('; ');
    writeFileSync(path, `#!/bin/sh\ncase "$*" in *hbreak*) ${prints}; exit;; esac\nexec gdb "$@"\n`, { mode: 0o755 });
    return path;
  }

  it('work if the breakpoint of a trial is hit, and where the trial says nothing', async () => {
    assert.equal(await debugRegistersWork(gdbThatPrints('hit', HIT)), true);
    assert.equal(await debugRegistersWork(gdbThatPrints('missed', MISSED)), false);
    assert.equal(await debugRegistersWork(gdbThatPrints('refused', ['No hardware breakpoint support.'])), true);
    assert.equal(await debugRegistersWork(join(folder, 'nothing')), true);
  });

  it('that stop no program are told where one is asked for, and the program runs on', async () => {
    const session = await DebugSession.start();
    await session.launch('plain', { args: [], gdb: gdbThatPrints('gdb', MISSED) });
    const [first] = await session.breakAt(PLAIN, 'list-loop');
    await session.run();
    const { dataId } = await session.client.request('dataBreakpointInfo', { name: 'ticks' });
    const { breakpoints: data } = await session.client.request('setDataBreakpoints', {
      breakpoints: [{ dataId: dataId ?? '' }],
    });
    const { breakpoints: code } = await session.client.request('setBreakpoints', {
      source: { path: PLAIN },
      breakpoints: [{ line: lineOf(PLAIN, 'area'), mode: 'hardware' }],
    });
    for (const answer of [...data, ...code]) {
      assert.equal(answer.verified, false);
      assert.match(answer.message ?? '', /debug registers do not stop programs: .* other breakpoints do\./);
    }
    assert.equal(first?.verified, true);
    assert.equal((await session.finish(1)).exitCode, 0);
    await session.close();
  });
});
