import assert from 'node:assert/strict';
import { find, InspectedProgram } from '../support/inspectedProgram.js';
import { CXX_PROGRAM } from '../support/inspectedPrograms.js';

describe('variables in C++', function () {
  this.timeout(60_000);
  const program = new InspectedProgram('c++', CXX_PROGRAM);
  before(() => program.start());
  beforeEach(() => program.lookAgain());
  after(() => program.end());

  it('show the members of a class without the groups that gdb puts them in', async () => {
    const reference = await program.local('ref', 'Arguments');
    const members = await program.children(reference.variablesReference);
    assert.deepEqual(
      members.map(({ name, presentationHint }) => [name, presentationHint?.kind ?? presentationHint?.visibility]),
      [
        ['Base', 'baseClass'],
        ['Other', 'baseClass'],
        ['d', 'public'],
        ['secret', 'private'],
      ],
    );
    const [o] = await program.children(find(members, 'Other').variablesReference);
    assert.equal(o?.value, '4');
    assert.equal(await program.watch(o.evaluateName!), '4');
  });

  it('know a base class where there is nothing else', async () => {
    const [base] = await program.children((await program.local('only')).variablesReference);
    assert.equal(base?.presentationHint?.kind, 'baseClass');
    assert.equal(await program.watch(base.evaluateName!), base.value);
  });

  it('show references as what they refer to', async () => {
    assert.equal((await program.local('alias')).value, '5');
  });

  it('show containers by their pretty printers, also behind a pointer', async () => {
    assert.equal((await program.local('numbers')).value, 'std::vector of length 3, capacity 3 = {1, 2, 3}');
    assert.deepEqual(await program.inside(await program.local('numbers')), ['[0] = 1', '[1] = 2', '[2] = 3']);
    assert.deepEqual(await program.inside(await program.local('behind')), ['[0] = 1', '[1] = 2', '[2] = 3']);
    assert.deepEqual(await program.inside(await program.local('ages')), ['["ann"] = 1', '["bob"] = 2']);
    assert.deepEqual(await program.inside(await program.local('pointer')), ['*pointer = "some text"']);
    const text = await program.local('str');
    assert.equal(text.value, '"some text"');
    assert.equal(text.variablesReference, 0);
  });

  it('take new values inside a container', async () => {
    const { variablesReference } = await program.local('numbers');
    await program.children(variablesReference);
    assert.equal(
      (await program.inspection.request('setVariable', { variablesReference, name: '[1]', value: '20' })).value,
      '20',
    );
    assert.deepEqual(await program.inside(await program.local('numbers')), ['[0] = 1', '[1] = 20', '[2] = 3']);
    await program.inspection.request('setVariable', { variablesReference, name: '[1]', value: '2' });
  });
});
