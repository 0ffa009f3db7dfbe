import assert from 'node:assert/strict';
import type { DebugProtocol as D } from '@vscode/debugprotocol';
import { itWithDebugRegisters } from '../support/debugRegisters.js';
import { closeLeftSessions, DebugSession, FOREVER, lineOf, readReport, sampleSource } from '../support/debugSession.js';

afterEach(closeLeftSessions);

const PLAIN = sampleSource('plain.c');
const THREADS = sampleSource('threads.c');

/** A program that counts milliseconds, has SIGINT blocked and waits for it by sigwait; it runs. */
async function ticking(ticks: number): Promise<DebugSession> {
  const session = await DebugSession.start();
  await session.launch('plain', { args: [`--ticks=${ticks}`] });
  await session.client.request('configurationDone', {});
  await session.client.waitFor('output', { where: ({ output }) => output.includes('ticking') });
  return session;
}

/** Lets the program run to its end after a stop; @returns what it printed */
async function endOf(session: DebugSession): Promise<string> {
  await session.client.request('evaluate', { expression: 'set var ticks = 1000000', context: 'repl' });
  return (await session.finish(1, PLAIN)).stdout;
}

describe('while the program runs, without its noticing', function () {
  this.timeout(60_000);

  itWithDebugRegisters('breakpoints of each kind are set and removed without a stop that is told', async () => {
    const session = await ticking(1_000_000);
    const line = lineOf(PLAIN, 'tick');
    const request = async (command: 'setBreakpoints', args: D.SetBreakpointsArguments): Promise<D.Breakpoint[]> =>
      (await session.client.request(command, args)).breakpoints;
    const source = { path: PLAIN };
    for (const more of [
      { condition: 'ticks < 0' },
      { logMessage: 't{ticks}', hitCondition: '==1' },
      { mode: 'hardware', condition: 'ticks < 0' },
    ]) {
      const [answer] = await request('setBreakpoints', { source, breakpoints: [{ line, ...more }] });
      assert.deepEqual([answer?.verified, answer?.line], [true, line], JSON.stringify(more));
    }
    await request('setBreakpoints', { source, breakpoints: [] });
    await session.client.request('setFunctionBreakpoints', { breakpoints: [{ name: 'list_free' }] });
    await session.client.request('setFunctionBreakpoints', { breakpoints: [] });
    const { dataId } = await session.client.request('dataBreakpointInfo', { name: 'ticks' });
    const watch = { dataId: dataId ?? '', condition: 'ticks < 0' };
    const { breakpoints } = await session.client.request('setDataBreakpoints', { breakpoints: [watch] });
    assert.equal(breakpoints[0]?.verified, true);
    await session.client.request('setDataBreakpoints', { breakpoints: [] });
    assert.deepEqual(session.eventsOf('stopped'), []);
    assert.deepEqual(session.eventsOf('continued'), []);

    await session.client.request('setDataBreakpoints', { breakpoints: [{ dataId: dataId ?? '' }] });
    const hit = await session.client.waitFor('stopped');
    assert.equal(hit.reason, 'data breakpoint');
    await session.client.request('setDataBreakpoints', { breakpoints: [] });
    const printed = await endOf(session);
    assert.doesNotMatch(printed, /the program got signal/);
    assert.match(printed, /ticks=1000000/);
    await session.close();
  });

  it('a breakpoint that was set is hit, and a step that comes before that is answered with an error', async () => {
    const session = await ticking(1_000_000);
    await assert.rejects(session.client.request('next', { threadId: 1 }), /Cannot step: the program is running/);
    const [answer] = await session.breakAt(PLAIN, 'tick');
    const hit = await session.client.waitFor('stopped');
    assert.deepEqual([hit.reason, hit.hitBreakpointIds], ['breakpoint', [answer?.id]]);
    await endOf(session);
    await session.close();
  });

  it('fifty rounds of breakpoints and watchpoints lose no update of four threads in restartable sequences', async () => {
    const session = await DebugSession.start();
    await session.launch('threads', { args: [FOREVER, '4', '--hammer'], stopOnEntry: true });
    await session.run();
    const { dataId } = await session.client.request('dataBreakpointInfo', { name: 'main_done' });
    await session.client.request('continue', { threadId: 1 });
    const line = lineOf(THREADS, 'main-done');
    for (let round = 0; round < 50; round++) {
      const set = round % 2 === 0;
      const { breakpoints } = await session.client.request('setBreakpoints', {
        source: { path: THREADS },
        breakpoints: set ? [{ line }] : [],
      });
      assert.equal(breakpoints.length, set ? 1 : 0);
      if (round % 10 !== 0) continue;
      await session.client.request('setDataBreakpoints', { breakpoints: [{ dataId: dataId ?? '' }] });
      await session.client.request('setDataBreakpoints', { breakpoints: [] });
    }
    assert.deepEqual(session.eventsOf('stopped').slice(1), []);
    const mark = session.client.mark();
    await session.client.request('pause', { threadId: 1 });
    await session.client.waitFor('stopped', { after: mark });
    const { stackFrames } = await session.client.request('stackTrace', { threadId: 1 });
    const frame = stackFrames.find(({ name }) => name === 'main');
    // The main thread may have been paused before or behind the counting of its round: like the others, it tells what it has done.
    for (const [expression, value] of [
      ['iterations', 'i'],
      ['workers[0].iterations', '-1'],
    ] as const) {
      await session.client.request('setExpression', { expression, value, frameId: frame?.id ?? 0 });
    }
    const { exitCode, stdout } = await session.finish(1, THREADS);
    const { sum, expected } = readReport(stdout);
    assert.deepEqual({ exitCode, sum }, { exitCode: 0, sum: expected });
    await session.close();
  });

  it('threads that pass a breakpoint with a false condition all the time are paused each time', async () => {
    const session = await DebugSession.start();
    await session.launch('threads', { args: [FOREVER, '4'], stopOnEntry: true });
    await session.run();
    const line = lineOf(THREADS, 'after-region');
    await session.client.request('setBreakpoints', {
      source: { path: THREADS },
      breakpoints: [{ line, condition: '0' }],
    });
    for (let time = 0; time < 60; time++) {
      await session.client.request('continue', { threadId: 1 });
      // Four threads are there, and gdb holds all others to step one over the breakpoint.
      if (time === 0) while (session.eventsOf('thread').length < 3) await session.client.waitFor('thread');
      const mark = session.client.mark();
      await session.client.request('pause', { threadId: 1 });
      assert.equal((await session.client.waitFor('stopped', { after: mark })).reason, 'pause');
    }
    await session.close();
  });
});
