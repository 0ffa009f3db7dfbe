import assert from 'node:assert/strict';
import { Interrupter } from '../../src/session/interrupter.js';
import { closeLeftSessions, DebugSession } from '../support/debugSession.js';
import { FakeGdb } from '../support/fakeGdb.js';
import { tracerOf } from '../support/processes.js';

const OFTEN_MS = 5;

afterEach(closeLeftSessions);

describe('a pause whose stop does not come', function () {
  this.timeout(60_000);
  let target: number;
  let told: string[];
  let interrupter: Interrupter;

  /** An interrupter of ours beside that of a session, whose gdb holds the program at its entry. */
  async function pausedBeside(): Promise<DebugSession> {
    const session = await DebugSession.start();
    await session.launch('counter_cs', { args: ['1000000000'], stopOnEntry: true });
    await session.run();
    target = (await session.client.waitFor('process', { after: 0 })).systemProcessId ?? 0;
    const gdb = tracerOf(target);
    told = [];
    const ports = {
      processId: () => target,
      gdbPid: () => gdb,
      isRemote: () => false,
      tell: (_category: string, text: string) => told.push(text),
    };
    interrupter = new Interrupter(new FakeGdb().client, ports, OFTEN_MS);
    return session;
  }

  /** Until the interrupter has looked so many times. */
  const looks = (count: number): Promise<void> => new Promise(resolve => setTimeout(resolve, count * OFTEN_MS));

  afterEach(() => {
    interrupter.reset();
  });

  it('is explained, once, where gdb does nothing and holds every thread', async () => {
    const session = await pausedBeside();
    interrupter.request('pause');
    while (told.length === 0) await looks(1);
    await looks(20);
    assert.equal(told.length, 1);
    assert.match(told[0] ?? '', /says that the program runs and holds every thread/);
    await session.close();
  });
});
