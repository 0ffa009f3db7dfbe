import assert from 'node:assert/strict';
import { itWithDebugRegisters } from '../support/debugRegisters.js';
import { closeLeftSessions, DebugSession, sampleSource } from '../support/debugSession.js';

const PLAIN = sampleSource('plain.c');

/** A session that stands in `main`. */
async function stoppedInMain(): Promise<DebugSession> {
  const session = await DebugSession.start();
  await session.launch('plain', { args: [], stopOnEntry: true });
  assert.equal((await session.run()).reason, 'entry');
  return session;
}

describe('the reason of a stop', function () {
  this.timeout(30_000);
  afterEach(closeLeftSessions);

  it('is the kind of the breakpoint that was hit, with its id', async () => {
    const session = await stoppedInMain();
    const [line] = await session.breakAt(PLAIN, 'list-prepend');
    const { breakpoints: functions } = await session.client.request('setFunctionBreakpoints', {
      breakpoints: [{ name: 'factorial' }],
    });
    const told = async (): Promise<unknown> => {
      const { reason, hitBreakpointIds } = await session.continue(1);
      return [reason, hitBreakpointIds];
    };
    assert.deepEqual(await told(), ['breakpoint', [line?.id]]);
    await session.breakAt(PLAIN);
    assert.deepEqual(await told(), ['function breakpoint', [functions[0]?.id]]);
    const [frame] = await session.frames(1, 1);
    const { breakpoints } = await session.client.request('setInstructionBreakpoints', {
      breakpoints: [{ instructionReference: frame?.instructionPointerReference ?? '' }],
    });
    await session.client.request('setFunctionBreakpoints', { breakpoints: [] });
    assert.deepEqual(await told(), ['instruction breakpoint', [breakpoints[0]?.id]]);
    await session.close();
  });

  it('is a plain breakpoint where several kinds were hit at once, each with its id', async () => {
    const session = await stoppedInMain();
    const { breakpoints: functions } = await session.client.request('setFunctionBreakpoints', {
      breakpoints: [{ name: 'factorial' }],
    });
    const source = { path: PLAIN };
    const breakpoints = [{ line: functions[0]?.line ?? 0 }];
    const { breakpoints: lines } = await session.client.request('setBreakpoints', { source, breakpoints });
    const { reason, hitBreakpointIds = [] } = await session.continue(1);
    const ids = [functions[0]?.id, lines[0]?.id].map(Number);
    assert.deepEqual([reason, [...hitBreakpointIds].sort()], ['breakpoint', ids.sort()]);
    await session.close();
  });

  itWithDebugRegisters('is a data breakpoint where one was triggered', async () => {
    const session = await stoppedInMain();
    const { dataId } = await session.client.request('dataBreakpointInfo', { name: 'global_counter' });
    const { breakpoints } = await session.client.request('setDataBreakpoints', {
      breakpoints: [{ dataId: dataId ?? '', accessType: 'write' }],
    });
    const { reason, hitBreakpointIds } = await session.continue(1);
    assert.deepEqual([reason, hitBreakpointIds], ['data breakpoint', [breakpoints[0]?.id]]);
    await session.close();
  });
});
