import type { DebugProtocol as D } from '@vscode/debugprotocol';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { enablePrettyPrinting } from '../../src/mi/commands.js';
import { breakInsert } from '../../src/mi/commandsBreakpoints.js';
import { execRun } from '../../src/mi/commandsExecution.js';
import { fileExecAndSymbols } from '../../src/mi/commandsTarget.js';
import { parseEvent } from '../../src/mi/events.js';
import { startGdb, type GdbProcess } from '../../src/mi/gdbProcess.js';
import { CompiledPrograms } from '../support/compiled.js';
import { Inspection } from '../support/inspection.js';

const C_PROGRAM = `
#include <string.h>
struct node { struct node *next; int v; char name[8]; struct { int a; union { int u1; float u2; }; }; };
typedef struct node node;
struct named { node node; unsigned low : 3; unsigned high : 5; };
enum flags { A = 1, B = 2, C = 4 };
int huge[10000000];
int calls;
int twice(int x) { calls++; return 2 * x; }
int work(int argument, struct node *list) {
  int i = 42, *pi = &i, **ppi = &pi, *dangling = (int *)8;
  struct node *null = 0;
  struct named w = { *list, 5, 7 };
  int big[1000], matrix[3][4] = { { 1, 2 } };
  for (int k = 0; k < 1000; k++) big[k] = k;
  void *opaque = &i; int (*function)(int) = twice; const char *text = "he\\"llo"; enum flags flags = A | C;
  { int i = 43;
    { struct node i = *list; i.v = 44; huge[3] = argument + w.low; memset(i.name, 'x', 2); /* stop */ calls += i.v; }
    i++; }
  return **ppi + matrix[0][0] + (dangling == 0) + (null == 0) + (opaque == 0) + function(3) + text[0] + flags + big[5];
}
int main(void) {
  struct node last = { 0, 2, "two", { 3, { 4 } } }, first = { &last, 1, "one", { 5, { 6 } } };
  return work(5, &first);
}
`;

const CXX_PROGRAM = `
#include <map>
#include <string>
#include <vector>
struct Base { int b = 1; virtual ~Base() {} };
struct Other { int o = 4; };
struct Derived : Base, Other { int d = 2; private: int secret = 3; };
struct OnlyBases : Other {};
struct Point { int x, y; };
int work(const Derived &ref) {
  std::vector<int> numbers{1, 2, 3}; std::vector<Point> points(250, Point{7, 8});
  std::map<std::string, int> ages{{"ann", 1}, {"bob", 2}};
  std::string str = "some text"; std::string *pointer = &str; std::vector<int> *behind = &numbers;
  OnlyBases only; int value = 5; int &alias = value;
  value += ref.d; /* stop */
  std::vector<int> late{4, 5};
  return late[0] + alias + (int)points.size() + (int)pointer->size() + (int)behind->size() + only.o + ages["ann"];
}
int main() { Derived d; return work(d); }
`;

describe('variables of a real program', function () {
  this.timeout(30_000);
  const programs = new CompiledPrograms();
  let gdb: GdbProcess;
  let inspection: Inspection;
  let frameId: number;
  let commands: string[] = [];

  async function stopAtMarker(program: string, source: string): Promise<void> {
    const log = (direction: 'toGdb' | 'fromGdb', line: string): void => {
      if (direction === 'toGdb') commands.push(line);
    };
    gdb = await startGdb({ gdb: 'gdb', env: process.env, cwd: programs.folder, log });
    await gdb.client.send(fileExecAndSymbols(program));
    await gdb.client.send(enablePrettyPrinting());
    const line = source.split('\n').findIndex(text => text.includes('/* stop */')) + 1;
    const file = program + (source === C_PROGRAM ? '.c' : '.cc');
    await gdb.client.send(breakInsert({ location: { kind: 'source', file, line } }));
    const stopped = new Promise<void>(resolve => {
      gdb.client.onAsync(record => {
        if (parseEvent(record).kind === 'stopped') resolve();
      });
    });
    await gdb.client.send(execRun());
    await stopped;
    await lookAgain();
  }

  async function lookAgain(): Promise<void> {
    inspection = new Inspection(gdb.client);
    const { stackFrames } = await inspection.request('stackTrace', { threadId: 1, levels: 20 });
    frameId = stackFrames[0]!.id;
    commands = [];
  }

  async function scope(name: string): Promise<number> {
    const { scopes } = await inspection.request('scopes', { frameId });
    return scopes.find(found => found.name === name)!.variablesReference;
  }

  async function children(variablesReference: number, page: Partial<D.VariablesArguments> = {}): Promise<D.Variable[]> {
    return (await inspection.request('variables', { variablesReference, ...page })).variables;
  }

  async function local(name: string, from = 'Locals'): Promise<D.Variable> {
    return find(await children(await scope(from)), name);
  }

  function find(variables: readonly D.Variable[], name: string): D.Variable {
    const found = variables.find(variable => variable.name === name);
    assert.ok(found, `no ${name} among ${variables.map(variable => variable.name).join(', ')}`);
    return found;
  }

  async function inside(variable: D.Variable): Promise<string[]> {
    return (await children(variable.variablesReference)).map(({ name, value }) => `${name} = ${value}`);
  }

  async function watch(expression: string, hex = false): Promise<string> {
    return (await inspection.request('evaluate', { expression, context: 'watch', frameId, format: { hex } })).result;
  }

  after(() => {
    programs.remove();
  });

  describe('in C', () => {
    before(async () => {
      await stopAtMarker(programs.compile('inspected', C_PROGRAM), C_PROGRAM);
    });
    beforeEach(lookAgain);
    after(() => gdb.end());

    it('are asked for once for both scopes of a frame', async () => {
      await children(await scope('Arguments'));
      await children(await scope('Locals'));
      const lists = commands.filter(command => command.includes('-stack-list-variables'));
      assert.equal(lists.filter(command => command.includes('--simple-values')).length, 1);
      assert.equal(lists.filter(command => command.includes('--all-values')).length, 1);
      assert.equal(commands.filter(command => command.includes('-var-create')).length, 0);
    });

    it('show arguments and locals with their values', async () => {
      const named = await children(await scope('Arguments'));
      assert.equal(find(named, 'argument').value, '5');
      assert.match((await local('text')).value, /^0x[0-9a-f]+ "he\\"llo"$/);
      assert.equal((await local('flags')).value, '(A | C)');
      assert.match((await local('w')).value, /^\{node = \{\.\.\.\}, low = 5, high = 7\}$/);
    });

    it('of outer blocks are shown beside those that hide them, without an expression that would name the wrong one', async () => {
      const variables = (await children(await scope('Locals'))).filter(({ name }) => /^i\b/.test(name));
      assert.deepEqual(
        variables.map(({ name, value, evaluateName }) => [name, value.slice(0, 6), evaluateName]),
        [
          ['i', '{next ', 'i'],
          ['i (hidden)', '43', undefined],
          ['i (hidden 2)', '42', undefined],
        ],
      );
      const refused = inspection.request('setVariable', {
        variablesReference: await scope('Locals'),
        name: 'i (hidden)',
        value: '1',
      });
      await assert.rejects(refused, /hides it/);
    });

    it('lead through pointers by expressions that a user would write', async () => {
      const next = find(await children((await local('list', 'Arguments')).variablesReference), 'next');
      assert.equal(next.evaluateName, 'list->next');
      const members = await children(next.variablesReference);
      assert.deepEqual(
        members.map(member => member.name),
        ['next', 'v', 'name', '<anonymous struct>'],
      );
      assert.equal(find(members, 'v').value, '2');
      assert.equal(find(members, 'v').evaluateName, 'list->next->v');
      assert.equal(find(members, 'next').variablesReference, 0);
    });

    it('name every part by an expression that gives the same value', async () => {
      const queue = (await children(await scope('Locals'))).filter(({ name }) => name !== 'big');
      for (let depth = 0; depth < 4; depth++) {
        for (const variable of queue.splice(0)) {
          const { evaluateName, value } = variable;
          if (evaluateName !== undefined && !value.startsWith('<')) assert.equal(await watch(evaluateName), value);
          if (variable.variablesReference !== 0) queue.push(...(await children(variable.variablesReference)));
        }
      }
    });

    it('reach the members of anonymous structures from the structure around them', async () => {
      const anonymous = find(await children((await local('i')).variablesReference), '<anonymous struct>');
      const members = await children(anonymous.variablesReference);
      assert.equal(find(members, 'a').evaluateName, 'i.a');
      const union = await children(find(members, '<anonymous union>').variablesReference);
      assert.equal(find(union, 'u1').evaluateName, 'i.u1');
    });

    it('tell a member from a base class of the same name', async () => {
      const member = find(await children((await local('w')).variablesReference), 'node');
      assert.equal(member.evaluateName, 'w.node');
    });

    it('show what a pointer to a number, and a pointer to a pointer, point to', async () => {
      assert.deepEqual(await inside(await local('pi')), ['*pi = 42']);
      const [target] = await children((await local('ppi')).variablesReference);
      assert.equal(target?.name, '*ppi');
      assert.deepEqual(await inside(target), ['*(*ppi) = 42']);
    });

    it('offer nothing behind null, void and functions, and the reason behind a pointer that leads nowhere', async () => {
      for (const name of ['null', 'opaque', 'function', 'text']) {
        assert.equal((await local(name)).variablesReference, 0, name);
      }
      assert.deepEqual(await inside(await local('dangling')), ['*dangling = <Cannot access memory at address 0x8>']);
      assert.equal((await local('opaque')).memoryReference, (await local('pi')).memoryReference);
    });

    it('show a page of an array', async () => {
      const big = await local('big');
      assert.equal(big.indexedVariables, 1000);
      const page = await children(big.variablesReference, { filter: 'indexed', start: 500, count: 3 });
      assert.deepEqual(
        page.map(({ name, value, evaluateName }) => [name, value, evaluateName]),
        [500, 501, 502].map(index => [`[${index}]`, String(index), `big[${index}]`]),
      );
    });

    it('show the first part of an array to a client that knows no pages, and a way to the rest', async () => {
      const first = await children((await local('big')).variablesReference);
      assert.equal(first.length, 101);
      const second = await children(first[100]!.variablesReference);
      assert.equal(second[0]?.name, '[100]');
      assert.equal(second[0].value, '100');
      assert.equal(second[100]?.name, '[200...]');
    });

    it('show a part of an array of ten million elements without making a variable object of each', async () => {
      const body = await inspection.request('evaluate', { expression: 'huge', context: 'watch', frameId });
      assert.equal(body.result, '[10000000]');
      const page = await children(body.variablesReference, { start: 2, count: 2 });
      assert.deepEqual(
        page.map(({ name, value }) => [name, value]),
        [
          ['[2]', '0'],
          ['[3]', '0'],
        ],
      );
    });

    it('show arrays of arrays', async () => {
      const row = (await children((await local('matrix')).variablesReference))[0]!;
      assert.equal(row.evaluateName, 'matrix[0]');
      assert.equal(row.value, '{1, 2, 0, 0}');
      assert.equal((await children(row.variablesReference))[1]?.evaluateName, 'matrix[0][1]');
    });

    it('are spelled in hexadecimal on demand', async () => {
      const variables = await children(await scope('Locals'), { format: { hex: true } });
      assert.equal(find(variables, 'flags').value, '(A | C)');
      assert.equal(find(await children(await scope('Arguments'), { format: { hex: true } }), 'argument').value, '0x5');
      assert.equal(await watch('w.high', true), '0x7');
    });

    it('take new values, and what was shown before follows', async () => {
      const matrix = await local('matrix');
      const row = (await children(matrix.variablesReference))[2]!;
      assert.deepEqual(await inside(row), ['[0] = 0', '[1] = 0', '[2] = 0', '[3] = 0']);
      const reply = await inspection.request('setVariable', {
        variablesReference: row.variablesReference,
        name: '[1]',
        value: 'argument + 1',
      });
      assert.equal(reply.value, '6');
      assert.deepEqual(inspection.events, [{ event: 'invalidated', body: { areas: ['variables'] } }]);
      assert.deepEqual(await inside(row), ['[0] = 0', '[1] = 6', '[2] = 0', '[3] = 0']);
      assert.equal((await local('matrix')).value, '{{...}, {...}, {...}}');
      const set = { variablesReference: await scope('Locals'), name: 'flags', value: 'B' };
      assert.equal((await inspection.request('setVariable', set)).value, 'B');
      assert.equal((await local('flags')).value, 'B');
      const bad = { ...set, value: 'no_such_thing' };
      await assert.rejects(inspection.request('setVariable', bad), /'flags' cannot be set .*No symbol "no_such_thing"/);
      await inspection.request('setExpression', { expression: 'flags', value: 'A | C', frameId });
    });

    it('and registers are shown, can be set, and vectors expanded', async () => {
      const reference = await scope('Registers');
      const registers = await children(reference);
      assert.match(find(registers, 'rip').value, /^0x[0-9a-f]+$/);
      const before = find(registers, 'r15').value;
      const reply = await inspection.request('setVariable', {
        variablesReference: reference,
        name: 'r15',
        value: '0x10',
      });
      assert.equal(reply.value, '16');
      assert.equal(find(await children(reference), 'r15').value, '0x10');
      await inspection.request('setVariable', { variablesReference: reference, name: 'r15', value: before });
      assert.ok((await children(find(registers, 'xmm0').variablesReference)).length > 1);
    });

    it('do not let an assignment call a function again that a watched expression has called', async () => {
      const calls = Number(await watch('calls'));
      assert.equal(await watch('twice(4)'), '8');
      const node = await inspection.request('evaluate', { expression: '*(twice(0), list)', context: 'watch', frameId });
      assert.ok(node.variablesReference > 0);
      assert.deepEqual((await children(node.variablesReference))[1]?.value, '1');
      await inspection.request('setExpression', { expression: 'argument', value: '5', frameId });
      assert.equal(Number(await watch('calls')), calls + 2);
    });

    it('answer an expression in the debug console where gdb knows no such command', async () => {
      const repl = async (expression: string): Promise<string> =>
        (await inspection.request('evaluate', { expression, context: 'repl', frameId })).result;
      assert.equal(await repl('matrix[0][1] + 1'), '3');
      assert.equal(await repl('*pi'), '42');
      assert.match(await repl('info line'), /^Line \d+ of/);
      assert.equal(await repl('print argument'), '$1 = 5');
      await assert.rejects(repl('nonsense'), /no command of gdb, and as an expression: No symbol "nonsense"/);
      await assert.rejects(repl('info nonsense'), /nonsense/);
    });

    it('call nothing while the thread must not, and say why', async () => {
      inspection.callRefusal = 'the thread stands inside a restartable sequence.';
      await assert.rejects(watch('twice(1)'), /inside a restartable sequence/);
      const set = { expression: 'argument', value: 'twice(1)', frameId };
      await assert.rejects(inspection.request('setExpression', set), /inside a restartable sequence/);
      const line = { expression: 'print twice(1)', context: 'repl' as const, frameId };
      await assert.rejects(inspection.request('evaluate', line), /inside a restartable sequence/);
      assert.equal(await watch('argument'), '5');
      inspection.callRefusal = undefined;
      assert.equal(await watch('twice(1)'), '2');
    });

    it('are given up with the stop', async () => {
      const list = await local('list', 'Arguments');
      inspection.pauseChanged();
      await assert.rejects(children(list.variablesReference), { code: 'staleHandle' });
    });

    it('are disassembled around an address, instruction for instruction', async () => {
      const { stackFrames } = await inspection.request('stackTrace', { threadId: 1, levels: 1 });
      const memoryReference = stackFrames[0]!.instructionPointerReference!;
      const ask = async (instructionOffset: number, instructionCount: number): Promise<D.DisassembledInstruction[]> =>
        (await inspection.request('disassemble', { memoryReference, instructionOffset, instructionCount }))
          .instructions;
      const around = await ask(-400, 800);
      assert.equal(around.length, 800);
      assert.equal(around[400]?.address, memoryReference);
      assert.deepEqual(
        (await ask(-20, 30)).map(({ address }) => address),
        around.slice(380, 410).map(({ address }) => address),
      );
      assert.deepEqual(
        (await ask(5, 10)).map(({ address }) => address),
        around.slice(405, 415).map(({ address }) => address),
      );
      const addresses = around.map(({ address }) => BigInt(address));
      assert.ok(addresses.every((address, index) => index === 0 || address > addresses[index - 1]!));
      assert.equal((await ask(0, 1))[0]?.location?.path, join(programs.folder, 'inspected.c'));
    });

    it('fill a disassembly up where nothing can be read', async () => {
      const { instructions } = await inspection.request('disassemble', {
        memoryReference: '0x10',
        instructionOffset: -1,
        instructionCount: 3,
      });
      assert.deepEqual(
        instructions.map(({ address, presentationHint }) => [address, presentationHint]),
        ['0xf', '0x10', '0x11'].map(address => [address, 'invalid']),
      );
    });
  });

  describe('in C++', () => {
    before(async () => {
      const path = join(programs.folder, 'classes');
      writeFileSync(`${path}.cc`, CXX_PROGRAM);
      execFileSync('g++', ['-g', '-O0', '-o', path, `${path}.cc`]);
      await stopAtMarker(path, CXX_PROGRAM);
    });
    beforeEach(lookAgain);
    after(() => gdb.end());

    it('show the members of a class without the groups that gdb puts them in', async () => {
      const reference = await local('ref', 'Arguments');
      const members = await children(reference.variablesReference);
      assert.deepEqual(
        members.map(({ name, presentationHint }) => [name, presentationHint?.kind ?? presentationHint?.visibility]),
        [
          ['Base', 'baseClass'],
          ['Other', 'baseClass'],
          ['d', 'public'],
          ['secret', 'private'],
        ],
      );
      const [o] = await children(find(members, 'Other').variablesReference);
      assert.equal(o?.value, '4');
      assert.equal(await watch(o.evaluateName!), '4');
    });

    it('know a base class where there is nothing else', async () => {
      const [base] = await children((await local('only')).variablesReference);
      assert.equal(base?.presentationHint?.kind, 'baseClass');
      assert.equal(await watch(base.evaluateName!), base.value);
    });

    it('show references as what they refer to', async () => {
      assert.equal((await local('alias')).value, '5');
    });

    it('show containers by their pretty printers, also behind a pointer', async () => {
      assert.equal((await local('numbers')).value, 'std::vector of length 3, capacity 3 = {1, 2, 3}');
      assert.deepEqual(await inside(await local('numbers')), ['[0] = 1', '[1] = 2', '[2] = 3']);
      assert.deepEqual(await inside(await local('behind')), ['[0] = 1', '[1] = 2', '[2] = 3']);
      assert.deepEqual(await inside(await local('ages')), ['["ann"] = 1', '["bob"] = 2']);
      assert.deepEqual(await inside(await local('pointer')), ['*pointer = "some text"']);
      const text = await local('str');
      assert.equal(text.value, '"some text"');
      assert.equal(text.variablesReference, 0);
    });

    it('take new values inside a container', async () => {
      const { variablesReference } = await local('numbers');
      await children(variablesReference);
      assert.equal(
        (await inspection.request('setVariable', { variablesReference, name: '[1]', value: '20' })).value,
        '20',
      );
      assert.deepEqual(await inside(await local('numbers')), ['[0] = 1', '[1] = 20', '[2] = 3']);
      await inspection.request('setVariable', { variablesReference, name: '[1]', value: '2' });
    });

    it('show a long container in parts', async () => {
      const first = await children((await local('points')).variablesReference);
      assert.equal(first.length, 101);
      const second = await children(first[100]!.variablesReference);
      const third = await children(second[100]!.variablesReference);
      assert.equal(third.length, 50);
      assert.equal(third[49]?.name, '[249]');
      assert.deepEqual(await inside(third[49]), ['x = 7', 'y = 8']);
    });

    it('do not read a container to its end that has not been made yet', async () => {
      // Garbage for its first and last pointer: a vector of 2^40 elements.
      const place = '*(long *)&late';
      await watch(`${place} = (long)&value`);
      await watch(`((long *)&late)[1] = (long)&value + 0x40000000000`);
      await lookAgain();
      const late = await local('late');
      const parts = await children(late.variablesReference);
      assert.equal(parts.length, 101);
      assert.equal(parts[100]?.name, '[100...]');
    });

    it("show a variable's value where its name abbreviates a command", async () => {
      // gdb takes `str` for `strace`.
      const body = await inspection.request('evaluate', { expression: 'str', context: 'repl', frameId });
      assert.equal(body.result, '"some text"');
      const list = await inspection.request('evaluate', { expression: 'list', context: 'repl', frameId });
      assert.match(list.result, /^\d+\t/);
    });
  });
});
