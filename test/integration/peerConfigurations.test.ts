import assert from 'node:assert/strict';
import { itWithDebugRegisters } from '../support/debugRegisters.js';
import { closeLeftSessions, DebugSession, lineOf, sampleProgram, sampleSource } from '../support/debugSession.js';

const LIBRARY = sampleSource('libpercpu.c');
const PLAIN = sampleSource('plain.c');

async function console(session: DebugSession, expression: string): Promise<string> {
  return (await session.client.request('evaluate', { expression, context: 'repl' })).result;
}

/** A session that is configured as for another adapter and stands at its first stop. */
async function stopped(
  configuration: Readonly<Record<string, unknown>>,
  file?: string,
  marker = '',
): Promise<DebugSession> {
  const session = await DebugSession.start();
  await session.client.request('launch', configuration);
  if (file !== undefined) await session.breakAt(file, marker);
  await session.run();
  return session;
}

describe('symbolLoadInfo', function () {
  this.timeout(60_000);
  afterEach(closeLeftSessions);

  const program = sampleProgram('link_lib');
  const cases: readonly (readonly [string, unknown, (name: string) => boolean])[] = [
    ['of no library', { loadAll: false }, () => false],
    [
      'of those that are named',
      { loadAll: false, exceptionList: 'libfoo.so;libpercpu.*' },
      name => name === 'libpercpu.so',
    ],
    ['of all but those that are named', { exceptionList: ['libpercpu.so'] }, name => name !== 'libpercpu.so'],
  ];

  for (const [name, symbolLoadInfo, isRead] of cases) {
    it(`reads the symbols ${name}, and steps go through the regions of all`, async () => {
      const source = sampleSource('link_lib.c');
      const session = await DebugSession.start();
      await session.client.request('launch', { program, args: ['5', '--pin'], symbolLoadInfo });
      await session.breakAt(source, 'step-here');
      const [inLibrary] = await session.breakAt(LIBRARY, 'cs-before-region');
      const { threadId = 0 } = await session.run();
      const { modules } = await session.client.request('modules', {});
      // gdb reads those of the C library in any case: it tells threads by them.
      for (const module of modules.filter(({ name: file }) => /^(lib(?!c\.)|ld-)/.test(file))) {
        assert.equal(module.symbolStatus !== 'Symbols not loaded', isRead(module.name), module.name);
      }
      await session.breakAt(source);
      if (isRead('libpercpu.so')) {
        assert.deepEqual((await session.continue(threadId)).hitBreakpointIds, [inLibrary?.id]);
        await session.breakAt(LIBRARY);
        for (let steps = 0; steps < 5; steps++) await session.step('next', threadId);
        assert.deepEqual(
          session.runThroughs().map(({ outcome }) => outcome),
          ['committed'],
        );
      }
      const { stdout } = await session.finish(threadId, LIBRARY);
      assert.match(stdout, /sum=10 expected=10 aborts=0/);
      await session.close();
    });
  }
});

describe('customLaunchSetupCommands', function () {
  this.timeout(60_000);
  afterEach(closeLeftSessions);

  it('give gdb the program, which is started behind them', async () => {
    const program = sampleProgram('plain');
    const commands = [{ text: `-file-exec-and-symbols ${program}` }, { text: 'nonsense', ignoreFailures: true }];
    const configuration = { program, args: ['a b'], customLaunchSetupCommands: commands, stopAtEntry: true };
    const session = await stopped(configuration);
    const [frame] = await session.frames(1, 1);
    assert.equal(frame?.name, 'main');
    const { stdout } = await session.finish(1);
    assert.match(stdout, /^argument 1: a b$/m);
    await session.close();
  });

  it('connect, and what they have connected to stays as it is, or goes on', async () => {
    const program = sampleProgram('one_insn_arm');
    for (const launchCompleteCommand of ['None', 'exec-continue']) {
      const session = await DebugSession.start();
      await session.client.request('launch', {
        program,
        customLaunchSetupCommands: [
          { text: `-file-exec-and-symbols ${program}` },
          { text: `target remote | gdbserver --once - ${program} 5 2>/dev/null` },
        ],
        launchCompleteCommand,
      });
      const mark = session.client.mark();
      await session.client.request('configurationDone', {});
      const end = await session.client.waitForStop(mark);
      assert.deepEqual(
        end.kind === 'stopped' ? end.body.description : end,
        launchCompleteCommand === 'None' ? 'Paused after connecting' : { kind: 'exited', body: { exitCode: 0 } },
      );
      await session.close();
    }
  });

  it('that fail are told, with the command', async () => {
    const session = await DebugSession.start();
    const customLaunchSetupCommands = [{ text: 'nonsense' }];
    await assert.rejects(
      session.client.request('launch', { program: sampleProgram('plain'), customLaunchSetupCommands }),
      /'nonsense' of 'customLaunchSetupCommands' failed: Undefined command/,
    );
    await session.close();
  });
});

describe('imageAndSymbols', function () {
  this.timeout(60_000);
  afterEach(closeLeftSessions);

  it('adds symbols where they are said to lie, and loads a file into the target', async () => {
    const session = await DebugSession.start();
    const program = sampleProgram('one_insn_arm');
    await session.client.request('attach', {
      program,
      target: { server: 'gdbserver' },
      stopAtConnect: true,
      imageAndSymbols: { symbolFileName: sampleProgram('plain'), symbolOffset: '0x40000000', imageFileName: program },
    });
    await session.run();
    assert.match(await console(session, 'output/x (long)&factorial'), /^0x4000[0-9a-f]{4}$/);
    assert.match(await console(session, 'output $pc == (long)_start'), /^1$/);
    await session.close();
  });
});

describe('hardwareBreakpoints', function () {
  this.timeout(60_000);
  afterEach(closeLeftSessions);

  itWithDebugRegisters('puts every breakpoint into a debug register, unless the client names a mode', async () => {
    const program = sampleProgram('plain');
    const session = await stopped({ program, hardwareBreakpoint: true, stopOnEntry: true });
    await session.client.request('setFunctionBreakpoints', { breakpoints: [{ name: 'factorial' }] });
    const lines = [{ line: lineOf(PLAIN, 'list-sum') }, { line: lineOf(PLAIN, 'add'), mode: 'software' }];
    await session.client.request('setBreakpoints', { source: { path: PLAIN }, breakpoints: lines });
    const text = await console(session, 'info breakpoints');
    assert.equal(text.match(/hw breakpoint/g)?.length, 2);
    assert.equal((await session.continue(1)).reason, 'breakpoint');
    await session.close();
  });

  it('tells gdb how many registers a remote target has', async () => {
    const program = sampleProgram('plain');
    const session = await stopped({ program, hardwareBreakpoints: { limit: 2 }, stopOnEntry: true });
    assert.match(await console(session, 'show remote hardware-breakpoint-limit'), / 2\b/);
    await session.close();
  });
});
