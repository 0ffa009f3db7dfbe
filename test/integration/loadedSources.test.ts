import assert from 'node:assert/strict';
import type { Events } from '../../src/dap/protocol.js';
import { closeLeftSessions, DebugSession, sampleProgram, sampleSource } from '../support/debugSession.js';

const SOURCE = sampleSource('dlopen_lib.c');
const LIBRARY = sampleSource('libpercpu.c');

describe('the list of sources and modules', function () {
  this.timeout(60_000);
  afterEach(closeLeftSessions);

  /** That the library's source and the library came and went; what is told of it while the program runs is completed later. */
  function told(session: DebugSession): unknown[] {
    const sources = session.eventsOf('loadedSource').filter(({ source }) => source.path === LIBRARY);
    const modules = session.eventsOf('module').filter(({ module }) => module.name === 'libpercpu.so');
    const reasons = modules.map(({ reason }) => reason);
    return [sources.map(({ reason }) => reason), reasons.filter(reason => reason !== 'changed')];
  }

  it('follows libraries as they come and go, for a client that has asked for it', async () => {
    const session = await DebugSession.start();
    await session.launch('dlopen_lib', { args: ['2'] });
    await session.breakAt(SOURCE, 'dlopen', 'dlclose');
    await session.run();
    const { sources } = await session.client.request('loadedSources', {});
    assert.ok(sources.some(({ path }) => path === SOURCE));
    assert.ok(!sources.some(({ path }) => path === LIBRARY));
    await session.continue(1);
    const { sources: all } = await session.client.request('loadedSources', {});
    assert.ok(all.some(({ path }) => path === LIBRARY));
    assert.deepEqual(told(session), [['new'], ['new']]);
    const isComplete = ({ module }: Events['module']): boolean =>
      module.name === 'libpercpu.so' && module.symbolStatus === 'Symbols loaded';
    await session.client.waitFor('module', { after: 0, where: isComplete });
    await session.breakAt(SOURCE, 'dlopen');
    await session.continue(1);
    await session.client.request('threads', {});
    assert.deepEqual(told(session), [
      ['new', 'removed'],
      ['new', 'removed'],
    ]);
    await session.close();
  });

  it('costs nothing for a client that has not asked for the sources', async () => {
    const session = await DebugSession.start({ trace: true });
    await session.launch('dlopen_lib', { args: ['2'] });
    await session.breakAt(SOURCE, 'dlclose');
    await session.run();
    assert.deepEqual(told(session), [[], ['new']]);
    await session.close();
    assert.ok(!session.trace().includes('-file-list-exec-source-files'));
  });

  it('has the versions that names of libraries hold, and where the code of each lies', async () => {
    const session = await DebugSession.start();
    await session.launch('plain_cxx', { args: [], stopOnEntry: true });
    await session.run();
    const { modules } = await session.client.request('modules', {});
    assert.match(modules.find(({ name }) => name.startsWith('libstdc++'))?.version ?? '', /^6\.\d+\.\d+$/);
    assert.ok(modules.every(({ addressRange }) => /^0x[0-9a-f]+-0x[0-9a-f]+$/.test(addressRange ?? '')));
    await session.close();
  });

  it('has the executable and the libraries of a program behind a gdbserver', async () => {
    const program = sampleProgram('counter_cs');
    const session = await DebugSession.start();
    await session.client.request('attach', { program, args: ['5'], target: { server: 'gdbserver' } });
    await session.breakAt(sampleSource('counter_cs.c'), 'before-region');
    const { threadId = 0 } = await session.run();
    const { modules } = await session.client.request('modules', {});
    const executable = modules.find(({ name }) => name === 'counter_cs');
    assert.match(executable?.addressRange ?? '', /^0x[0-9a-f]+-0x[0-9a-f]+$/);
    assert.ok(modules.some(({ name }) => name.startsWith('libc.so')));
    assert.equal((await session.frames(threadId, 1))[0]?.moduleId, executable?.id);
    await session.close();
  });
});
