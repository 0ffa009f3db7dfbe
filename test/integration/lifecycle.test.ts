import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DebugProtocol as D } from '@vscode/debugprotocol';
import {
  closeLeftSessions,
  DebugSession,
  FOREVER,
  lineOf,
  readReport,
  sampleProgram,
  sampleSource,
} from '../support/debugSession.js';
import { exists, reaches, statOf, tracerOf } from '../support/processes.js';

const SOURCE = sampleSource('plain.c');
const children: ChildProcess[] = [];

afterEach(closeLeftSessions);
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

/** The process that the session debugs. */
function debuggee(session: DebugSession): number {
  const [event] = session.eventsOf('process');
  assert.ok(event?.systemProcessId !== undefined);
  return event.systemProcessId;
}

/** The words of all messages from the adapter, in order: `response launch`, `event stopped`. */
function order(session: DebugSession): string[] {
  return session.client.transcript.flatMap(({ direction, message }) => {
    if (direction === 'sent') return [];
    if (message.type === 'event') return [`event ${(message as D.Event).event}`];
    return [`response ${(message as D.Response).command}`];
  });
}

/** A sample that runs outside of any debugger. */
async function started(name: string, ...args: string[]): Promise<ChildProcess & { pid: number }> {
  const child = spawn(sampleProgram(name), args, { stdio: ['pipe', 'pipe', 'inherit'] });
  children.push(child);
  await once(child, 'spawn');
  assert.ok(child.pid !== undefined);
  return child as ChildProcess & { pid: number };
}

describe('a session', () => {
  it('answers and tells in the order that clients rely on', async () => {
    const session = await DebugSession.start();
    await session.launch('plain', { args: [] });
    await session.breakAt(SOURCE, 'main');
    await session.run();
    const seen = order(session).filter(word => !/output|thread|breakpoint|module/.test(word));
    assert.deepEqual(seen, [
      'response initialize',
      'response launch',
      'event initialized',
      'response setBreakpoints',
      'response configurationDone',
      'event process',
      'event stopped',
    ]);
    await session.close();
  });

  it('stops in main where that is asked for, before anything of the program has run', async () => {
    const session = await DebugSession.start();
    await session.launch('plain', { args: [], stopOnEntry: true });
    const { reason, threadId = 0 } = await session.run();
    assert.equal(reason, 'entry');
    assert.equal((await session.frames(threadId))[0]?.name, 'main');
    assert.equal(session.client.output('stdout'), '');
    await session.close();
  });

  it('tells stdout and stderr apart, then the exit code, then its end, once', async () => {
    const session = await DebugSession.start();
    await session.launch('plain', { args: ['--exit=3'] });
    await session.client.request('configurationDone', {});
    await session.client.waitFor('terminated');
    assert.deepEqual(session.eventsOf('exited'), [{ exitCode: 3 }]);
    assert.equal(session.eventsOf('terminated').length, 1);
    const words = order(session);
    assert.ok(words.lastIndexOf('event output') < words.indexOf('event exited'));
    assert.notEqual(session.client.output('stdout'), '');
    assert.notEqual(session.client.output('stderr'), '');
    await session.close();
  });

  it('tells 128 and the signal where one ends the program', async () => {
    const session = await DebugSession.start();
    await session.launch('plain', { args: ['--crash'] });
    const { reason, description, threadId = 0 } = await session.run();
    assert.equal(reason, 'exception');
    assert.match(description ?? '', /SIGSEGV/);
    assert.equal((await session.finish(threadId)).exitCode, 139);
    await session.close();
  });

  it('gives the program its arguments as they are', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'rseq-dap-arguments-'));
    const session = await DebugSession.start();
    const args = ['a b', "it's", '"q"', '$(echo x)', '', 'ü€', '*', ';', '>file', 'back\\slash', 'two\nlines'];
    await session.launch('plain', { program: '/usr/bin/printf', args: ['[%s]', ...args], cwd: folder });
    await session.client.request('configurationDone', {});
    await session.client.waitFor('terminated');
    assert.equal(session.client.output('stdout'), args.map(each => `[${each}]`).join(''));
    await session.close();
    rmSync(folder, { recursive: true });
  });

  it('gives the program the environment that is asked for, and nothing of gdb', async () => {
    const session = await DebugSession.start();
    const env = { RSEQ_DAP_TEST: 'one two', HOME: null };
    await session.launch('plain', { program: '/usr/bin/env', args: [], env });
    await session.client.request('configurationDone', {});
    await session.client.waitFor('terminated');
    const lines = session.client.output('stdout').split('\n');
    assert.ok(lines.includes('RSEQ_DAP_TEST=one two'));
    for (const name of ['HOME', 'LINES', 'COLUMNS', 'LANGUAGE']) {
      const own = process.env[name] === undefined || name === 'HOME';
      if (own) assert.ok(!lines.some(line => line.startsWith(`${name}=`)), name);
    }
    await session.close();
  });

  it('leaves nothing running behind a disconnect', async () => {
    const session = await DebugSession.start();
    await session.launch('plain', { args: [], stopOnEntry: true });
    await session.run();
    const pid = debuggee(session);
    await session.close();
    assert.ok(!exists(pid));
  });

  it('leaves nothing running where the client is gone without a word', async () => {
    const session = await DebugSession.start();
    await session.launch('threads', { args: [FOREVER, '4'] });
    await session.client.request('configurationDone', {});
    await session.client.waitFor('process');
    const pid = debuggee(session);
    const { code } = await session.client.close();
    assert.equal(code, 0);
    assert.ok(!exists(pid));
  });

  it("hears no hangup from its terminal where the adapter is killed: SIGCONT would take back gdb's SIGSTOPs", async () => {
    const session = await DebugSession.start();
    await session.launch('plain', { args: [], stopOnEntry: true });
    await session.run();
    const pid = debuggee(session);
    const gdb = tracerOf(pid);
    process.kill(gdb, 'SIGSTOP');
    process.kill(statOf(gdb)?.parent ?? 0, 'SIGKILL');
    await session.client.close();
    const pending = /^ShdPnd:\s*(\w+)/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1];
    process.kill(gdb, 'SIGCONT');
    assert.equal(pending, '0'.repeat(16));
    while (exists(pid) || exists(gdb)) await new Promise(resolve => setTimeout(resolve, 5));
  });
});

describe('terminate', () => {
  for (const state of ['running', 'stopped'] as const) {
    it(`ends a program that is ${state}, at once, with its end told`, async () => {
      const session = await DebugSession.start();
      await session.launch('threads', { args: [FOREVER, '4'], stopOnEntry: state === 'stopped' });
      if (state === 'stopped') await session.run();
      else await session.client.request('configurationDone', {});
      await session.client.waitFor('process');
      const pid = debuggee(session);
      // Of a program that dies while it starts threads, gdb 16 itself dies now and then (mark_lwp_dead: "Assertion `lp->status == 0'").
      if (state === 'running') await session.client.waitFor('thread', { where: ({ threadId }) => threadId === 4 });
      await session.client.request('terminate', {});
      assert.equal((await session.client.waitFor('exited')).exitCode, 143);
      await session.client.waitFor('terminated');
      assert.ok(!exists(pid));
      await session.close();
    });
  }
});

describe('a launch that cannot work', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rseq-dap-launch-'));
  const text = join(folder, 'text');
  writeFileSync(text, 'no program\n', { mode: 0o755 });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  const cases: readonly (readonly [string, Record<string, unknown>, RegExp])[] = [
    ['names a program that is missing', { program: join(folder, 'missing') }, /missing/],
    ['names a folder as the program', { program: folder }, /rseq-dap-launch/],
    ['names a program that is no ELF file', { program: text }, /text.*ELF/],
    ['names no program', { program: undefined }, /'program' .* must be/],
    ['names a gdb that is missing', { gdb: join(folder, 'gdb') }, /gdb cannot be used.*no such program/],
    ['names a gdb that is none', { gdb: '/bin/true' }, /gdb cannot be used.*\/bin\/true/],
    ['has arguments that are no list', { args: 5 }, /'args' .* must be a list/],
    ['has a setup command that fails', { setupCommands: ['nonsense'] }, /nonsense.*failed/],
    ['has an unknown kind of stepping', { rseq: 'sideways' }, /'rseq' .* must be one of/],
  ];
  for (const [name, more, message] of cases) {
    it(`${name} is answered with the cause, and leaves nothing running`, async () => {
      const session = await DebugSession.start();
      await assert.rejects(session.launch('plain', more), message);
      assert.equal(session.eventsOf('initialized').length, 0);
      await session.close();
    });
  }
});

describe('attach', () => {
  it('to a process that does not exist is answered with the cause', async () => {
    const session = await DebugSession.start();
    const child = await started('plain', '--exit=0');
    await once(child, 'exit');
    await assert.rejects(
      session.client.request('attach', { processId: child.pid }),
      new RegExp(`no process ${child.pid}`),
    );
    await session.close();
  });

  it('debugs a running program and lets it go unharmed', async () => {
    const child = await started('threads', FOREVER, '4');
    const session = await DebugSession.start();
    await session.client.request('attach', { processId: child.pid });
    const source = sampleSource('threads.c');
    await session.breakAt(source, 'step-here');
    const { threadId = 0, reason } = await session.run();
    assert.equal(reason, 'breakpoint');
    await session.breakAt(source);
    for (let step = 0; step < 5; step++) assert.equal((await session.step('next', threadId)).reason, 'step');
    await session.client.request('continue', { threadId });
    await session.close();
    assert.ok(exists(child.pid), 'the program has ended with the session');
    const state = /State:\s+(\S)/.exec(await readStatus(child.pid))?.[1];
    assert.ok(state === 'R' || state === 'S', `state ${state ?? '?'}`);
    assert.match(await readStatus(child.pid), /TracerPid:\s+0/);
  });
});

async function readStatus(pid: number): Promise<string> {
  const { readFile } = await import('node:fs/promises');
  return readFile(`/proc/${pid}/status`, 'utf8');
}

describe('pause', function () {
  this.timeout(60_000);

  it('stops a running program, once each time, and never by chance later', async () => {
    const session = await DebugSession.start({ trace: true });
    await session.launch('threads', { args: [FOREVER, '4'] });
    await session.client.request('configurationDone', {});
    await session.client.waitFor('process');
    for (let round = 0; round < 20; round++) {
      const mark = session.client.mark();
      await session.client.request('pause', { threadId: 1 });
      const { reason, threadId = 0 } = await session.client.waitFor('stopped', { after: mark });
      assert.equal(reason, 'pause');
      await session.client.request('continue', { threadId });
    }
    assert.equal(session.eventsOf('stopped').length, 20);
    await session.client.request('terminate', {});
    assert.equal((await session.client.waitFor('exited')).exitCode, 143);
    await session.close();
  });

  it('of a program that is being killed does not keep its end from being told', async () => {
    for (let round = 0; round < 3; round++) {
      const session = await DebugSession.start();
      await session.launch('threads', { args: [FOREVER, '4'] });
      await session.client.request('configurationDone', {});
      await session.client.waitFor('process');
      const pid = debuggee(session);
      await Promise.all([
        session.client.request('pause', { threadId: 1 }).catch(() => undefined),
        new Promise(resolve => setImmediate(resolve)).then(() => process.kill(pid, 'SIGKILL')),
      ]);
      const stopped = await session.client.waitForStop(0);
      if (stopped.kind === 'stopped') await session.client.request('continue', { threadId: 1 }).catch(() => undefined);
      assert.equal((await session.client.waitFor('exited', { after: 0 })).exitCode, 137);
      await session.close();
    }
  });

  it('and steps are refused, with the reason, where they make no sense', async () => {
    const session = await DebugSession.start();
    await session.launch('threads', { args: [FOREVER, '4'] });
    await session.client.request('configurationDone', {});
    await session.client.waitFor('process');
    await assert.rejects(session.client.request('next', { threadId: 1 }), /program is running/);
    await session.close();
  });
});

describe('a program that is killed while it stands', function () {
  this.timeout(60_000);

  for (const { how, inside } of [
    { how: 'continue', inside: 'move' },
    { how: 'continue', inside: 'keep' },
    { how: 'next', inside: 'move' },
  ] as const) {
    it(`has its end told at the next '${how}' (breakpoints inside: ${inside})`, async () => {
      const session = await DebugSession.start();
      const source = sampleSource('threads.c');
      await session.launch('threads', { args: [FOREVER, '4'], rseq: { breakpointsInside: inside } });
      await session.breakAt(source, 'region');
      const { threadId = 0 } = await session.run();
      const pid = debuggee(session);
      process.kill(pid, 'SIGKILL');
      await reaches(pid, 'Z');
      await session.client.request(how, { threadId }).catch(() => undefined);
      assert.equal((await session.client.waitFor('exited', { after: 0 })).exitCode, 137);
      await session.client.waitFor('terminated', { after: 0 });
      await session.close();
    });
  }
});

describe('a gdb that is killed', () => {
  it('ends the session, and the client is told', async () => {
    const session = await DebugSession.start({ trace: true });
    await session.launch('plain', { args: [], stopOnEntry: true });
    const { threadId = 0 } = await session.run();
    const [frame] = await session.frames(threadId, 1);
    const { result } = await session.client.request('evaluate', {
      expression: 'python import os; print(os.getpid())',
      context: 'repl',
      frameId: frame?.id ?? 0,
    });
    process.kill(Number(result), 'SIGKILL');
    await session.client.waitFor('terminated');
    assert.match(session.client.output('important'), /gdb has ended unexpectedly by SIGKILL/);
    await assert.rejects(session.client.request('next', { threadId }), /ended/);
    await session.close();
  });
});

describe('breakpoints', () => {
  it('stop by condition and by hit count, with their ids told', async () => {
    const session = await DebugSession.start();
    await session.launch('plain', { args: [] });
    const line = lineOf(SOURCE, 'list-loop');
    const { breakpoints } = await session.client.request('setBreakpoints', {
      source: { path: SOURCE },
      breakpoints: [
        { line, hitCondition: '%2' },
        { line: lineOf(SOURCE, 'add'), condition: '0' },
      ],
    });
    assert.deepEqual(
      breakpoints.map(({ id, verified }) => [id, verified]),
      [
        [1, true],
        [2, true],
      ],
    );
    assert.deepEqual((await session.run()).hitBreakpointIds, [1]);
    await session.close();
  });

  it('write log messages instead of stopping, with values of expressions, or why there is none', async () => {
    const session = await DebugSession.start();
    await session.launch('plain', { args: [] });
    await session.client.request('setBreakpoints', {
      source: { path: SOURCE },
      breakpoints: [{ line: lineOf(SOURCE, 'main'), logMessage: 'argc={argc} {{x}} name={argv[0]} bad={nonsense} ü' }],
    });
    await session.client.request('configurationDone', {});
    await session.client.waitFor('terminated');
    assert.equal(session.eventsOf('stopped').length, 0);
    assert.match(session.client.output('console'), /argc=1 \{x\} name=\S*plain bad=<No symbol "nonsense".*> ü\n/);
    await session.close();
  });

  it('in a library that is loaded later are pending, then verified, and stop', async () => {
    const session = await DebugSession.start();
    await session.launch('dlopen_lib', { args: ['10', '--pin'] });
    const [breakpoint] = await session.breakAt(sampleSource('libpercpu.c'), 'cs-before-region');
    assert.equal(breakpoint?.verified, false);
    assert.deepEqual((await session.run()).hitBreakpointIds, [breakpoint.id]);
    const changed = session.eventsOf('breakpoint').find(({ reason }) => reason === 'changed');
    assert.equal(changed?.breakpoint.verified, true);
    await session.close();
  });

  it('at addresses of a library stop while it is there, and keep nothing from going on when it is gone', async () => {
    const source = sampleSource('dlopen_lib.c');
    const session = await DebugSession.start();
    await session.launch('dlopen_lib', { args: ['2', '--pin'] });
    await session.breakAt(source, 'step-here');
    await session.run();
    const { regions } = await session.client.request('rseq/regions', {});
    const [inside, outside] = regions;
    const breakpoints = [inside?.start ?? '', outside?.preludes[0] ?? ''].map(instructionReference => ({
      instructionReference,
    }));
    const { breakpoints: set } = await session.client.request('setInstructionBreakpoints', { breakpoints });
    assert.deepEqual(
      set.map(({ verified }) => verified),
      [true, true],
    );
    await session.breakAt(source);
    for (const hit of [0, 1, 0, 1]) assert.deepEqual((await session.continue(1)).hitBreakpointIds, [set[hit]?.id]);
    const { exitCode, stdout } = await session.finish(1, source);
    const { sum, expected } = readReport(stdout);
    assert.deepEqual({ exitCode, sum }, { exitCode: 0, sum: expected });
    for (const { id } of set) {
      const told = session.eventsOf('breakpoint').filter(({ breakpoint }) => breakpoint.id === id);
      assert.match(told.at(-1)?.breakpoint.message ?? '', /^It is set when code is loaded there/);
    }
    await session.close();
  });

  it('inside a region move in front of it, say so, and stop there without harm', async () => {
    const session = await DebugSession.start();
    await session.launch('counter_asm', { args: ['10', '--pin'] });
    const source = sampleSource('counter_asm.S');
    const [breakpoint] = await session.breakAt(source, 'region-commit');
    assert.equal(breakpoint?.verified, true);
    assert.equal(breakpoint.line, lineOf(source, 'prelude'));
    assert.match(breakpoint.message ?? '', /Moved to line \d+, before the restartable sequence of counter_inc/);
    let { threadId = 0 } = await session.run();
    for (let hit = 1; hit < 10; hit++) {
      const stop = await session.continue(threadId);
      assert.deepEqual(stop.hitBreakpointIds, [breakpoint.id]);
      ({ threadId = 0 } = stop);
    }
    const { stdout } = await session.finish(threadId, source);
    assert.match(stdout, /sum=10 expected=10 aborts=0/);
    await session.close();
  });

  it('set and removed while the program runs take effect without a stop', async () => {
    const session = await DebugSession.start();
    await session.launch('threads', { args: [FOREVER, '4'] });
    await session.client.request('configurationDone', {});
    await session.client.waitFor('process');
    const source = sampleSource('threads.c');
    const mark = session.client.mark();
    const [breakpoint] = await session.breakAt(source, 'step-here');
    assert.equal(breakpoint?.verified, true);
    const { reason, threadId = 0 } = await session.client.waitFor('stopped', { after: mark });
    assert.equal(reason, 'breakpoint');
    await session.client.request('continue', { threadId });
    await session.breakAt(source);
    await session.close();
  });

  it('that gdb cannot set say why', async () => {
    const session = await DebugSession.start();
    await session.launch('plain', { args: [] });
    const { breakpoints } = await session.client.request('setBreakpoints', {
      source: { path: SOURCE },
      breakpoints: [
        { line: lineOf(SOURCE, 'main'), condition: 'no_such_variable > 1' },
        { line: lineOf(SOURCE, 'main'), hitCondition: 'often' },
      ],
    });
    assert.deepEqual(
      breakpoints.map(({ verified }) => verified),
      [false, false],
    );
    assert.match(breakpoints[0]?.message ?? '', /no_such_variable/);
    assert.match(breakpoints[1]?.message ?? '', /hit condition 'often'/);
    await session.close();
  });
});
