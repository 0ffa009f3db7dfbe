import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RegionDescription } from '../../src/dap/customRequests.js';
import {
  closeLeftSessions,
  DebugSession,
  FOREVER,
  readReport,
  sampleProgram,
  sampleSource,
} from '../support/debugSession.js';

afterEach(closeLeftSessions);

async function regionsOf(session: DebugSession): Promise<readonly RegionDescription[]> {
  const { regions } = await session.client.request('rseq/regions', {});
  return regions;
}

describe('the regions of a live session', function () {
  this.timeout(60_000);

  it('come with a library that the program opens, lie where it was loaded, and go when it is closed', async () => {
    const source = sampleSource('dlopen_lib.c');
    const session = await DebugSession.start();
    await session.launch('dlopen_lib', { args: ['2', '--pin'] });
    await session.breakAt(source, 'dlopen', 'step-here');
    let { threadId = 0 } = await session.run();
    const places = new Set<string>();
    for (let opened = 0; opened < 3; opened++) {
      assert.deepEqual(await regionsOf(session), [], 'before the library is opened');
      ({ threadId = 0 } = await session.continue(threadId));
      const regions = await regionsOf(session);
      assert.deepEqual(
        regions.map(({ function: name, preludes }) => [name, preludes.length > 0]),
        [
          ['percpu_inc', true],
          ['percpu_inc_points', true],
        ],
      );
      const start = regions.find(region => region.start !== undefined)?.start ?? '';
      places.add(start);
      // What gdb finds at that address is the function that the region is in.
      const { result } = await session.client.request('evaluate', {
        expression: `info symbol ${start}`,
        context: 'repl',
      });
      assert.match(result, /^percpu_inc \+ \d+ in section \.text of .*libpercpu\.so/);
      await session.breakAt(source, 'dlopen');
      ({ threadId = 0 } = await session.continue(threadId));
      await session.breakAt(source, 'dlopen', 'step-here');
    }
    assert.equal(places.size, 3, 'the library lay at another address each time');
    await session.close();
  });

  describe('of a program', () => {
    const folder = mkdtempSync(join(tmpdir(), 'rseq-dap-linked-'));
    const source = sampleSource('counter_cs.c');
    const linked = {
      'position-independent': ['-fPIE', '-pie'],
      'at fixed addresses': ['-fno-pic', '-no-pie'],
      static: ['-fno-pic', '-static'],
      'static and position-independent': ['-fPIE', '-static-pie'],
    };

    function build(...options: readonly string[]): string {
      const program = join(folder, 'program');
      execFileSync('gcc', ['-g', '-O0', '-pthread', `-I${sampleSource('include')}`, ...options, '-o', program, source]);
      return program;
    }

    after(() => {
      rmSync(folder, { recursive: true });
    });

    for (const [how, options] of Object.entries(linked)) {
      it(`that is linked ${how} are stepped through`, async () => {
        const session = await DebugSession.start();
        await session.launch('counter_cs', { program: build(...options), args: ['10', '--pin'] });
        await session.breakAt(source, 'step-here');
        const { threadId = 0 } = await session.run();
        await session.step('next', threadId);
        await session.step('next', threadId);
        assert.deepEqual(
          (await regionsOf(session)).map(({ kind, function: name }) => [kind, name]),
          [['descriptor', 'counter_inc']],
        );
        const { sum, expected, aborts } = readReport((await session.finish(threadId, source)).stdout);
        assert.deepEqual({ sum, aborts }, { sum: expected, aborts: 0 });
        await session.close();
      });

      it(`that is linked ${how} and stripped are known by address, and stepped through`, async () => {
        const program = build(...options, '-s');
        const session = await DebugSession.start();
        await session.launch('counter_cs', { program, args: ['10', '--pin'], stopOnEntry: true });
        await session.run();
        const [region] = await regionsOf(session);
        assert.equal(region?.function, undefined);
        const instructionReference = region?.preludes[0] ?? '';
        await session.client.request('setInstructionBreakpoints', { breakpoints: [{ instructionReference }] });
        const { threadId = 0 } = await session.continue(1);
        for (let step = 0; session.runThroughs().length === 0 && step < 8; step++)
          await session.step('next', threadId, 'instruction');
        assert.deepEqual(
          session.runThroughs().map(({ outcome }) => outcome),
          ['committed'],
        );
        await session.client.request('setInstructionBreakpoints', { breakpoints: [] });
        const { sum, expected, aborts } = readReport((await session.finish(threadId)).stdout);
        assert.deepEqual({ sum, aborts }, { sum: expected, aborts: 0 });
        await session.close();
      });
    }
  });

  it('of a process that runs already are stepped through', async () => {
    const child = spawn(sampleProgram('threads'), [FOREVER, '1', '--pin'], { stdio: 'ignore' });
    try {
      await once(child, 'spawn');
      const session = await DebugSession.start();
      await session.client.request('attach', { processId: child.pid });
      await session.breakAt(sampleSource('threads.c'), 'before-region');
      const { threadId = 0 } = await session.run();
      await session.breakAt(sampleSource('threads.c'));
      for (let step = 0; step < 4; step++) await session.step('next', threadId);
      assert.deepEqual(
        session.runThroughs().map(({ outcome }) => outcome),
        ['committed'],
      );
      await session.close();
    } finally {
      child.kill('SIGKILL');
    }
  });

  describe('whose key table is in a separate debug file alone', () => {
    const folder = mkdtempSync(join(tmpdir(), 'rseq-dap-carriers-'));
    const [program, debug] = [join(folder, 'program'), join(folder, 'program.debug')];
    const source = sampleSource('counter_points.c');

    before(() => {
      const whole = sampleProgram('counter_points');
      execFileSync('objcopy', ['--only-keep-debug', whole, debug]);
      execFileSync('strip', ['-R', '__rseq_points', '-o', program, whole]);
      execFileSync('objcopy', [`--add-gnu-debuglink=${debug}`, program]);
    });

    after(() => {
      rmSync(folder, { recursive: true });
    });

    it('are known where that file is in a folder of debug files that gdb was told', async () => {
      const alone = join(folder, 'alone');
      execFileSync('objcopy', ['--remove-section=.gnu_debuglink', program, alone]);
      const id = /Build ID: ([0-9a-f]+)/.exec(execFileSync('readelf', ['-n', alone], { encoding: 'utf8' }))?.[1] ?? '';
      const store = join(folder, 'store', '.build-id', id.slice(0, 2));
      mkdirSync(store, { recursive: true });
      copyFileSync(debug, join(store, `${id.slice(2)}.debug`));
      const session = await DebugSession.start();
      await session.launch('counter_points', {
        program: alone,
        args: ['1', '--pin'],
        setupCommands: [`set debug-file-directory ${join(folder, 'none')}:${join(folder, 'store')}`],
      });
      await session.breakAt(source, 'before-region');
      const { threadId = 0 } = await session.run();
      assert.deepEqual(
        (await regionsOf(session)).map(({ kind, function: name }) => [kind, name]),
        [['key', 'counter_inc']],
      );
      await session.finish(threadId, source);
      await session.close();
    });

    it('are known and stepped through', async () => {
      const session = await DebugSession.start();
      await session.launch('counter_points', { program, args: ['10', '--pin'] });
      await session.breakAt(source, 'before-region');
      const { threadId = 0 } = await session.run();
      assert.deepEqual(
        (await regionsOf(session)).map(({ kind, function: name }) => [kind, name]),
        [['key', 'counter_inc']],
      );
      for (let step = 0; step < 4; step++) await session.step('next', threadId);
      assert.deepEqual(
        session.runThroughs().map(({ outcome }) => outcome),
        ['committed'],
      );
      const { sum, expected, aborts } = readReport((await session.finish(threadId, source)).stdout);
      assert.deepEqual({ sum, aborts }, { sum: expected, aborts: 0 });
      await session.close();
    });
  });
});
