import assert from 'node:assert/strict';
import { scopeLines, type ThreadState } from '../../../src/session/rseqScope.js';
import type { Region } from '../../../src/rseq/region.js';

const REGION: Region = {
  id: 'counter+0x1004',
  kind: 'descriptor',
  range: { start: 0x1004n, end: 0x1010n },
  armingStore: 0x1000n,
  flags: 0,
  preludes: [],
  exits: [],
  functions: [],
  function: 'counter_inc',
  source: { file: '/src/counter.c', line: 20 },
  limits: [],
};
const AREA = { address: 0x7000n, cpuId: 3, rseqCs: 0x2000n, flags: 0, nodeId: 1, mmCid: 2 };
const INSIDE: ThreadState = {
  around: { region: REGION, position: 'armed' },
  near: [REGION],
  area: AREA,
  armedStart: 0x1004n,
};

function valuesOf(state: Partial<ThreadState>): Map<string, string> {
  const lines = scopeLines({ ...INSIDE, ...state }, () => ({ committed: 4, aborted: 2, exited: 1 }));
  const values = new Map(lines.map(({ name, value }) => [name, value]));
  assert.equal(values.size, lines.length, 'each name stands once');
  return values;
}

function stateOf(state: Partial<ThreadState>): (string | undefined)[] {
  const values = valuesOf(state);
  return [values.get('armed'), values.get('attempt')];
}

const LOST = 'lost: it aborts when the thread goes on';

describe('the scope "Restartable sequence"', () => {
  it('has a line for each fact', () => {
    assert.deepEqual(
      [...valuesOf({})],
      [
        ['region', 'counter_inc, line 20, counter+0x1004'],
        ['armed', 'yes'],
        ['attempt', LOST],
        ['cpu_id', '3'],
        ['node_id', '1'],
        ['mm_cid', '2'],
        ['rseq_cs', '0x2000'],
        ['commits seen', '4'],
        ['aborts seen', '2'],
        ['other exits seen', '1'],
      ],
    );
  });

  it('tells a thread outside of every region that nothing is armed, though rseq_cs still names the last one', () => {
    const state = { around: undefined } as const;
    assert.equal(valuesOf(state).get('region'), 'none');
    assert.deepEqual(stateOf(state), ['no', 'not lost']);
  });

  it('tells that nothing is lost at the arming store', () => {
    const around = { region: REGION, position: 'atArmingStore' } as const;
    assert.deepEqual(stateOf({ around }), ['no: the arming store is the next instruction', 'not lost']);
  });

  it('tells a region that runs without being armed: what rseq_cs names is another one, or nothing', () => {
    const unprotected = ['no: the rest of the region runs unprotected', 'not lost'];
    assert.deepEqual(stateOf({ armedStart: 0x3000n }), unprotected);
    assert.deepEqual(stateOf({ armedStart: undefined, area: { ...AREA, rseqCs: 0n } }), unprotected);
  });

  it('claims nothing where the area or the descriptor cannot be read', () => {
    assert.deepEqual(stateOf({ area: undefined }), ['unknown: no rseq area of the thread was found', LOST]);
    assert.equal(valuesOf({ area: undefined }).has('cpu_id'), false);
    assert.deepEqual(stateOf({ armedStart: undefined }), ['unknown: the descriptor cannot be read', LOST]);
  });

  it('counts each of several regions around the thread by itself', () => {
    const other = { ...REGION, id: 'counter+0x1104' };
    const names = [...valuesOf({ around: undefined, near: [REGION, other] }).keys()];
    assert.deepEqual(
      names.filter(name => name.startsWith('commits')),
      ['commits seen (counter_inc, line 20, counter+0x1004)', 'commits seen (counter_inc, line 20, counter+0x1104)'],
    );
  });
});
