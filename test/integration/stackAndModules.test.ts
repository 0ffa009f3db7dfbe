import type { DebugProtocol as D } from '@vscode/debugprotocol';
import assert from 'node:assert/strict';
import { compiledProgram } from '../support/compiled.js';
import { closeLeftSessions, DebugSession, lineOf } from '../support/debugSession.js';
import { commandsIn } from '../support/gdbTrace.js';

const PROGRAM = `
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
static pthread_barrier_t barrier;
static void *wait_here(void *name) {
  pthread_setname_np(pthread_self(), name);
  pthread_barrier_wait(&barrier);
  pthread_barrier_wait(&barrier);
  return 0;
}
static int recurse(int depth, const char *text) {
  if (depth == 0)
    return puts(text); // @deep
  return recurse(depth - 1, text) + 1;
}
static inline __attribute__((always_inline)) int doubled(int x) {
  return 2 * x; // @inlined
}
static void on_signal(int number) {
  printf("%d\\n", number); // @handler
}
int main(int argc, char **argv) {
  int count = argc > 2 ? atoi(argv[2]) : 0;
  pthread_t threads[count + 1];
  pthread_barrier_init(&barrier, 0, count + 1);
  char names[count + 1][16];
  for (int i = 0; i < count; i++) {
    snprintf(names[i], 16, "worker %d", i);
    pthread_create(&threads[i], 0, wait_here, names[i]);
  }
  if (count > 0) pthread_barrier_wait(&barrier);
  signal(SIGUSR1, on_signal);
  raise(SIGUSR1);
  recurse(doubled(atoi(argv[1])), "deep");
  if (count > 0) pthread_barrier_wait(&barrier);
  for (int i = 0; i < count; i++) pthread_join(threads[i], 0);
  return 0;
}
`;

/** The signal is the program's own business. */
const QUIET = 'handle SIGUSR1 nostop noprint pass';

describe('what a client sees of a stop', function () {
  this.timeout(60_000);
  const { program, source: file } = compiledProgram('deep', PROGRAM);
  afterEach(closeLeftSessions);

  async function stopAt(
    marker: string,
    ...args: readonly string[]
  ): Promise<{ session: DebugSession; threadId: number }> {
    const session = await DebugSession.start({ trace: true });
    await session.client.request('launch', { program, args, setupCommands: [QUIET] });
    await session.breakAt(file, marker);
    const { threadId } = await session.run();
    return { session, threadId: threadId! };
  }

  const frameNames = (frames: readonly D.StackFrame[]): string[] => frames.map(({ name }) => name);

  it('is a stack of ten thousand frames, in pages', async () => {
    const { session, threadId } = await stopAt('deep', '5000');
    const ask = (args: Partial<D.StackTraceArguments>): Promise<D.StackTraceResponse['body']> =>
      session.client.request('stackTrace', { threadId, ...args });
    const first = await ask({ startFrame: 0, levels: 20 });
    assert.deepEqual(frameNames(first.stackFrames), Array<string>(20).fill('recurse'));
    assert.ok(first.totalFrames! > 20, 'there are more');
    const far = await ask({ startFrame: 9_999, levels: 20 });
    assert.deepEqual(frameNames(far.stackFrames).slice(0, 3), ['recurse', 'recurse', 'main']);
    assert.equal(far.totalFrames, 9_999 + far.stackFrames.length);
    const all = await ask({});
    assert.equal(all.stackFrames.length, 10_000);
    assert.ok(all.totalFrames! > 10_000);
    const { scopes } = await session.client.request('scopes', { frameId: far.stackFrames[1]!.id });
    const { variables } = await session.client.request('variables', {
      variablesReference: scopes[0]!.variablesReference,
    });
    assert.equal(variables.find(({ name }) => name === 'depth')?.value, '10000');
    await session.close();
  });

  it('are names of frames as the client wants them', async () => {
    const { session, threadId } = await stopAt('deep', '2');
    const name = async (format: D.StackFrameFormat): Promise<string> =>
      (await session.client.request('stackTrace', { threadId, levels: 1, format })).stackFrames[0]!.name;
    const line = lineOf(file, 'deep');
    assert.equal(await name({}), 'recurse');
    assert.equal(await name({ parameters: true }), 'recurse(depth, text)');
    assert.equal(await name({ parameterTypes: true }), 'recurse(int, const char *)');
    assert.match(
      await name({ parameterNames: true, parameterValues: true, hex: true }),
      /^recurse\(depth = 0x0, text = 0x[0-9a-f]+ "deep"\)$/,
    );
    assert.equal(await name({ module: true, line: true }), `deep!recurse:${line}`);
    await session.close();
  });

  it('are frames of inlined functions, and of handlers with the signal that called them', async () => {
    const { session, threadId } = await stopAt('handler', '1');
    const frames = await session.frames(threadId, 8);
    assert.equal(frames[0]?.name, 'on_signal');
    assert.deepEqual(
      frames.filter(({ name }) => name.startsWith('<')).map(({ name, presentationHint }) => [name, presentationHint]),
      [['<signal handler called>', 'label']],
    );
    await session.breakAt(file, 'inlined');
    await session.continue(threadId);
    assert.deepEqual(frameNames(await session.frames(threadId, 2)), ['doubled', 'main']);
    await session.close();
  });

  it('are five hundred threads with their names, asked for by one command', async () => {
    const { session, threadId } = await stopAt('deep', '0', '500');
    const { threads } = await session.client.request('threads', {});
    assert.equal(threads.length, 501);
    assert.equal(new Set(threads.map(({ id }) => id)).size, 501);
    assert.match(threads.find(({ name }) => name.startsWith('worker 499'))?.name ?? '', /^worker 499 \(LWP \d+\)$/);
    assert.ok(threads.some(({ id }) => id === threadId));
    await session.close();
    assert.deepEqual(
      commandsIn(session.trace()).filter(command => command.startsWith('-thread')),
      ['-thread-info'],
    );
  });

  it('are the executable and its libraries, told as they come, and each frame knows its own', async () => {
    const { session, threadId } = await stopAt('deep', '1', '1');
    const { modules, totalModules } = await session.client.request('modules', {});
    assert.equal(totalModules, modules.length);
    const main = modules.find(({ path }) => path === program)!;
    assert.equal(main.symbolStatus, 'Symbols loaded');
    const libc = modules.find(({ name }) => name.startsWith('libc.so'))!;
    assert.match(libc.symbolStatus ?? '', /^Symbols loaded/);
    assert.match(libc.addressRange ?? '', /^0x[0-9a-f]+-0x[0-9a-f]+$/);
    const told = session.eventsOf('module').filter(({ reason }) => reason === 'new');
    assert.deepEqual(told.map(({ module }) => module.id).sort(), modules.map(({ id }) => id).sort());
    const page = await session.client.request('modules', { startModule: 1, moduleCount: 1 });
    assert.deepEqual(page.modules, [modules[1]]);
    const { threads } = await session.client.request('threads', {});
    const frames = await session.frames(threads.find(({ id }) => id !== threadId)!.id, 20);
    assert.equal(frames.find(({ name }) => name === 'wait_here')?.moduleId, main.id);
    assert.equal(frames[0]?.moduleId, libc.id);
    await session.close();
  });

  it('are the source files, and their texts', async () => {
    const { session, threadId } = await stopAt('deep', '1');
    const { sources } = await session.client.request('loadedSources', {});
    assert.ok(sources.some(({ path }) => path === file));
    assert.equal(new Set(sources.map(({ path }) => path)).size, sources.length);
    const source = { path: file };
    const { content } = await session.client.request('source', { source, sourceReference: 0 });
    assert.equal(content, PROGRAM);
    const missing = { source: { path: '/no/such/file.c' }, sourceReference: 0 };
    await assert.rejects(session.client.request('source', missing), /\/no\/such\/file\.c.*substitute-path/);
    await assert.rejects(session.client.request('source', { sourceReference: 77 }), /no source with the reference 77/);
    assert.ok(threadId > 0);
    await session.close();
  });

  it('is memory that can be written, with the client told of each write', async () => {
    const session = await DebugSession.start({ client: { supportsMemoryEvent: true, supportsInvalidatedEvent: true } });
    await session.client.request('launch', { program, args: ['1'], setupCommands: [QUIET] });
    await session.breakAt(file, 'deep');
    const { threadId } = await session.run();
    const [frame] = await session.frames(threadId!, 1);
    const evaluate = (expression: string, context = 'watch'): Promise<D.EvaluateResponse['body']> =>
      session.client.request('evaluate', { expression, context, frameId: frame!.id });
    const { memoryReference } = await evaluate('&depth');
    const read = async (): Promise<number> => {
      const { data } = (await session.client.request('readMemory', { memoryReference: memoryReference!, count: 4 }))!;
      return Buffer.from(data ?? '', 'base64').readInt32LE();
    };
    assert.equal(await read(), 0);
    // The event follows the answer of the request that has caused it.
    const told = (): Promise<D.MemoryEvent['body']> => session.client.waitFor('memory');
    await session.client.request('writeMemory', { memoryReference: memoryReference!, offset: 1, data: 'AQ==' });
    assert.deepEqual(await told(), { memoryReference, offset: 1, count: 1 });
    assert.equal(await read(), 256);
    await session.client.request('setExpression', { expression: 'depth', value: '7', frameId: frame!.id });
    assert.deepEqual(await told(), { memoryReference, offset: 0, count: 4 });
    await evaluate('set var depth = 0', 'repl');
    assert.deepEqual(await told(), { memoryReference, offset: 0, count: 4 });
    await evaluate('depth');
    assert.equal(session.eventsOf('invalidated').length, 3);
    assert.equal(await read(), 0);
    await session.close();
  });
});
