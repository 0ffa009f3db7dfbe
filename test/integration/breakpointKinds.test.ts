import assert from 'node:assert/strict';
import type { DebugProtocol as D } from '@vscode/debugprotocol';
import { itWithDebugRegisters } from '../support/debugRegisters.js';
import { closeLeftSessions, DebugSession, lineOf, sampleSource } from '../support/debugSession.js';

afterEach(closeLeftSessions);

const PLAIN = sampleSource('plain.c');

async function stoppedInMain(args: readonly string[] = []): Promise<DebugSession> {
  const session = await DebugSession.start();
  await session.launch('plain', { args, stopOnEntry: true });
  await session.run();
  return session;
}

describe('the lines that can have a breakpoint', function () {
  this.timeout(30_000);

  it('are those that have code, of a line and of a range, also while the program runs', async () => {
    const session = await stoppedInMain(['--ticks=1000000']);
    const [line, sum] = [lineOf(PLAIN, 'list-loop'), lineOf(PLAIN, 'list-sum')];
    const lines = async (from: number, endLine?: number): Promise<number[]> => {
      const args = { source: { path: PLAIN }, line: from, ...(endLine === undefined ? {} : { endLine }) };
      const { breakpoints } = await session.client.request('breakpointLocations', args);
      return breakpoints.map(each => each.line);
    };
    assert.deepEqual(await lines(line), [line]);
    assert.deepEqual(await lines(line - 1, sum + 1), [line - 1, line, sum, sum + 1]);
    assert.deepEqual(await lines(1, 12), []);
    await session.client.request('continue', { threadId: 1 });
    assert.deepEqual(await lines(line), [line]);
    const other = await session.client.request('breakpointLocations', { source: { path: '/no/such.c' }, line: 1 });
    assert.deepEqual(other.breakpoints, []);
    await session.close();
  });
});

describe('a hardware breakpoint', function () {
  this.timeout(30_000);

  itWithDebugRegisters('is set in a debug register, and refused at once where none is left', async () => {
    const session = await stoppedInMain();
    const markers = ['fill', 'area', 'list-prepend', 'list-loop', 'add'];
    const breakpoints = markers.map(marker => ({ line: lineOf(PLAIN, marker), mode: 'hardware' }));
    const set = async (wanted: D.SourceBreakpoint[]): Promise<D.Breakpoint[]> =>
      (await session.client.request('setBreakpoints', { source: { path: PLAIN }, breakpoints: wanted })).breakpoints;
    const answers = await set(breakpoints);
    assert.deepEqual(
      answers.map(({ verified }) => verified),
      [true, true, true, true, false],
    );
    assert.match(answers[4]?.message ?? '', /4 debug registers.*All are in use/);
    const { result } = await session.client.request('evaluate', { expression: 'info breakpoints', context: 'repl' });
    assert.equal(result.match(/hw breakpoint/g)?.length, 4);
    for (const answer of answers.slice(0, 3)) {
      assert.deepEqual((await session.continue(1)).hitBreakpointIds, [answer.id]);
    }
    await assert.rejects(set([{ line: 1, mode: 'magic' }]), /no breakpoint mode/);
    await session.close();
  });

  itWithDebugRegisters('that is asked for before the program is loaded is set then', async () => {
    const session = await DebugSession.start();
    await session.launch('plain', { args: [] });
    const breakpoints = [{ line: lineOf(PLAIN, 'list-sum'), mode: 'hardware' }];
    await session.client.request('setBreakpoints', { source: { path: PLAIN }, breakpoints });
    assert.equal((await session.run()).reason, 'breakpoint');
    const { result } = await session.client.request('evaluate', { expression: 'info breakpoints', context: 'repl' });
    assert.match(result, /hw breakpoint/);
    await session.close();
  });
});

describe('conditions and hit conditions', function () {
  this.timeout(30_000);

  it('hold for function and instruction breakpoints, too', async () => {
    const session = await stoppedInMain();
    await session.client.request('setFunctionBreakpoints', {
      breakpoints: [{ name: 'factorial', condition: 'n < 4', hitCondition: '>=2' }],
    });
    const valueOf = async (expression: string): Promise<string> => {
      const [frame] = await session.frames(1, 1);
      return (await session.client.request('evaluate', { expression, frameId: frame?.id ?? 0 })).result;
    };
    await session.continue(1);
    assert.equal(await valueOf('n'), '2');
    await session.client.request('setFunctionBreakpoints', { breakpoints: [] });
    const [frame] = await session.frames(1, 1);
    const [target] = await session.breakAt(PLAIN, 'recursion-return');
    assert.notEqual(target?.instructionReference, undefined);
    await session.breakAt(PLAIN);
    assert.ok(frame !== undefined);
    await session.client.request('setInstructionBreakpoints', {
      breakpoints: [{ instructionReference: target?.instructionReference ?? '', hitCondition: '%3' }],
    });
    await session.continue(1);
    assert.equal(await valueOf('n'), '4');
    await session.close();
  });
});
