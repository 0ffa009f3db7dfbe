import assert from 'node:assert/strict';
import {
  formatDataId,
  memoryExpression,
  parseDataId,
  pointerTo,
  type DataPlace,
} from '../../../src/session/dataBreakpointPlace.js';

describe('the dataId of a data breakpoint', () => {
  const places: readonly DataPlace[] = [
    { kind: 'static', name: 'a "b" \\', expression: 'counters[1].value' },
    { kind: 'memory', name: 'p->x', address: 0xffff_ffff_ffff_fff8n, bytes: 8 },
    { kind: 'memory', name: 'p->x', address: 16n, bytes: 24, type: 'struct point [3]' },
    { kind: 'frame', name: 'i', expression: 'i', thread: 2, frameAddress: 0x7ffe_1234n, function: 'f<int>(char)' },
  ];
  for (const place of places) {
    it(`brings the place back: ${place.kind} ${place.name}`, () => {
      assert.deepEqual(parseDataId(formatDataId(place)), place);
    });
  }

  for (const text of ['', 'x', '1', 'null', '[]', '{}', '{"kind":"memory","name":"x","address":"x","bytes":1}']) {
    it(`is refused where it is none: ${text}`, () => {
      assert.throws(() => parseDataId(text), /no dataId of this adapter/);
    });
  }
});

describe('the expression of watched memory', () => {
  it('is of the type where that can be named, else bytes', () => {
    assert.equal(memoryExpression(0x10n, 3, undefined), '*(char (*)[3]) 0x10');
    assert.equal(memoryExpression(0x10n, 4, 'int'), '*(int *) 0x10');
    assert.equal(memoryExpression(0x10n, 24, 'struct point [3]'), '*(struct point (*)[3]) 0x10');
    assert.equal(pointerTo('int [2][3]'), 'int (*)[2][3]');
  });
});
