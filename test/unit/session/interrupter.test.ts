import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { MiError } from '../../../src/mi/client.js';
import type { StoppedEvent } from '../../../src/mi/events.js';
import { Interrupter } from '../../../src/session/interrupter.js';
import type { Gdb } from '../../../src/session/ports.js';

const GDB_PID = 4242;
const STOP: StoppedEvent = { kind: 'stopped', reasons: [], stoppedThreads: 'all', watches: [], signalName: 'SIGSTOP' };

describe('an interrupt', () => {
  let target: ChildProcess;
  let sender: number | undefined;
  let interrupter: Interrupter;

  before(async () => {
    target = spawn('sleep', ['60'], { stdio: 'ignore' });
    await once(target, 'spawn');
  });

  after(() => {
    target.kill('SIGKILL');
  });

  beforeEach(() => {
    const gdb: Gdb = {
      send: command =>
        sender === undefined
          ? Promise.reject(new MiError('Unable to read siginfo', command))
          : Promise.resolve({ resultClass: 'done', results: { value: String(sender) }, console: '', log: '' }),
    };
    interrupter = new Interrupter(gdb, { processId: () => target.pid, gdbPid: () => GDB_PID, isRemote: () => false });
  });

  it('of ours is told by the process that sent it', async () => {
    sender = process.pid;
    interrupter.request('pause');
    assert.equal(await interrupter.recognise({ ...STOP }), 'pause');
    sender = 1;
    assert.equal(await interrupter.recognise({ ...STOP }), undefined);
  });

  it('of ours that gdb took for one of its own is told by what it reports then', async () => {
    sender = GDB_PID;
    interrupter.request('silent');
    assert.equal(await interrupter.recognise({ ...STOP }), 'silent');
  });

  it('whose process is being killed counts as ours where one is under way', async () => {
    sender = undefined;
    assert.equal(await interrupter.recognise({ ...STOP }), undefined);
    interrupter.request('pause');
    interrupter.makeStale();
    assert.equal(await interrupter.recognise({ ...STOP }), 'stale');
  });

  it('that is a pause may be answered by another stop; what is under way then is stale', async () => {
    sender = process.pid;
    const stop = { ...STOP };
    interrupter.request('step');
    assert.equal(interrupter.takeForPause(stop), false);
    interrupter.request('pause');
    assert.equal(interrupter.takeForPause(stop), true);
    assert.ok(interrupter.wasPause(stop));
    interrupter.makeStale();
    assert.equal(await interrupter.recognise({ ...STOP }), 'stale');
  });

  it('answers several that have merged, by the most important one', async () => {
    sender = process.pid;
    interrupter.request('step');
    interrupter.request('pause');
    interrupter.request('silent');
    assert.equal(await interrupter.recognise({ ...STOP }), 'pause');
    assert.equal(await interrupter.recognise({ ...STOP }), 'stale');
  });
});
