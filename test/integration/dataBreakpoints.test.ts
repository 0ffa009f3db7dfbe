import assert from 'node:assert/strict';
import type { DebugProtocol as D } from '@vscode/debugprotocol';
import type { Events } from '../../src/dap/protocol.js';
import { closeLeftSessions, DebugSession, lineOf, readReport, sampleSource } from '../support/debugSession.js';
import { itWithDebugRegisters } from '../support/debugRegisters.js';

afterEach(closeLeftSessions);

const PLAIN = sampleSource('plain.c');
const THREADS = sampleSource('threads.c');

/** A session of plain.c that is stopped at a marker. */
async function stoppedAt(marker: string, args: readonly string[] = []): Promise<DebugSession> {
  const session = await DebugSession.start();
  await session.launch('plain', { args });
  await session.breakAt(PLAIN, marker);
  await session.run();
  await session.breakAt(PLAIN);
  return session;
}

function info(
  session: DebugSession,
  args: D.DataBreakpointInfoArguments,
): Promise<D.DataBreakpointInfoResponse['body']> {
  return session.client.request('dataBreakpointInfo', args);
}

async function set(
  session: DebugSession,
  ...breakpoints: readonly (Omit<D.DataBreakpoint, 'dataId'> & { readonly dataId: string | null })[]
): Promise<D.Breakpoint[]> {
  return (await session.client.request('setDataBreakpoints', { breakpoints })).breakpoints;
}

async function topFrame(session: DebugSession): Promise<number> {
  const [frame] = await session.frames(1, 1);
  return frame?.id ?? 0;
}

/** The CPU that the thread runs on, as the scope of its restartable sequences shows it. */
async function cpuOf(session: DebugSession): Promise<string> {
  const { scopes } = await session.client.request('scopes', { frameId: await topFrame(session) });
  const variablesReference = scopes.find(({ name }) => name === 'Restartable sequence')?.variablesReference ?? 0;
  const { variables } = await session.client.request('variables', { variablesReference });
  return variables.find(({ name }) => name === 'cpu_id')?.value ?? '';
}

/** What a stop tells of a data breakpoint. */
function told({ reason, hitBreakpointIds, text }: Events['stopped']): unknown[] {
  return [reason, hitBreakpointIds, text];
}

describe('a data breakpoint', function () {
  this.timeout(30_000);

  itWithDebugRegisters(
    'on a global variable stops at a write, tells the old and the new value, and outlives the session',
    async () => {
      const session = await stoppedAt('call-sum');
      const found = await info(session, { name: 'global_counter', frameId: await topFrame(session) });
      assert.deepEqual([found.canPersist, found.accessTypes], [true, ['write', 'read', 'readWrite']]);
      const [answer] = await set(session, { dataId: found.dataId });
      assert.equal(answer?.verified, true);
      assert.deepEqual(told(await session.continue(1)), ['data breakpoint', [answer.id], 'global_counter: 41 → 42']);
      const [frame] = await session.frames(1, 1);
      assert.ok(frame !== undefined && frame.line >= lineOf(PLAIN, 'call-apply'));
      await set(session);
      assert.equal((await session.finish(1)).exitCode, 0);
      await session.close();

      const next = await DebugSession.start();
      await next.launch('plain', { args: [] });
      const [early] = await set(next, { dataId: found.dataId });
      assert.deepEqual([early?.verified, early?.reason], [false, 'pending']);
      const stop = await next.run();
      assert.deepEqual(told(stop), ['data breakpoint', [early?.id], 'global_counter: 41 → 42']);
      assert.ok(
        next.eventsOf('breakpoint').some(({ breakpoint }) => breakpoint.id === early?.id && breakpoint.verified),
      );
      await next.close();
    },
  );

  itWithDebugRegisters(
    'on a local variable ends with its frame: a stop says so, and the client is told that it is gone',
    async () => {
      const session = await stoppedAt('list-loop');
      const found = await info(session, { name: 'sum', frameId: await topFrame(session) });
      assert.deepEqual([found.description, found.canPersist], ['sum, until list_sum returns', false]);
      const [answer] = await set(session, { dataId: found.dataId, condition: 'sum >= 50' });
      assert.equal((await session.continue(1)).text, 'sum: 30 → 50');
      assert.equal((await session.continue(1)).text, 'sum: 50 → 60');
      const mark = session.client.mark();
      const end = await session.continue(1);
      assert.deepEqual(told(end), [
        'data breakpoint',
        [answer?.id],
        'sum: its scope has ended, it is no longer watched',
      ]);
      const gone = await session.client.waitFor('breakpoint', { after: mark });
      assert.deepEqual([gone.reason, gone.breakpoint.id], ['removed', answer?.id]);
      const [again] = await set(session, { dataId: found.dataId });
      assert.equal(again?.verified, false);
      assert.match(again.message ?? '', /call of list_sum .* has ended/);
      assert.equal((await session.finish(1)).exitCode, 0);
      await session.close();
    },
  );

  itWithDebugRegisters(
    "is found by what the client was shown: a frame's variable, a member, an element, what a pointer points to",
    async () => {
      const session = await stoppedAt('call-fill');
      const { scopes } = await session.client.request('scopes', { frameId: await topFrame(session) });
      const locals = scopes.find(({ name }) => name === 'Locals')?.variablesReference ?? 0;
      const { variables } = await session.client.request('variables', { variablesReference: locals });
      const shape = variables.find(({ name }) => name === 'local_shape')?.variablesReference ?? 0;
      assert.ok(shape > 0);
      const note = await info(session, { variablesReference: shape, name: 'note' });
      assert.equal(note.description, 'note, until main returns');
      const { variables: members } = await session.client.request('variables', { variablesReference: shape });
      const corners = members.find(({ name }) => name === 'corners')?.variablesReference ?? 0;
      const { variables: elements } = await session.client.request('variables', { variablesReference: corners });
      const element = await info(session, {
        variablesReference: elements[1]?.variablesReference ?? 0,
        name: 'x',
      });
      const missing = await info(session, { variablesReference: shape, name: 'no_such_member' });
      assert.equal(missing.dataId, null);
      assert.match(missing.description, /no_such_member/);
      await set(session, { dataId: element.dataId }, { dataId: note.dataId });
      const texts = [await session.continue(1), await session.continue(1)].map(({ text }) => text?.split(':')[0]);
      assert.deepEqual(texts, ['x', 'note']);
      await session.close();
    },
  );

  itWithDebugRegisters('behind a pointer watches the place and not the pointer', async () => {
    const session = await stoppedAt('list-loop');
    const found = await info(session, { name: 'n->value', frameId: await topFrame(session) });
    assert.match(found.description, /^n->value \(4 bytes at 0x[0-9a-f]+\)$/);
    await set(session, { dataId: found.dataId, accessType: 'read' });
    assert.deepEqual((await session.continue(1)).text, 'n->value: 30 was read');
    const end = await session.finish(1);
    assert.equal(end.exitCode, 0);
    await session.close();
  });

  itWithDebugRegisters('stops at reads, writes, or both, as it is asked to', async () => {
    const session = await stoppedAt('call-fill');
    const found = await info(session, { name: 'global_text' });
    await set(session, { dataId: found.dataId, accessType: 'read' });
    assert.match((await session.continue(1)).text ?? '', /^global_text: 0x.* was read$/);
    const matrix = await info(session, { name: 'many[999]' });
    await set(session, { dataId: matrix.dataId, accessType: 'readWrite' });
    assert.equal((await session.continue(1)).text, 'many[999]: 0 → 998001');
    await session.close();
  });

  itWithDebugRegisters(
    'counts hits as its hit condition says, and keeps its count while others come and go',
    async () => {
      const session = await stoppedAt('call-sum', ['--lines=7']);
      const frameId = await topFrame(session);
      const lines = await info(session, { name: 'lines_done', frameId });
      const last = await info(session, { name: 'many[999]', frameId });
      const counted = { dataId: lines.dataId, hitCondition: '%3' };
      await set(session, counted, { dataId: last.dataId });
      assert.equal((await session.continue(1)).text, 'many[999]: 0 → 998001');
      await set(session, counted);
      assert.equal((await session.continue(1)).text, 'lines_done: 2 → 3');
      await set(session, counted, { dataId: last.dataId });
      assert.equal((await session.continue(1)).text, 'lines_done: 5 → 6');
      assert.equal((await session.finish(1)).exitCode, 0);
      await session.close();
    },
  );

  itWithDebugRegisters('watches bytes at an address', async () => {
    const session = await stoppedAt('call-fill');
    const { memoryReference } = await session.client.request('evaluate', {
      expression: '&many[10]',
      frameId: await topFrame(session),
    });
    const found = await info(session, { name: memoryReference ?? '', asAddress: true, bytes: 16 });
    assert.match(found.description, /16 bytes at 0x/);
    const variable = await info(session, { name: 'many[20]', frameId: await topFrame(session), bytes: 12 });
    await set(session, { dataId: found.dataId }, { dataId: variable.dataId });
    const indexes: string[] = [];
    for (let stop = 0; stop < 7; stop++) {
      await session.continue(1);
      const { result } = await session.client.request('evaluate', {
        expression: 'i',
        frameId: await topFrame(session),
      });
      indexes.push(result);
    }
    assert.deepEqual(indexes, ['10', '11', '12', '13', '20', '21', '22']);
    await session.close();
  });

  itWithDebugRegisters('is refused with the reason where the debug registers cannot do it', async () => {
    const session = await stoppedAt('call-fill');
    const frameId = await topFrame(session);
    for (const [name, why] of [
      ['many', /4 debug registers/],
      ['$rip', /only memory can be, not a register/],
      ['3', /[Cc]onstant|not located/],
      ['no_such_name', /No symbol "no_such_name"/],
      ['local_shape.no_such', /no member named/],
    ] as const) {
      const { dataId, description } = await info(session, { name, frameId });
      assert.equal(dataId, null, name);
      assert.match(description, why);
    }
    const { dataId } = await info(session, { name: '0x1000', asAddress: true, bytes: 64 });
    assert.equal(dataId, null);
    await session.close();
  });

  itWithDebugRegisters(
    'is refused at once where all debug registers are in use, and the program runs on with the others',
    async () => {
      const session = await stoppedAt('call-fill');
      const found = await Promise.all([1, 2, 3, 4, 5].map(index => info(session, { name: `many[${index * 100}]` })));
      const answers = await set(session, ...found.map(({ dataId }) => ({ dataId })));
      assert.deepEqual(
        answers.map(({ verified }) => verified),
        [true, true, true, true, false],
      );
      assert.match(answers[4]?.message ?? '', /4 debug registers.*All are in use/);
      const texts: (string | undefined)[] = [];
      for (let stop = 0; stop < 4; stop++) texts.push((await session.continue(1)).text);
      assert.deepEqual(texts, [
        'many[100]: 0 → 10000',
        'many[200]: 0 → 40000',
        'many[300]: 0 → 90000',
        'many[400]: 0 → 160000',
      ]);
      await set(session, { dataId: found[4]?.dataId ?? null });
      assert.equal((await session.continue(1)).text, 'many[500]: 0 → 250000');
      assert.equal((await session.finish(1)).exitCode, 0);
      await session.close();
    },
  );

  itWithDebugRegisters('tells what is wrong with a condition, and with a dataId of somebody else', async () => {
    const session = await stoppedAt('call-fill');
    const { dataId } = await info(session, { name: 'global_counter' });
    const answers = await set(
      session,
      { dataId, condition: 'no_such > 1' },
      { dataId, hitCondition: 'often' },
      { dataId: 'cafe' },
    );
    assert.deepEqual(
      answers.map(({ verified }) => verified),
      [false, false, false],
    );
    const [condition, hits, id] = answers.map(({ message }) => message ?? '');
    assert.match(condition ?? '', /No symbol "no_such"/);
    assert.match(hits ?? '', /hit condition 'often' is not understood/);
    assert.match(id ?? '', /no dataId of this adapter/);
    assert.equal((await session.finish(1)).exitCode, 0);
    await session.close();
  });
});

describe('a data breakpoint that restartable sequences trigger', function () {
  this.timeout(60_000);

  for (const accessType of ['read', 'readWrite', 'write'] as const) {
    itWithDebugRegisters(
      `costs an attempt for each stop inside and never the program its progress: ${accessType}`,
      async () => {
        const session = await DebugSession.start();
        await session.launch('threads', { args: ['5', '1', '--pin'] });
        await session.breakAt(THREADS, 'step-here');
        await session.run();
        await session.breakAt(THREADS);
        const { dataId } = await info(session, { name: `counters[${await cpuOf(session)}].value` });
        await set(session, { dataId, accessType });
        let stops = 0;
        let end = await session.client.stepAndWait('continue', 1);
        for (; end.kind === 'stopped'; stops++) {
          assert.equal(end.body.reason, 'data breakpoint');
          end = await session.client.stepAndWait('continue', 1);
        }
        assert.ok(stops > 0);
        await session.client.waitFor('terminated');
        const { sum, expected } = readReport(session.client.output('stdout'));
        assert.equal(sum, expected);
        await session.close();
      },
    );
  }

  itWithDebugRegisters(
    'passes triggers whose condition is false without a livelock, with several threads',
    async () => {
      const session = await DebugSession.start();
      await session.launch('threads', { args: ['3', '3'], stopOnEntry: true });
      await session.run();
      const found = await Promise.all([0, 1].map(cpu => info(session, { name: `counters[${cpu}].value` })));
      await set(session, ...found.map(({ dataId }) => ({ dataId, accessType: 'readWrite' as const, condition: '0' })));
      const { exitCode, stdout } = await session.finish(1);
      const { sum, expected } = readReport(stdout);
      assert.deepEqual({ exitCode, sum }, { exitCode: 0, sum: expected });
      await session.close();
    },
  );
});
