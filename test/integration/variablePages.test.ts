import type { DebugProtocol as D } from '@vscode/debugprotocol';
import assert from 'node:assert/strict';
import { InspectedProgram } from '../support/inspectedProgram.js';
import { C_PROGRAM, CXX_PROGRAM } from '../support/inspectedPrograms.js';

describe('long arrays', function () {
  this.timeout(60_000);
  const program = new InspectedProgram('c', C_PROGRAM);
  before(() => program.start());
  beforeEach(() => program.lookAgain());
  after(() => program.end());

  it('show a page of an array', async () => {
    const big = await program.local('big');
    assert.equal(big.indexedVariables, 1000);
    const page = await program.children(big.variablesReference, { filter: 'indexed', start: 500, count: 3 });
    assert.deepEqual(
      page.map(({ name, value, evaluateName }) => [name, value, evaluateName]),
      [500, 501, 502].map(index => [`[${index}]`, String(index), `big[${index}]`]),
    );
  });

  it('show the first part of an array to a client that knows no pages, and a way to the rest', async () => {
    const first = await program.children((await program.local('big')).variablesReference);
    assert.equal(first.length, 101);
    const second = await program.children(first[100]!.variablesReference);
    assert.equal(second[0]?.name, '[100]');
    assert.equal(second[0].value, '100');
    assert.equal(second[100]?.name, '[200...]');
  });

  it('show a part of an array of ten million elements without making a variable object of each', async () => {
    const body = await program.inspection.request('evaluate', {
      expression: 'huge',
      context: 'watch',
      frameId: program.frameId,
    });
    assert.equal(body.result, '[10000000]');
    const page = await program.children(body.variablesReference, { start: 2, count: 2 });
    assert.deepEqual(
      page.map(({ name, value }) => [name, value]),
      [
        ['[2]', '0'],
        ['[3]', '0'],
      ],
    );
  });

  it('show exactly the page that is asked for, and nothing where the kind that is asked for is not there', async () => {
    const big = await program.local('big');
    const ask = async (page: Partial<D.VariablesArguments>): Promise<string[]> =>
      (await program.children(big.variablesReference, page)).map(({ name }) => name);
    assert.deepEqual(await ask({ filter: 'indexed', start: 998, count: 100 }), ['[998]', '[999]']);
    assert.deepEqual(await ask({ filter: 'indexed', start: 1000, count: 1 }), []);
    assert.deepEqual(await ask({ filter: 'named' }), []);
    const list = await program.local('list', 'Arguments');
    const members = async (page: Partial<D.VariablesArguments>): Promise<string[]> =>
      (await program.children(list.variablesReference, page)).map(({ name }) => name);
    assert.deepEqual(await members({ filter: 'indexed' }), []);
    assert.deepEqual(await members({ filter: 'named', start: 1, count: 2 }), ['v', 'name']);
    const locals = await program.children(await program.scope('Locals'));
    const page = await program.children(await program.scope('Locals'), { start: 2, count: 3 });
    assert.deepEqual(
      page.map(({ name }) => name),
      locals.slice(2, 5).map(({ name }) => name),
    );
  });
});

describe('long containers', function () {
  this.timeout(60_000);
  const program = new InspectedProgram('c++', CXX_PROGRAM);
  before(() => program.start());
  beforeEach(() => program.lookAgain());
  after(() => program.end());

  it('show a long container in parts', async () => {
    const first = await program.children((await program.local('points')).variablesReference);
    assert.equal(first.length, 101);
    const second = await program.children(first[100]!.variablesReference);
    const third = await program.children(second[100]!.variablesReference);
    assert.equal(third.length, 50);
    assert.equal(third[49]?.name, '[249]');
    assert.deepEqual(await program.inside(third[49]), ['x = 7', 'y = 8']);
  });

  it('do not read a container to its end that has not been made yet', async () => {
    // Garbage for its first and last pointer: a vector of 2^40 elements.
    const place = '*(long *)&late';
    await program.watch(`${place} = (long)&value`);
    await program.watch(`((long *)&late)[1] = (long)&value + 0x40000000000`);
    await program.lookAgain();
    const late = await program.local('late');
    const parts = await program.children(late.variablesReference);
    assert.equal(parts.length, 101);
    assert.equal(parts[100]?.name, '[100...]');
  });

  it('show the last page of a vector of a million as fast as the first: nothing in front of it is read', async () => {
    const million = await program.local('million');
    assert.equal(million.indexedVariables, 1_000_000);
    const page = await program.children(million.variablesReference, { filter: 'indexed', start: 999_998, count: 2 });
    assert.deepEqual(
      page.map(({ name, value }) => `${name} = ${value}`),
      ['[999998] = 3', '[999999] = 4'],
    );
    assert.equal(program.sent(/-var-list-children/), 1);
    assert.equal(await program.watch(page[1]!.evaluateName!), '4');
    const watched = await program.evaluate('million', 'watch');
    assert.equal(watched.indexedVariables, 1_000_000);
  });

  it('show a vector that has no expression, and one of bits, as their pretty printers do', async () => {
    const [entry] = await program.children((await program.local('nested')).variablesReference);
    assert.equal(entry?.indexedVariables, undefined);
    assert.deepEqual(await program.inside(entry!), ['[0] = 1', '[1] = 2', '[2] = 3']);
    assert.deepEqual(await program.inside(await program.local('bits')), ['[0] = false', '[1] = false', '[2] = false']);
  });
});
