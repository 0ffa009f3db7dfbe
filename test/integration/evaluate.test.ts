import assert from 'node:assert/strict';
import { InspectedProgram } from '../support/inspectedProgram.js';
import { C_PROGRAM, CXX_PROGRAM } from '../support/inspectedPrograms.js';

describe('expressions', function () {
  this.timeout(60_000);
  const program = new InspectedProgram('c', C_PROGRAM);
  before(() => program.start());
  beforeEach(() => program.lookAgain());
  after(() => program.end());

  it('do not let an assignment call a function again that a watched expression has called', async () => {
    const calls = Number(await program.watch('calls'));
    assert.equal(await program.watch('twice(4)'), '8');
    const node = await program.inspection.request('evaluate', {
      expression: '*(twice(0), list)',
      context: 'watch',
      frameId: program.frameId,
    });
    assert.ok(node.variablesReference > 0);
    assert.deepEqual((await program.children(node.variablesReference))[1]?.value, '1');
    await program.inspection.request('setExpression', { expression: 'argument', value: '5', frameId: program.frameId });
    assert.equal(Number(await program.watch('calls')), calls + 2);
  });

  it('answer an expression in the debug console where gdb knows no such command', async () => {
    const repl = async (expression: string): Promise<string> =>
      (await program.inspection.request('evaluate', { expression, context: 'repl', frameId: program.frameId })).result;
    assert.equal(await repl('matrix[0][1] + 1'), '3');
    assert.equal(await repl('*pi'), '42');
    assert.match(await repl('info line'), /^Line \d+ of/);
    assert.equal(await repl('print argument'), '$1 = 5');
    await assert.rejects(repl('nonsense'), /no command of gdb, and as an expression: No symbol "nonsense"/);
    await assert.rejects(repl('info nonsense'), /nonsense/);
  });

  it('call nothing while the thread must not, and say why', async () => {
    program.inspection.callRefusal = 'the thread stands inside a restartable sequence.';
    await assert.rejects(program.watch('twice(1)'), /inside a restartable sequence/);
    const set = { expression: 'argument', value: 'twice(1)', frameId: program.frameId };
    await assert.rejects(program.inspection.request('setExpression', set), /inside a restartable sequence/);
    const line = { expression: 'print twice(1)', context: 'repl' as const, frameId: program.frameId };
    await assert.rejects(program.inspection.request('evaluate', line), /inside a restartable sequence/);
    assert.equal(await program.watch('argument'), '5');
    program.inspection.callRefusal = undefined;
    assert.equal(await program.watch('twice(1)'), '2');
  });

  it('copy a value whole, however many elements it has', async () => {
    const { result } = await program.evaluate('big', 'clipboard');
    assert.equal(result, `{${Array.from({ length: 1000 }, (_, index) => index).join(', ')}}`);
    assert.equal((await program.evaluate('argument', 'clipboard', { format: { hex: true } })).result, '0x5');
  });

  it('are not carried out by the mouse where they would change something', async () => {
    const before = await program.watch('calls');
    for (const expression of ['calls = 100', 'calls++', 'twice(1)']) {
      await assert.rejects(program.evaluate(expression, 'hover'), { code: 'notHoverable' });
    }
    assert.equal(await program.watch('calls'), before);
    assert.equal((await program.evaluate('list->v', 'hover')).result, '1');
  });

  it('in the debug console tell the client what has become stale', async () => {
    const told = async (line: string): Promise<unknown> => {
      program.inspection.events.length = 0;
      program.inspection.places.clear();
      const { stackFrames } = await program.inspection.request('stackTrace', { threadId: 1, levels: 1 });
      program.inspection.places.set(1, BigInt(stackFrames[0]!.instructionPointerReference!));
      await program.evaluate(line, 'repl');
      return program.inspection.events.map(({ event, body }) => (event === 'invalidated' ? body : event));
    };
    assert.deepEqual(await told('print calls'), []);
    assert.deepEqual(await told('set var calls = calls'), ['memory', { areas: ['variables'] }]);
    assert.deepEqual(await told('print calls = calls'), ['memory', { areas: ['variables'] }]);
    assert.deepEqual(await told('set var $r15 = $r15'), [{ areas: ['variables'] }]);
    assert.deepEqual(await told('set var $pc = $pc + 1'), [{ areas: ['stacks', 'variables'] }]);
    assert.deepEqual(await told('set var $pc = $pc - 1'), [{ areas: ['stacks', 'variables'] }]);
    assert.equal(program.inspection.remembered.at(-1)?.thread, 1);
  });
});

describe('expressions in C++', function () {
  this.timeout(60_000);
  const program = new InspectedProgram('c++', CXX_PROGRAM);
  before(() => program.start());
  beforeEach(() => program.lookAgain());
  after(() => program.end());

  it("show a variable's value where its name abbreviates a command", async () => {
    // gdb takes `str` for `strace`.
    const body = await program.inspection.request('evaluate', {
      expression: 'str',
      context: 'repl',
      frameId: program.frameId,
    });
    assert.equal(body.result, '"some text"');
    const list = await program.inspection.request('evaluate', {
      expression: 'list',
      context: 'repl',
      frameId: program.frameId,
    });
    assert.match(list.result, /^\d+\t/);
  });
});
