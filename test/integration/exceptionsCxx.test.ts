import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { closeLeftSessions, DebugSession, sampleProgram } from '../support/debugSession.js';
import { goOn, infoOf, setFilters, type Told } from '../support/exceptions.js';

afterEach(closeLeftSessions);

/** Every exception that a session stops on, to the program's end. */
async function allStops(session: DebugSession): Promise<Told[]> {
  const told: Told[] = [];
  for (let stop = await session.run(); ;) {
    told.push(await infoOf(session, stop));
    const next = await goOn(session, stop.threadId ?? 0);
    if (next === undefined) return told;
    stop = next;
  }
}

describe('C++ exceptions', function () {
  this.timeout(60_000);

  it('stop where they are thrown, with their types and texts, and nothing of the program is called for that', async () => {
    const session = await DebugSession.start();
    await session.launch('thrown', { args: [] });
    const [answer] = await setFilters(session, 'throw');
    const told = await allStops(session);
    assert.deepEqual(
      told.map(({ stop }) => stop.text),
      [
        'std::runtime_error: plain text',
        'Derived: derived text',
        'Behind: second base',
        'OwnWhat: kept text',
        'std::bad_alloc',
        'int: 42',
        'char const*: a literal',
        'std::string: a string',
        'Plain',
        'std::out_of_range: first',
      ],
    );
    const own = told[3]?.info;
    assert.equal(own?.exceptionId, 'OwnWhat');
    assert.match(own.description ?? '', /text of its std::runtime_error; its own what\(\) may return another one/);
    assert.deepEqual([own.breakMode, own.details?.typeName], ['always', 'OwnWhat']);
    assert.match(own.details?.stackTrace ?? '', /^#0 __cxa_throw at .*\n#1 thrown<OwnWhat> at thrown\.cpp:\d+\n/);
    for (const { stop } of told) {
      assert.deepEqual([stop.description, stop.hitBreakpointIds], ['Paused on throw', [answer?.id]]);
    }
    const changes = session.eventsOf('breakpoint').map(({ breakpoint }) => breakpoint);
    assert.deepEqual(changes, [{ id: answer?.id, verified: true }], 'verified as soon as the runtime is there');
    await session.close();
  });

  it('stop where they are thrown on and where they are caught', async () => {
    const session = await DebugSession.start();
    await session.launch('thrown', { args: [] });
    await setFilters(session, 'rethrow', { filterId: 'catch', condition: 'out_of_range' });
    const told = await allStops(session);
    assert.deepEqual(
      told.map(({ stop, info }) => [stop.description, info.exceptionId]),
      [
        ['Paused on catch', 'std::out_of_range'],
        ['Paused on rethrow', 'std::out_of_range'],
        ['Paused on catch', 'std::out_of_range'],
      ],
    );
    await session.close();
  });

  it('stop by conditions on their types; what is wrong with a condition or a filter is told at once', async () => {
    const session = await DebugSession.start();
    await session.launch('thrown', { args: [] });
    const answers = await setFilters(
      session,
      { filterId: 'throw', condition: '^std::.*_error$' },
      { filterId: 'throw', condition: '^int$' },
      { filterId: 'throw', condition: '[' },
      'nonsense',
    );
    assert.deepEqual(
      answers.map(({ reason }) => reason),
      ['pending', 'pending', 'failed', 'failed'],
    );
    assert.match(answers[2]?.message ?? '', /Unmatched \[/);
    assert.match(answers[3]?.message ?? '', /no exception filter 'nonsense'/);
    const told = await allStops(session);
    assert.deepEqual(
      told.map(({ stop, info }) => [info.exceptionId, stop.hitBreakpointIds]),
      [
        ['std::runtime_error', [answers[0]?.id]],
        ['int', [answers[1]?.id]],
      ],
    );
    await session.close();
  });

  it('begin and cease to stop a program that runs, without a stop of its own', async () => {
    const session = await DebugSession.start();
    await session.launch('thrown', { args: ['100000000'] });
    await session.client.request('configurationDone', {});
    await session.client.waitFor('process');
    const mark = session.client.mark();
    const [answer] = await setFilters(session, { filterId: 'throw', condition: 'Behind' });
    const stop = await session.client.waitFor('stopped', { after: mark });
    assert.deepEqual([stop.text, stop.hitBreakpointIds], ['Behind: second base', [answer?.id]]);
    const on = session.client.mark();
    await session.client.request('continue', { threadId: 1 });
    await setFilters(session);
    // Another exception may have come before the answer; behind it there is none.
    await session.client.request('pause', { threadId: 1 });
    await session.client.waitFor('stopped', { after: on });
    const off = session.client.mark();
    await session.client.request('continue', { threadId: 1 });
    await session.client.request('pause', { threadId: 1 });
    assert.equal((await session.client.waitFor('stopped', { after: off })).reason, 'pause');
    await session.close();
  });

  it('that nobody catches are told with type and text, where the program aborts for them', async () => {
    const session = await DebugSession.start();
    await session.launch('thrown', { args: ['--uncaught'] });
    await setFilters(session, 'SIGABRT');
    const { stop, info } = await infoOf(session, await session.run());
    assert.equal(stop.text, 'Uncaught Derived: derived text');
    assert.deepEqual([info.exceptionId, info.breakMode], ['SIGABRT', 'unhandled']);
    assert.deepEqual(info.details?.innerException, [
      { typeName: 'Derived', fullTypeName: 'Derived', message: 'derived text' },
    ]);
    assert.equal((await session.finish(1)).exitCode, 134);
    await session.close();
  });

  it('of a runtime without SDT probes stop all the same; a condition, which needs them, is refused with the reason', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'rseq-dap-probes-'));
    const [linked, program] = [join(folder, 'linked'), join(folder, 'thrown')];
    const source = join(sampleProgram('thrown'), '..', '..', 'thrown.cpp');
    execFileSync('g++', ['-g', '-static-libstdc++', '-static-libgcc', '-o', linked, source]);
    execFileSync('objcopy', ['--remove-section', '.note.stapsdt', linked, program]);
    const session = await DebugSession.start();
    await session.launch('thrown', { program, args: [] });
    const [plain, conditional] = await setFilters(session, 'throw', { filterId: 'throw', condition: 'int' });
    const { stop } = await infoOf(session, await session.run());
    assert.deepEqual([stop.text, stop.hitBreakpointIds], ['std::runtime_error: plain text', [plain?.id]]);
    const changes = session.eventsOf('breakpoint').map(({ breakpoint }) => breakpoint);
    const refusal = changes.find(({ id }) => id === conditional?.id);
    assert.deepEqual([refusal?.verified, refusal?.reason], [false, 'failed']);
    assert.match(refusal?.message ?? '', /no SDT probes/);
    await session.close();
    rmSync(folder, { recursive: true });
  });

  it('are told as such where a catchpoint of the debug console has caught them', async () => {
    const session = await DebugSession.start();
    await session.launch('thrown', { args: [], setupCommands: ['catch rethrow'] });
    await setFilters(session);
    const { stop, info } = await infoOf(session, await session.run());
    assert.deepEqual([stop.description, info.exceptionId], ['Paused on rethrow', 'std::out_of_range']);
    await session.close();
  });
});
