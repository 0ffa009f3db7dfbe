import assert from 'node:assert/strict';
import type { DebugProtocol as D } from '@vscode/debugprotocol';
import type { RegionDescription } from '../../src/dap/customRequests.js';
import { itWithDebugRegisters } from '../support/debugRegisters.js';
import { closeLeftSessions, DebugSession, readReport } from '../support/debugSession.js';

afterEach(closeLeftSessions);

/** A session stopped in `main`, with breakpoints kept inside regions, and the program's first region. */
async function keeping(
  sample: string,
  args: readonly string[],
): Promise<{ session: DebugSession; region: RegionDescription }> {
  const session = await DebugSession.start();
  await session.launch(sample, { args, rseq: { breakpointsInside: 'keep' }, stopOnEntry: true });
  await session.run();
  const { regions } = await session.client.request('rseq/regions', {});
  const [region] = regions;
  assert.ok(region?.start !== undefined);
  return { session, region };
}

/** Sets one instruction breakpoint, or none. */
async function breakAtAddress(session: DebugSession, address?: string, more: Partial<D.InstructionBreakpoint> = {}) {
  const breakpoints = address === undefined ? [] : [{ instructionReference: address, ...more }];
  await session.client.request('setInstructionBreakpoints', { breakpoints });
}

describe('a breakpoint that is kept inside a restartable sequence', function () {
  this.timeout(60_000);

  for (const sample of [
    'counter_cs',
    'one_insn_arm',
    'early_exits',
    'retry_line',
    'inner_loop',
    'inlined',
    'own_area',
  ]) {
    it(`costs one attempt for each hit and never the program's progress: ${sample}`, async () => {
      const { session, region } = await keeping(sample, ['20', '--pin']);
      await breakAtAddress(session, region.start);
      let threadId = 1;
      for (let hit = 0; hit < 10; hit++) {
        const stop = await session.continue(threadId);
        assert.deepEqual([stop.reason, stop.hitBreakpointIds], ['instruction breakpoint', [1]]);
        assert.equal(stop.description, 'Paused on instruction breakpoint, inside a restartable sequence');
        assert.match(stop.text ?? '', /this attempt is lost/);
        threadId = stop.threadId ?? 0;
      }
      await breakAtAddress(session);
      const { exitCode, stdout } = await session.finish(threadId);
      const { sum, expected, aborts } = readReport(stdout);
      assert.deepEqual({ exitCode, sum }, { exitCode: 0, sum: expected });
      // In one_insn_arm the count is in a register that the kernel's way to the handler does not keep.
      if (sample !== 'one_insn_arm') assert.equal(aborts, 10);
      const seen = session.runThroughs().filter(({ outcome }) => outcome === 'aborted').length;
      // With the last breakpoint gone nothing stands in the way, and gdb continues as ever.
      assert.equal(seen, 9);
      await session.close();
    });
  }

  for (const sample of ['counter_cs', 'retry_line', 'early_exits', 'other_path']) {
    for (const then of ['next', 'continue'] as const) {
      it(`lets a thread that is stepped from inside get through by ${then}: ${sample}`, async () => {
        const { session, region } = await keeping(sample, ['20', '--pin']);
        await breakAtAddress(session, region.start);
        const hit = await session.continue(1);
        assert.equal(hit.reason, 'instruction breakpoint');
        const threadId = hit.threadId ?? 0;
        assert.equal((await session.step('next', threadId)).reason, 'step');
        const passed = (): number => session.runThroughs().filter(({ outcome }) => outcome !== 'aborted').length;
        for (let steps = 0; then === 'next' && passed() === 0 && steps < 12; steps++) {
          assert.equal((await session.step('next', threadId)).reason, 'step');
          if (sample === 'other_path' && steps === 4) break;
        }
        if (then === 'continue') await session.continue(threadId);
        await breakAtAddress(session);
        const { sum, expected, aborts } = readReport((await session.finish(threadId)).stdout);
        const hits = then === 'continue' ? 2 : 1;
        assert.deepEqual({ sum, aborts }, { sum: expected, aborts: hits });
        await session.close();
      });
    }
  }

  it('never catches the retry of a thread that is stepped out from inside', async () => {
    const { session, region } = await keeping('counter_cs', ['20', '--pin']);
    await breakAtAddress(session, region.start);
    let { threadId = 0 } = await session.continue(1);
    for (let hit = 0; hit < 5; hit++) {
      assert.equal((await session.step('stepOut', threadId)).reason, 'step');
      const stop = await session.continue(threadId);
      assert.equal(stop.reason, 'instruction breakpoint');
      ({ threadId = 0 } = stop);
    }
    await breakAtAddress(session);
    const { sum, expected, aborts } = readReport((await session.finish(threadId)).stdout);
    assert.deepEqual({ sum, aborts }, { sum: expected, aborts: 6 });
    await session.close();
  });

  it('on the arming store costs nothing: the region is not armed yet', async () => {
    const { session, region } = await keeping('counter_asm', ['20', '--pin']);
    const arming = BigInt(region.start ?? 0) - 5n;
    await breakAtAddress(session, `0x${arming.toString(16)}`);
    for (let hit = 0; hit < 10; hit++) assert.equal((await session.continue(1)).reason, 'instruction breakpoint');
    await breakAtAddress(session);
    const { aborts, sum, expected } = readReport((await session.finish(1)).stdout);
    assert.deepEqual({ aborts, sum }, { aborts: 0, sum: expected });
    await session.close();
  });

  it('on the arming store costs nothing when the thread is stepped out from there', async () => {
    const { session, region } = await keeping('counter_cs', ['20', '--pin']);
    const args = { memoryReference: region.start ?? '', instructionOffset: -1, instructionCount: 1 };
    const code = (await session.client.request('disassemble', args))?.instructions;
    await breakAtAddress(session, code?.[0]?.address);
    for (let hit = 0; hit < 5; hit++) {
      const { reason, threadId = 0 } = await session.continue(1);
      assert.equal(reason, 'instruction breakpoint');
      assert.equal((await session.step('stepOut', threadId)).reason, 'step');
      assert.equal((await session.frames(threadId, 1))[0]?.name, 'main');
    }
    await breakAtAddress(session);
    const { aborts, sum, expected } = readReport((await session.finish(1)).stdout);
    assert.deepEqual({ aborts, sum }, { aborts: 0, sum: expected });
    await session.close();
  });

  it('with a condition that is never true lets four threads get through it, each hit at the price of one attempt', async () => {
    const { session, region } = await keeping('threads', ['10', '4', '--pin']);
    await breakAtAddress(session, region.start, { condition: '0' });
    const { exitCode, stdout } = await session.finish(1);
    const { sum, expected, aborts } = readReport(stdout);
    assert.deepEqual({ exitCode, sum }, { exitCode: 0, sum: expected });
    const passes = session.runThroughs().filter(({ outcome }) => outcome === 'committed').length;
    assert.equal(passes, 40);
    // A stop for one thread may find another one inside too: at most one attempt for each thread and stop.
    assert.ok(aborts >= 40 && aborts <= 160, `${aborts} aborts`);
    await session.close();
  });

  it('lets the program be paused though all threads hit it all the time', async () => {
    const { session, region } = await keeping('threads', ['20000000', '4', '--hammer']);
    await breakAtAddress(session, region.start, { condition: '0' });
    for (let round = 0; round < 10; round++) {
      const mark = session.client.mark();
      await session.client.request('continue', { threadId: 1 });
      await session.client.waitFor('rseq', { after: mark });
      await session.client.request('pause', { threadId: 1 });
      assert.equal((await session.client.waitFor('stopped', { after: mark })).reason, 'pause');
    }
    await breakAtAddress(session);
    const { sum, expected } = readReport((await session.finish(1)).stdout);
    assert.equal(sum, expected);
    await session.close();
  });

  it('stops every third time where its hit condition says so', async () => {
    const { session, region } = await keeping('counter_cs', ['12', '--pin']);
    await breakAtAddress(session, region.start, { hitCondition: '%3' });
    for (let hit = 0; hit < 4; hit++) assert.equal((await session.continue(1)).reason, 'instruction breakpoint');
    const { sum, expected, aborts } = readReport((await session.finish(1)).stdout);
    assert.deepEqual({ sum, aborts }, { sum: expected, aborts: 12 });
    await session.close();
  });
});

describe('a watchpoint that the program triggers inside restartable sequences', function () {
  this.timeout(60_000);

  itWithDebugRegisters('costs an attempt for each stop and never the program its progress', async () => {
    const { session } = await keeping('counter_asm', ['10', '--pin']);
    const [frame] = await session.frames(1, 1);
    const context = { context: 'repl', frameId: frame?.id ?? 0 };
    await session.client.request('evaluate', { expression: 'rwatch commits', ...context });
    let stops = 0;
    let end = await session.client.stepAndWait('continue', 1);
    for (; end.kind === 'stopped'; stops++) end = await session.client.stepAndWait('continue', 1);
    assert.ok(stops > 0);
    await session.client.waitFor('terminated');
    const { sum, expected } = readReport(session.client.output('stdout'));
    assert.equal(sum, expected);
    await session.close();
  });

  it('is refused with the reason where gdb would have to single-step', async () => {
    const { session } = await keeping('counter_cs', ['10', '--pin']);
    const [frame] = await session.frames(1, 1);
    const context = { context: 'repl', frameId: frame?.id ?? 0 };
    await session.client.request('evaluate', { expression: 'watch counters', ...context });
    await session.client.waitFor('output', { where: body => body.category === 'important' });
    assert.match(session.client.output('important'), /Watchpoint .* deleted: .*single steps.*4 debug registers/);
    const { sum, expected } = readReport((await session.finish(1)).stdout);
    assert.equal(sum, expected);
    await session.close();
  });
});

describe('the debug console', () => {
  it("takes the buttons' way for next, and refuses what would single-step through regions", async () => {
    const session = await DebugSession.start();
    await session.launch('counter_cs', { args: ['10', '--pin'], stopOnEntry: true });
    await session.run();
    const run = async (expression: string): Promise<unknown> => {
      const [frame] = await session.frames(1, 1);
      return session.client.request('evaluate', { expression, context: 'repl', frameId: frame?.id ?? 0 });
    };
    for (const line of [
      'until',
      'advance main',
      'set displaced-stepping on',
      'record full',
      'run',
      'jump 20',
      'next count',
    ]) {
      await assert.rejects(run(line), new RegExp(`'${line}' is refused`), line);
    }
    await run('alias onward = next');
    for (const line of ['next', 'onward', 'thread apply 1 step']) {
      const mark = session.client.mark();
      await run(line);
      assert.equal((await session.client.waitFor('stopped', { after: mark })).reason, 'step', line);
    }
    const { sum, expected, aborts } = readReport((await session.finish(1)).stdout);
    assert.deepEqual({ sum, aborts }, { sum: expected, aborts: 0 });
    await session.close();
  });

  it('refuses to call a function in a thread that stands inside a region', async () => {
    const { session, region } = await keeping('counter_cs', ['10', '--pin']);
    await breakAtAddress(session, region.start);
    const { threadId = 0 } = await session.continue(1);
    const [frame] = await session.frames(threadId, 1);
    const call = session.client.request('evaluate', {
      expression: 'sample_flag(0, 0, 0)',
      context: 'watch',
      frameId: frame?.id ?? 0,
    });
    await assert.rejects(call, /inside the restartable sequence of counter_inc/);
    await session.close();
  });
});
