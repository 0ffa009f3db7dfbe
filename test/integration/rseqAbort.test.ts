import assert from 'node:assert/strict';
import { closeLeftSessions, DebugSession, FOREVER, readReport, sampleSource } from '../support/debugSession.js';
import { goOn, infoOf, setFilters } from '../support/exceptions.js';

afterEach(closeLeftSessions);

const SOURCE = sampleSource('until_abort.c');

/** How often gdb has stopped the program so far, whether or not the client was told. */
function gdbStops(session: DebugSession): number {
  return [...session.trace().matchAll(/gdb -> \*stopped,/g)].length;
}

/** Lets the main thread of the sample `threads` be done, and its sum be right all the same. */
async function endThreads(session: DebugSession): Promise<void> {
  const frames = await session.frames(1, 20);
  const main = frames.find(({ name }) => name === 'main');
  assert.ok(main !== undefined, `the main thread is in main: ${JSON.stringify(frames)}`);
  for (const expression of ['set var iterations = 0', 'set var workers[0].iterations = -1']) {
    await session.client.request('evaluate', { expression, context: 'repl', frameId: main.id });
  }
}

describe('the filter rseq-abort', function () {
  this.timeout(120_000);

  it('stops at each abort once, tells its cause, and the program counts the same', async () => {
    const session = await DebugSession.start();
    await session.launch('until_abort', { args: ['5'] });
    const [answer] = await setFilters(session, 'rseq-abort');
    assert.deepEqual([answer?.verified, answer?.reason], [false, 'pending']);
    let stop: Awaited<ReturnType<typeof goOn>> = await session.run();
    let shown = 0;
    for (; stop !== undefined; stop = await goOn(session, 1)) {
      const { info } = await infoOf(session, stop);
      shown += 1;
      assert.equal(info.exceptionId, 'rseq-abort');
      assert.match(
        info.description ?? '',
        /^The restartable sequence of wait_for_abort \(until_abort\.c:\d+\) has been aborted in thread 1\. Cause: unknown\./,
      );
      assert.match(info.description ?? '', /The thread is on CPU \d+[;.]/);
      assert.deepEqual([stop.description, stop.hitBreakpointIds], ['Paused on rseq abort', [answer?.id]]);
      const [frame] = await session.frames(1, 1);
      assert.equal(frame?.name, 'abort handler of wait_for_abort');
      assert.match(
        info.details?.stackTrace ?? '',
        /^#0 abort handler of wait_for_abort\n#1 main at until_abort\.c:\d+$/,
      );
    }
    assert.equal(shown, 5);
    const { sum, expected } = readReport(session.client.output('stdout'));
    assert.deepEqual({ sum, expected }, { sum: 5, expected: 5 });
    await session.close();
  });

  it('ends a step whose own thread is aborted on its way through, at the abort', async () => {
    const session = await DebugSession.start();
    await session.launch('until_abort', { args: ['3'] });
    await session.breakAt(SOURCE, 'region');
    await setFilters(session, 'rseq-abort');
    assert.equal((await session.run()).reason, 'breakpoint');
    await session.breakAt(SOURCE);
    const stop = await session.step('next', 1);
    assert.deepEqual([stop.reason, stop.description], ['exception', 'Paused on rseq abort']);
    assert.match((await infoOf(session, stop)).info.description ?? '', /Cause: unknown/);
    assert.deepEqual(
      session.runThroughs().map(({ outcome }) => outcome),
      ['aborted'],
    );
    // And from the handler a step leads to a line again.
    assert.equal((await session.step('next', 1)).reason, 'step');
    assert.notEqual((await session.frames(1))[0]?.line, 0);
    await setFilters(session);
    const { sum, expected } = readReport((await session.finish(1)).stdout);
    assert.equal(sum, expected);
    await session.close();
  });

  it('ends a step over a call in which the thread is aborted', async () => {
    const session = await DebugSession.start();
    await session.launch('until_abort', { args: ['3'] });
    await session.breakAt(SOURCE, 'step-here');
    await setFilters(session, 'rseq-abort');
    await session.run();
    await session.breakAt(SOURCE);
    const stop = await session.step('next', 1);
    assert.deepEqual([stop.reason, stop.description], ['exception', 'Paused on rseq abort']);
    await session.close();
  });

  for (const filter of ['rseq-abort', 'rseq-abort-all'] as const) {
    const shows = filter === 'rseq-abort-all';
    it(`${shows ? 'shows' : 'does not show'} an abort that a stop of the debugger has caused: ${filter}`, async () => {
      const session = await DebugSession.start();
      await session.launch('until_abort', { args: ['50'], rseq: { breakpointsInside: 'keep' }, stopOnEntry: true });
      await setFilters(session, filter);
      await session.run();
      const { regions } = await session.client.request('rseq/regions', {});
      const inside = { instructionReference: regions[0]?.start ?? '' };
      await session.client.request('setInstructionBreakpoints', { breakpoints: [inside] });
      assert.equal((await session.continue(1)).reason, 'instruction breakpoint');
      await session.client.request('setInstructionBreakpoints', { breakpoints: [] });
      const next = await session.continue(1);
      const { info } = await infoOf(session, next);
      // The others come from the timer; one right behind the stop may fall into the time in which nothing is looked for.
      assert.match(info.description ?? '', shows ? /Cause: debugger\./ : /Cause: unknown\./);
      await setFilters(session);
      const { sum, expected } = readReport((await session.finish(1)).stdout);
      assert.equal(sum, expected);
      await session.close();
    });
  }

  it('takes a condition on function, file or library, and is switched while the program runs, without a stop', async () => {
    const session = await DebugSession.start();
    await session.launch('until_abort', { args: ['100000000'] });
    const [other] = await setFilters(session, { filterId: 'rseq-abort', condition: 'malloc*, *.S' });
    assert.equal(other?.reason, 'pending');
    await session.client.request('configurationDone', {});
    await session.client.waitFor('process');
    const mark = session.client.mark();
    const [same, own] = await setFilters(
      session,
      { filterId: 'rseq-abort', condition: 'malloc*, *.S' },
      { filterId: 'rseq-abort', condition: 'wait_*' },
    );
    assert.deepEqual([same?.id, same?.verified], [other.id, false]);
    assert.match(same?.message ?? '', /No restartable sequence that is loaded is meant/);
    assert.deepEqual([own?.verified, own?.message], [true, 'It watches 1 place.']);
    const { description, threadId = 0 } = await session.client.waitFor('stopped', { after: mark });
    assert.equal(description, 'Paused on rseq abort');
    await setFilters(session);
    await session.client.request('continue', { threadId });
    const pause = session.client.mark();
    await session.client.request('pause', { threadId });
    assert.equal((await session.client.waitFor('stopped', { after: pause })).reason, 'pause');
    assert.equal(session.eventsOf('stopped').length, 2);
    await session.close();
  });

  it('watches the sequences of a library as soon as it is loaded, and no longer when it is gone', async () => {
    const session = await DebugSession.start();
    await session.launch('dlopen_lib', { args: ['10', '--pin'] });
    const [answer] = await setFilters(session, { filterId: 'rseq-abort', condition: 'libpercpu*' });
    await session.client.request('configurationDone', {});
    await session.client.waitFor('terminated');
    const told = session.eventsOf('breakpoint').filter(({ breakpoint }) => breakpoint.id === answer?.id);
    const states = told.map(({ breakpoint }) => breakpoint.verified);
    assert.ok(states.length >= 4, JSON.stringify(told));
    assert.ok(states.includes(true) && states.at(-1) === false, 'verified while the library is there');
    const { sum, expected } = readReport(session.client.output('stdout'));
    assert.equal(sum, expected);
    await session.close();
  });

  it('shows fifty aborts of four hammering threads, each by one stop of gdb, and the program counts exactly', async () => {
    const session = await DebugSession.start({ trace: true });
    await session.launch('threads', { args: [FOREVER, '4', '--hammer'], stopOnEntry: true });
    await setFilters(session, 'rseq-abort');
    await session.run();
    let stop = await session.continue(1);
    const before = gdbStops(session);
    const seen = new Set<number>();
    for (let shown = 1; shown < 50; shown++) {
      assert.match((await infoOf(session, stop)).info.description ?? '', /^The restartable sequence of counter_inc /);
      seen.add(stop.threadId ?? 0);
      stop = await session.continue(stop.threadId ?? 0);
    }
    assert.equal(gdbStops(session) - before, 49, 'no stop was hidden');
    assert.ok(seen.size > 1, 'more than one thread was seen');
    const names = (await session.frames(stop.threadId ?? 0, 20)).map(({ name }) => name);
    assert.equal(names[0], 'abort handler of counter_inc');
    assert.ok(names[1] === 'main' || names[1] === 'work', `its caller comes next: ${names.join(', ')}`);
    await endThreads(session);
    await setFilters(session);
    const { exitCode, stdout } = await session.finish(stop.threadId ?? 0);
    const { sum, expected, aborts } = readReport(stdout);
    assert.deepEqual({ exitCode, sum }, { exitCode: 0, sum: expected });
    assert.ok(aborts >= 50, `${aborts} aborts`);
    await session.close();
  });
});
