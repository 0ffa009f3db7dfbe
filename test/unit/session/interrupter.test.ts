import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { dataEvaluateExpression } from '../../../src/mi/commandsInspection.js';
import { MiError } from '../../../src/mi/client.js';
import type { StoppedEvent } from '../../../src/mi/events.js';
import { Interrupter, type InterrupterPorts } from '../../../src/session/interrupter.js';
import type { Gdb } from '../../../src/session/ports.js';
import { FakeGdb } from '../../support/fakeGdb.js';
import { reaches, statOf } from '../../support/processes.js';

const GDB_PID = 4242;
const STOP: StoppedEvent = { kind: 'stopped', reasons: [], stoppedThreads: 'all', watches: [], signalName: 'SIGSTOP' };

describe('an interrupt', () => {
  let target: ChildProcess;
  let sender: number | undefined;
  let interrupter: Interrupter;
  let told: string[];

  before(async () => {
    target = spawn('sleep', ['60'], { stdio: 'ignore' });
    await once(target, 'spawn');
  });

  after(() => {
    target.kill('SIGKILL');
  });

  const gdb: Gdb = {
    send: command =>
      sender === undefined
        ? Promise.reject(new MiError('Unable to read siginfo', command))
        : Promise.resolve({ resultClass: 'done', results: { value: String(sender) }, console: '', log: '' }),
  };
  const ports = (): InterrupterPorts => ({
    processId: () => target.pid,
    gdbPid: () => GDB_PID,
    isRemote: () => false,
    tell: (_category, text) => told.push(text),
  });

  beforeEach(() => {
    told = [];
    interrupter = new Interrupter(gdb, ports());
  });

  afterEach(() => {
    interrupter.reset();
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

  it('is sent again until its stop is seen, and not behind it', async () => {
    sender = process.pid;
    const often = new Interrupter(gdb, ports(), 5);
    often.request('pause');
    for (let time = 0; time < 3; time++) {
      await reaches(target.pid ?? 0, 'T');
      target.kill('SIGCONT');
    }
    assert.equal(await often.recognise({ ...STOP }), 'pause');
    target.kill('SIGCONT');
    await reaches(target.pid ?? 0, 'S');
    await new Promise(resolve => setTimeout(resolve, 30));
    assert.equal(statOf(target.pid ?? 0)?.state, 'S');
    assert.equal(await often.recognise({ ...STOP }), 'stale');
    assert.ok(!often.giveUp());
  });

  it('is waited for, whatever stops the process, as long as no gdb holds it', async () => {
    const often = new Interrupter(gdb, ports(), 2);
    often.request('pause');
    await reaches(target.pid ?? 0, 'T');
    await new Promise(resolve => setTimeout(resolve, 60));
    often.reset();
    target.kill('SIGCONT');
    assert.deepEqual(told, []);
  });

  it('that is given up is not sent again; whether one may still come is told', async () => {
    sender = process.pid;
    const often = new Interrupter(gdb, ports(), 5);
    assert.ok(!often.giveUp());
    often.request('pause');
    assert.ok(often.giveUp());
    await reaches(target.pid ?? 0, 'T');
    target.kill('SIGCONT');
    await reaches(target.pid ?? 0, 'S');
    await new Promise(resolve => setTimeout(resolve, 30));
    assert.equal(statOf(target.pid ?? 0)?.state, 'S');
    often.request('pause');
    await reaches(target.pid ?? 0, 'T');
    target.kill('SIGCONT');
    await reaches(target.pid ?? 0, 'T');
    await often.recognise({ ...STOP });
    assert.ok(often.giveUp(), 'one that was sent twice may come twice');
    target.kill('SIGCONT');
  });

  it('that is overtaken by another stop breaks off no call of a function', async () => {
    const fake = new FakeGdb();
    interrupter = new Interrupter(fake.client, ports());
    assert.equal(await interrupter.undisturbed(() => Promise.resolve('nothing is under way')), 'nothing is under way');
    interrupter.request('pause');
    interrupter.makeStale();
    fake.expect('-interpreter-exec console "handle SIGSTOP nostop noprint nopass"', 'TOKEN^done');
    fake.expect(/^-data-evaluate-expression/, 'TOKEN^error,msg="it crashed"');
    fake.expect('-interpreter-exec console "handle SIGSTOP stop print nopass"', 'TOKEN^done');
    const call = interrupter.undisturbed(() => fake.client.send(dataEvaluateExpression('f()')));
    await assert.rejects(call, /it crashed/);
    fake.verify();
    target.kill('SIGCONT');
  });

  it('may come twice where two were sent, until it does', async () => {
    sender = process.pid;
    interrupter.request('pause');
    interrupter.makeStale();
    interrupter.request('pause');
    assert.equal(await interrupter.recognise({ ...STOP }), 'pause');
    const asked: string[] = [];
    const sent = new Interrupter({ send: command => (asked.push(String(command)), gdb.send(command)) }, ports());
    sent.request('pause');
    sent.request('step');
    await sent.recognise({ ...STOP });
    await sent.undisturbed(() => Promise.resolve());
    assert.equal(asked.filter(command => command.includes('nostop')).length, 1);
    await sent.recognise({ ...STOP });
    await sent.undisturbed(() => Promise.resolve());
    assert.equal(asked.filter(command => command.includes('nostop')).length, 1);
    assert.ok(interrupter.giveUp());
    target.kill('SIGCONT');
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
