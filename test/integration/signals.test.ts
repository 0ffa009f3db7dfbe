import assert from 'node:assert/strict';
import type { DebugProtocol as D } from '@vscode/debugprotocol';
import { closeLeftSessions, DebugSession } from '../support/debugSession.js';
import { infoOf, setFilters } from '../support/exceptions.js';

afterEach(closeLeftSessions);

const ALL = ['SIGSEGV', 'SIGBUS', 'SIGFPE', 'SIGABRT', 'SIGUSR1', 'SIGUSR2', 'SIGINT', 'SIGTERM', 'SIGPIPE', 'SIGCHLD'];

/** The process that the session debugs, once it waits for signals. */
async function waiting(session: DebugSession): Promise<number> {
  await session.client.request('configurationDone', {});
  await session.client.waitFor('output', { where: ({ output }) => output.includes('waiting') });
  return session.eventsOf('process')[0]?.systemProcessId ?? 0;
}

async function evaluate(session: DebugSession, expression: string): Promise<string> {
  return (await session.client.request('evaluate', { expression, context: 'repl' })).result;
}

describe('the filters for signals', function () {
  this.timeout(60_000);

  it("have the defaults of gdb, and are told by 'initialize'", async () => {
    const session = await DebugSession.start();
    const body = await session.client.request('initialize', { adapterID: 'test' });
    assert.equal(body?.supportsExceptionFilterOptions, true);
    assert.equal(body.supportsExceptionInfoRequest, true);
    const filters = (body.exceptionBreakpointFilters ?? []).filter(({ filter }) => filter.startsWith('SIG'));
    await session.launch('signalled', { args: ['--wait'] });
    for (const { filter, default: isOn } of filters) {
      const stops = /^\S+\s+(Yes|No)/m.exec((await evaluate(session, `info signals ${filter}`)).split('\n')[1] ?? '');
      assert.equal(stops?.[1] === 'Yes', isOn === true, filter);
    }
    assert.ok(filters.length >= 12);
    await session.close();
  });

  const cases: readonly (readonly [option: string, signal: string, text: RegExp, description: RegExp])[] = [
    ['--null', 'SIGSEGV', /Null pointer/, /At 0x10: no memory is mapped there \(SEGV_MAPERR\)/],
    ['--wild', 'SIGSEGV', /Segmentation fault/, /not canonical/],
    ['--stack', 'SIGSEGV', /Stack overflow\?/, /the stack may have run out/],
    ['--divide', 'SIGFPE', /Arithmetic exception/, /an integer division by zero \(FPE_INTDIV\)/],
    ['--bus', 'SIGBUS', /Bus error/, /behind the end of a mapped file \(BUS_ADRERR\)/],
    ['--assert', 'SIGABRT', /signalled\.c:\d+: act: Assertion `zero == 1' failed\./, /It said: .*Assertion/],
    ['--heap', 'SIGABRT', /free\(\): invalid pointer/, /It said: free\(\): invalid pointer\. The program gets it/],
    ['--raise', 'SIGUSR2', /User defined signal 2/, /The program has sent it to itself\. The program gets it/],
    ['--child', 'SIGCHLD', /Child status changed/, /Process \d+ exited with code 3\./],
    ['--pipe', 'SIGPIPE', /Broken pipe/, /The program gets it when it goes on\./],
  ];
  for (const [option, signal, text, description] of cases) {
    it(`stop and explain ${signal}: ${option}`, async () => {
      const session = await DebugSession.start();
      await session.launch('signalled', { args: [option] });
      const answers = await setFilters(session, ...ALL);
      assert.ok(answers.every(({ verified }) => verified));
      const { stop, info } = await infoOf(session, await session.run());
      assert.equal(stop.description, `Paused on ${signal}`);
      assert.deepEqual(stop.hitBreakpointIds, [answers[ALL.indexOf(signal)]?.id]);
      assert.match(stop.text ?? '', text);
      assert.equal(info.exceptionId, signal);
      assert.match(info.description ?? '', description);
      assert.match(info.details?.stackTrace ?? '', /#\d+ main at signalled\.c:\d+$|recurse/);
      await session.close();
    });
  }

  it('name who has sent a signal, and give the program those that they do not stop at', async () => {
    const session = await DebugSession.start();
    await session.launch('signalled', { args: ['--wait'] });
    await setFilters(session, 'SIGUSR1');
    const pid = await waiting(session);
    const mark = session.client.mark();
    process.kill(pid, 'SIGINT');
    process.kill(pid, 'SIGUSR1');
    const stop = await session.client.waitFor('stopped', { after: mark });
    const { info } = await infoOf(session, stop);
    assert.match(info.description ?? '', new RegExp(`Process ${process.pid} \\(\\S+\\) has sent it\\.`));
    await session.client.request('continue', { threadId: 1 });
    process.kill(pid, 'SIGTERM');
    await session.client.waitFor('terminated');
    assert.match(session.client.output('stdout'), /usr1=1 int=1 term=1/);
    assert.deepEqual(session.eventsOf('exited'), [{ exitCode: 0 }]);
    await session.close();
  });

  it('are switched while the program runs, without a stop', async () => {
    const session = await DebugSession.start();
    await session.launch('signalled', { args: ['--wait'] });
    await setFilters(session, 'SIGUSR1', 'SIGTERM');
    const pid = await waiting(session);
    await setFilters(session, 'SIGTERM');
    process.kill(pid, 'SIGUSR1');
    process.kill(pid, 'SIGTERM');
    const { description } = await session.client.waitFor('stopped');
    assert.equal(description, 'Paused on SIGTERM');
    assert.equal(session.eventsOf('stopped').length, 1);
    await session.client.request('continue', { threadId: 1 });
    await session.client.waitFor('terminated');
    assert.match(session.client.output('stdout'), /usr1=1 int=0 term=1/);
    await session.close();
  });

  it('begin as the configuration says, and a client is told these defaults', async () => {
    const session = await DebugSession.start();
    const signals = { SIGUSR1: { stop: false }, SIGINT: { stop: true, pass: true } };
    await session.launch('signalled', { args: ['--wait'], signals });
    const { capabilities } = await session.client.waitFor('capabilities');
    const filters = capabilities.exceptionBreakpointFilters ?? [];
    const defaults = new Map(filters.map(each => [each.filter, each.default]));
    assert.deepEqual([defaults.get('SIGUSR1'), defaults.get('SIGINT'), defaults.get('SIGTERM')], [false, true, true]);
    const [usr1] = await setFilters(session, 'SIGUSR1', 'SIGINT');
    assert.match(usr1?.message ?? '', /configuration's "signals" says not to stop at SIGUSR1/);
    const pid = await waiting(session);
    process.kill(pid, 'SIGUSR1');
    process.kill(pid, 'SIGINT');
    const { info } = await infoOf(session, await session.client.waitFor('stopped'));
    assert.equal(info.exceptionId, 'SIGINT');
    assert.match(info.description ?? '', /The program gets it when it goes on\./);
    await session.client.request('continue', { threadId: 1 });
    process.kill(pid, 'SIGTERM');
    await session.client.waitFor('terminated');
    assert.match(session.client.output('stdout'), /usr1=1 int=1 term=1/);
    await session.close();
  });

  it('of the C library’s own are left alone, also where gdb knows nothing of its threads', async () => {
    const session = await DebugSession.start();
    // The program cancels a thread, for which the library sends SIG32.
    await session.launch('plain', { args: ['--ticks=5'], setupCommands: ['set libthread-db-search-path /nowhere'] });
    const mark = session.client.mark();
    await session.client.request('configurationDone', {});
    const end = await session.client.waitForStop(mark);
    assert.deepEqual([end.kind, session.client.output('stdout').includes('ticks=5')], ['exited', true]);
    await session.close();
  });

  it('leave the signal alone that the adapter pauses by', async () => {
    const session = await DebugSession.start();
    await assert.rejects(
      session.launch('signalled', { args: ['--wait'], signals: { SIGSTOP: { stop: false } } }),
      /'signals\.SIGSTOP'.*the debugger needs it/,
    );
    await session.close();
    const other = await DebugSession.start();
    await other.launch('signalled', { args: ['--wait'] });
    await setFilters(other);
    await waiting(other);
    const mark = other.client.mark();
    await other.client.request('pause', { threadId: 1 });
    const stop = await other.client.waitFor('stopped', { after: mark });
    assert.equal(stop.reason, 'pause');
    await assert.rejects(
      other.client.request('exceptionInfo', { threadId: 1 }),
      /Thread 1 has not stopped on an exception/,
    );
    await other.close();
  });
});

describe('a descriptor that the kernel refuses', function () {
  this.timeout(60_000);

  const cases: readonly (readonly [option: string, fault: RegExp])[] = [
    ['--signature', /the 4 bytes before its abort_ip 0x[0-9a-f]+ are 0x530533d and not the signature 0x53053053/],
    ['--abort-inside', /its abort_ip 0x[0-9a-f]+ lies inside the sequence itself/],
    ['--version', /its version is 1 and must be 0/],
    ['--flags', /its flags are 0x1 and must be 0/],
    ['--overflow', /its post_commit_offset 0xffffffffffffffff wraps round/],
    ['--address', /rseq_cs points to 0x20, where there is no memory/],
  ];
  for (const [option, fault] of cases) {
    it(`is why the program gets SIGSEGV, which is explained: ${option}`, async () => {
      const session = await DebugSession.start();
      await session.launch('bad_descriptor', { args: [option] });
      await setFilters(session, 'SIGSEGV');
      const { stop, info } = await infoOf(session, await session.run());
      assert.equal(stop.text, 'The kernel refuses the restartable sequence descriptor');
      assert.match(info.description ?? '', fault);
      assert.equal((await session.finish(1)).exitCode, 139);
      await session.close();
    });
  }

  it('is not blamed for other faults of a program with restartable sequences', async () => {
    const session = await DebugSession.start();
    await session.launch('bad_descriptor', { args: [] });
    await setFilters(session, 'SIGSEGV');
    await session.client.request('configurationDone', {});
    await session.client.waitFor('terminated');
    assert.deepEqual(session.eventsOf('exited'), [{ exitCode: 0 }]);
    await session.close();
  });
});

describe('catchpoints of the debug console', function () {
  this.timeout(60_000);

  const cases: readonly (readonly [command: string, option: string, stop: Partial<D.StoppedEvent['body']>])[] = [
    ['catch fork', '--child', { description: 'Paused on fork of process N', text: 'Catchpoint 1: fork of process N' }],
    [
      'tcatch syscall write',
      '--pipe',
      { description: 'Paused on the call of write', text: 'Temporary catchpoint 1: the call of write' },
    ],
    [
      'catch signal SIGUSR2',
      '--raise',
      { description: 'Paused on signal SIGUSR2', text: 'Catchpoint 1: signal SIGUSR2' },
    ],
    ['catch load', '--child', { description: 'Paused on load of a library', text: 'Catchpoint 1: load of a library' }],
  ];
  for (const [command, option, wanted] of cases) {
    it(`stop with what they have caught: ${command}`, async () => {
      const session = await DebugSession.start();
      await session.launch('signalled', { args: [option], initCommands: [command] });
      await setFilters(session);
      const { reason, description = '', text = '' } = await session.run();
      const plain = (words: string): string => words.replace(/process \d+/, 'process N');
      assert.deepEqual(
        { reason, description: plain(description), text: plain(text) },
        { reason: 'breakpoint', ...wanted },
      );
      await session.close();
    });
  }
});
