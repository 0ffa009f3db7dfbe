import assert from 'node:assert/strict';
import { RequestError } from '../../../src/util/errors.js';
import { Handles } from '../../../src/util/handles.js';

describe('Handles', () => {
  it('gives each object a number of its own and finds it again', () => {
    const handles = new Handles<string | undefined>('frame');
    const a = handles.create('a');
    const none = handles.create(undefined);
    assert.notEqual(a, none);
    assert.equal(handles.get(a), 'a');
    assert.equal(handles.get(none), undefined);
  });

  it('never gives a number out again after a reset, and refuses the old ones with a clear error', () => {
    const handles = new Handles<string>('stack frame');
    const old = handles.create('old');
    handles.reset();
    const fresh = handles.create('fresh');
    assert.notEqual(fresh, old);
    assert.throws(
      () => handles.get(old),
      (error: unknown) =>
        error instanceof RequestError && error.code === 'staleHandle' && error.message.includes(`stack frame ${old}`),
    );
  });

  it('starts at the number asked for and never gives out 0, which means "none" in the protocol', () => {
    assert.equal(new Handles<string>('variable').create('x'), 1);
    assert.equal(new Handles<string>('variable', 1000).create('x'), 1000);
  });

  it('refuses numbers beyond the 31 bits that the protocol allows', () => {
    const handles = new Handles<string>('variable', 2 ** 31 - 1);
    assert.equal(handles.create('last'), 2 ** 31 - 1);
    assert.throws(() => handles.create('one too many'), RequestError);
  });
});
