import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { closeLeftSessions, DebugSession, lineOf, sampleSource } from '../support/debugSession.js';

/** A name with everything that means something to a shell, to gdb's command line or to MI. */
const NAME = 'a b\'c"d;e$(touch pwned)`touch pwned`\\g*ü\nλ|touch pwned&';

/** What would run something, were it not one word: a second command of MI's, of gdb's, of a shell's. */
const INJECTIONS = [
  '1\n-interpreter-exec console "shell touch pwned"',
  '1\nshell touch pwned',
  '1; shell touch pwned',
  '1"\n99-gdb-exit',
  '$(touch pwned)',
  '| touch pwned',
];

afterEach(closeLeftSessions);

describe('names and texts of the client', function () {
  this.timeout(60_000);
  let root: string;
  let folder: string;
  let program: string;
  let source: string;

  before(() => {
    root = mkdtempSync(join(tmpdir(), 'rseq-dap-hostile-'));
    folder = join(root, NAME);
    mkdirSync(folder);
    program = join(folder, NAME);
    source = join(folder, `${NAME}.c`);
    copyFileSync(sampleSource('plain.c'), source);
    const built = join(root, 'built');
    execFileSync('gcc', ['-g', '-O0', '-pthread', '-o', built, source]);
    copyFileSync(built, program);
    // Scripts that gdb would run by itself.
    for (const name of ['.gdbinit', `${NAME}-gdb.gdb`, `${NAME}-gdb.py`])
      writeFileSync(join(folder, name), name.endsWith('.py') ? 'open("pwned", "w")\n' : 'shell touch pwned\n');
  });

  after(() => {
    rmSync(root, { recursive: true });
  });

  /** Nothing that was named has been carried out, wherever it would have left its mark. */
  function assertHarmless(): void {
    const found = [root, folder, process.cwd(), tmpdir()].filter(place => readdirSync(place).includes('pwned'));
    assert.deepEqual(found, []);
  }

  async function launched(): Promise<DebugSession> {
    const session = await DebugSession.start();
    await session.launch('plain', { program, cwd: folder, args: [NAME, '--depth=3'], env: { STRANGE: NAME } });
    return session;
  }

  it('may hold whatever a shell, gdb or MI takes for its own: program, folder, arguments, source', async () => {
    const session = await launched();
    const [breakpoint] = await session.breakAt(source, 'list-loop');
    assert.equal(breakpoint?.verified, true, breakpoint?.message);
    const { threadId = 0 } = await session.run();
    const [frame] = await session.frames(threadId);
    assert.equal(frame?.source?.path, source);
    assert.equal(frame.line, lineOf(source, 'list-loop'));
    const { result } = await session.client.request('evaluate', {
      expression: '(char *)getenv("STRANGE")',
      context: 'watch',
      frameId: frame.id,
    });
    assert.match(result, /touch pwned/);
    await session.step('next', threadId);
    await session.finish(threadId, source);
    await session.close();
    assertHarmless();
  });

  it('are never more than the one condition, expression, message or name that they were given as', async () => {
    const session = await launched();
    const line = lineOf(source, 'list-loop');
    await session.breakAt(source, 'list-loop');
    const { threadId = 0 } = await session.run();
    const [frame] = await session.frames(threadId);
    for (const text of INJECTIONS) {
      const ask = (command: Parameters<typeof session.client.request>[0], args: object): Promise<unknown> =>
        session.client.request(command, args as never).catch(() => undefined);
      await ask('setBreakpoints', { source: { path: source }, breakpoints: [{ line, condition: text }] });
      await ask('setBreakpoints', { source: { path: source }, breakpoints: [{ line, hitCondition: text }] });
      await ask('setBreakpoints', { source: { path: source }, breakpoints: [{ line, logMessage: text }] });
      await ask('setBreakpoints', { source: { path: source }, breakpoints: [{ line, logMessage: `{${text}}` }] });
      await ask('setBreakpoints', { source: { path: text }, breakpoints: [{ line }] });
      await ask('setFunctionBreakpoints', { breakpoints: [{ name: text, condition: text }] });
      await ask('setInstructionBreakpoints', { breakpoints: [{ instructionReference: text }] });
      await ask('dataBreakpointInfo', { name: text });
      for (const context of ['watch', 'hover', 'clipboard'])
        await ask('evaluate', { expression: text, context, frameId: frame?.id });
      await ask('setExpression', { expression: 'sum', value: text, frameId: frame?.id });
      await ask('completions', { text, column: text.length + 1 });
      await ask('gotoTargets', { source: { path: text }, line });
      await ask('breakpointLocations', { source: { path: text }, line });
      await ask('disassemble', { memoryReference: text, instructionCount: 1 });
      await ask('readMemory', { memoryReference: text, count: 1 });
    }
    await session.client.request('setFunctionBreakpoints', { breakpoints: [] });
    await session.client.request('setInstructionBreakpoints', { breakpoints: [] });
    assert.equal((await session.client.request('threads', undefined)).threads.length, 1);
    await session.finish(threadId, source);
    await session.close();
    assertHarmless();
  });
});
