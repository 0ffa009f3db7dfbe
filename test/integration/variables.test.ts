import assert from 'node:assert/strict';
import { find, InspectedProgram } from '../support/inspectedProgram.js';
import { C_PROGRAM } from '../support/inspectedPrograms.js';

describe('variables in C', function () {
  this.timeout(60_000);
  const program = new InspectedProgram('c', C_PROGRAM);
  before(() => program.start());
  beforeEach(() => program.lookAgain());
  after(() => program.end());

  it('are asked for once for both scopes of a frame', async () => {
    await program.children(await program.scope('Arguments'));
    await program.children(await program.scope('Locals'));
    assert.equal(program.sent(/-stack-list-variables .*--simple-values/), 1);
    assert.equal(program.sent(/-stack-list-variables .*--all-values/), 1);
    assert.equal(program.sent(/-var-create/), 0);
  });

  it('show arguments and locals with their values', async () => {
    const named = await program.children(await program.scope('Arguments'));
    assert.equal(find(named, 'argument').value, '5');
    assert.match((await program.local('text')).value, /^0x[0-9a-f]+ "he\\"llo"$/);
    assert.equal((await program.local('flags')).value, '(A | C)');
    assert.match((await program.local('w')).value, /^\{node = \{\.\.\.\}, low = 5, high = 7\}$/);
  });

  it('of outer blocks are shown beside those that hide them, without an expression that would name the wrong one', async () => {
    const variables = (await program.children(await program.scope('Locals'))).filter(({ name }) => /^i\b/.test(name));
    assert.deepEqual(
      variables.map(({ name, value, evaluateName }) => [name, value.slice(0, 6), evaluateName]),
      [
        ['i', '{next ', 'i'],
        ['i (hidden)', '43', undefined],
        ['i (hidden 2)', '42', undefined],
      ],
    );
    const refused = program.inspection.request('setVariable', {
      variablesReference: await program.scope('Locals'),
      name: 'i (hidden)',
      value: '1',
    });
    await assert.rejects(refused, /hides it/);
  });

  it('lead through pointers by expressions that a user would write', async () => {
    const next = find(await program.children((await program.local('list', 'Arguments')).variablesReference), 'next');
    assert.equal(next.evaluateName, 'list->next');
    const members = await program.children(next.variablesReference);
    assert.deepEqual(
      members.map(member => member.name),
      ['next', 'v', 'name', '<anonymous struct>'],
    );
    assert.equal(find(members, 'v').value, '2');
    assert.equal(find(members, 'v').evaluateName, 'list->next->v');
    assert.equal(find(members, 'next').variablesReference, 0);
  });

  it('name every part by an expression that gives the same value', async () => {
    const queue = (await program.children(await program.scope('Locals'))).filter(({ name }) => name !== 'big');
    for (let depth = 0; depth < 4; depth++) {
      for (const variable of queue.splice(0)) {
        const { evaluateName, value } = variable;
        if (evaluateName !== undefined && !value.startsWith('<'))
          assert.equal(await program.watch(evaluateName), value);
        if (variable.variablesReference !== 0) queue.push(...(await program.children(variable.variablesReference)));
      }
    }
  });

  it('reach the members of anonymous structures from the structure around them', async () => {
    const anonymous = find(await program.children((await program.local('i')).variablesReference), '<anonymous struct>');
    const members = await program.children(anonymous.variablesReference);
    assert.equal(find(members, 'a').evaluateName, 'i.a');
    const union = await program.children(find(members, '<anonymous union>').variablesReference);
    assert.equal(find(union, 'u1').evaluateName, 'i.u1');
  });

  it('tell a member from a base class of the same name', async () => {
    const member = find(await program.children((await program.local('w')).variablesReference), 'node');
    assert.equal(member.evaluateName, 'w.node');
  });

  it('show what a pointer to a number, and a pointer to a pointer, point to', async () => {
    assert.deepEqual(await program.inside(await program.local('pi')), ['*pi = 42']);
    const [target] = await program.children((await program.local('ppi')).variablesReference);
    assert.equal(target?.name, '*ppi');
    assert.deepEqual(await program.inside(target), ['*(*ppi) = 42']);
  });

  it('offer nothing behind null, void and functions, and the reason behind a pointer that leads nowhere', async () => {
    for (const name of ['null', 'opaque', 'function', 'text']) {
      assert.equal((await program.local(name)).variablesReference, 0, name);
    }
    assert.deepEqual(await program.inside(await program.local('dangling')), [
      '*dangling = <Cannot access memory at address 0x8>',
    ]);
    assert.equal((await program.local('opaque')).memoryReference, (await program.local('pi')).memoryReference);
  });

  it('show arrays of arrays', async () => {
    const row = (await program.children((await program.local('matrix')).variablesReference))[0]!;
    assert.equal(row.evaluateName, 'matrix[0]');
    assert.equal(row.value, '{1, 2, 0, 0}');
    assert.equal((await program.children(row.variablesReference))[1]?.evaluateName, 'matrix[0][1]');
  });

  it('are spelled in hexadecimal on demand', async () => {
    const variables = await program.children(await program.scope('Locals'), { format: { hex: true } });
    assert.equal(find(variables, 'flags').value, '(A | C)');
    assert.equal(
      find(await program.children(await program.scope('Arguments'), { format: { hex: true } }), 'argument').value,
      '0x5',
    );
    assert.equal(await program.watch('w.high', true), '0x7');
  });

  it('take new values, and what was shown before follows', async () => {
    const matrix = await program.local('matrix');
    const row = (await program.children(matrix.variablesReference))[2]!;
    assert.deepEqual(await program.inside(row), ['[0] = 0', '[1] = 0', '[2] = 0', '[3] = 0']);
    const reply = await program.inspection.request('setVariable', {
      variablesReference: row.variablesReference,
      name: '[1]',
      value: 'argument + 1',
    });
    assert.equal(reply.value, '6');
    assert.deepEqual(
      program.inspection.events.map(({ event }) => event),
      ['memory', 'invalidated'],
    );
    assert.deepEqual(await program.inside(row), ['[0] = 0', '[1] = 6', '[2] = 0', '[3] = 0']);
    assert.equal((await program.local('matrix')).value, '{{...}, {...}, {...}}');
    const set = { variablesReference: await program.scope('Locals'), name: 'flags', value: 'B' };
    assert.equal((await program.inspection.request('setVariable', set)).value, 'B');
    assert.equal((await program.local('flags')).value, 'B');
    const bad = { ...set, value: 'no_such_thing' };
    await assert.rejects(
      program.inspection.request('setVariable', bad),
      /'flags' cannot be set .*No symbol "no_such_thing"/,
    );
    await program.inspection.request('setExpression', {
      expression: 'flags',
      value: 'A | C',
      frameId: program.frameId,
    });
  });

  it('and registers are shown, can be set, and vectors expanded', async () => {
    const reference = await program.scope('Registers');
    const registers = await program.children(reference);
    assert.match(find(registers, 'rip').value, /^0x[0-9a-f]+$/);
    const before = find(registers, 'r15').value;
    const reply = await program.inspection.request('setVariable', {
      variablesReference: reference,
      name: 'r15',
      value: '0x10',
    });
    assert.equal(reply.value, '16');
    assert.equal(find(await program.children(reference), 'r15').value, '0x10');
    await program.inspection.request('setVariable', { variablesReference: reference, name: 'r15', value: before });
    assert.ok((await program.children(find(registers, 'xmm0').variablesReference)).length > 1);
  });

  it('are given up with the stop', async () => {
    const list = await program.local('list', 'Arguments');
    program.inspection.pauseChanged();
    await assert.rejects(program.children(list.variablesReference), { code: 'staleHandle' });
  });

  it('lead to where they were declared, and a pointer to a function to that function', async () => {
    const locals = await program.children(await program.scope('Locals'));
    const place = async (locationReference: number | undefined): Promise<string> => {
      const { source, line } = await program.inspection.request('locations', { locationReference: locationReference! });
      assert.equal(source.path, program.sourcePath);
      return C_PROGRAM.split('\n')[line - 1]!;
    };
    assert.match(await place(find(locals, 'matrix').declarationLocationReference), /matrix\[3\]\[4\]/);
    assert.match(await place(find(locals, 'i').declarationLocationReference), /struct node i = \*list/);
    for (const name of ['function', 'named']) {
      assert.match(await place(find(locals, name).valueLocationReference), /^int twice/, name);
      const watched = await program.evaluate(name, 'watch');
      assert.match(await place(watched.valueLocationReference), /^int twice/, name);
    }
    for (const name of ['pi', 'opaque', 'text', 'big']) {
      assert.equal(find(locals, name).valueLocationReference, undefined, name);
    }
    program.inspection.pauseChanged();
    const stale = { locationReference: find(locals, 'named').valueLocationReference! };
    await assert.rejects(program.inspection.request('locations', stale), { code: 'staleHandle' });
  });

  it('of the source file are a scope, which costs nothing until it is opened', async () => {
    const scope = await program.scope('Globals');
    assert.equal(program.sent(/python/), 0);
    const globals = await program.children(scope);
    assert.deepEqual(
      globals.map(({ name }) => name),
      ['calls', 'huge', 'ofThisFile'],
    );
    assert.equal(find(globals, 'ofThisFile').value, '7');
    assert.equal(find(globals, 'huge').indexedVariables, 10_000_000);
    const set = { variablesReference: scope, name: 'ofThisFile', value: '8' };
    assert.equal((await program.inspection.request('setVariable', set)).value, '8');
    assert.equal(await program.watch('ofThisFile'), '8');
    await program.inspection.request('setVariable', { ...set, value: '7' });
    const { scopes } = await program.inspection.request('scopes', { frameId: program.frameId });
    assert.equal(scopes.find(({ name }) => name === 'Globals')?.expensive, true);
  });

  it('answer an assignment in the format that the client asks for', async () => {
    const set = {
      variablesReference: await program.scope('Arguments'),
      name: 'argument',
      value: '26',
      format: { hex: true },
    };
    assert.equal((await program.inspection.request('setVariable', set)).value, '0x1a');
    const back = { expression: 'argument', value: '5', frameId: program.frameId, format: { hex: true } };
    assert.equal((await program.inspection.request('setExpression', back)).value, '0x5');
  });

  it('of an outer block that cannot be assigned to are marked so', async () => {
    const hidden = await program.local('i (hidden)');
    assert.deepEqual(hidden.presentationHint?.attributes, ['readOnly']);
  });

  it('show what a function returned, in a scope of its own', async () => {
    await program.evaluate('print *list', 'repl');
    program.inspection.returned = '$';
    const { scopes } = await program.inspection.request('scopes', { frameId: program.frameId });
    assert.deepEqual(scopes[0]?.name, 'Return value');
    const [value] = await program.children(scopes[0].variablesReference);
    assert.equal(value?.name, 'returned');
    assert.deepEqual((await program.inside(value))[1], 'v = 1');
  });
});
