import assert from 'node:assert/strict';
import { markOf } from '../../../src/rseq/marks.js';
import type { Region } from '../../../src/rseq/region.js';
import { RegionIndex } from '../../../src/rseq/regionIndex.js';

const REGION: Region = {
  id: 'counter+0x10',
  kind: 'descriptor',
  range: { start: 0x10n, end: 0x20n },
  abort: 0x80n,
  flags: 0,
  armingStore: 0x8n,
  preludes: [0x1n],
  exits: [
    { address: 0x20n, origin: 'postCommit' },
    { address: 0x80n, origin: 'abort' },
    { address: 0x90n, origin: 'branch' },
  ],
  functions: [{ start: 0n, end: 0x40n }],
  function: 'count',
  limits: [],
};

describe('an instruction of assembly', () => {
  const index = new RegionIndex();
  index.add('counter', [
    REGION,
    { ...REGION, id: 'next', range: { start: 0x28n, end: 0x2cn }, armingStore: 0x20n, preludes: [], exits: [] },
  ]);
  for (const [start, end, mark] of [
    [0x1n, 0x8n, 'prelude of count'],
    [0x8n, 0x10n, 'arming store of count'],
    [0x10n, 0x14n, 'start of count'],
    [0x14n, 0x1an, undefined],
    [0x1an, 0x20n, 'commit of count'],
    [0x20n, 0x28n, 'arming store of count, behind the commit of count'],
    [0x28n, 0x2cn, 'start of count, commit of count'],
    [0x80n, 0x85n, 'abort handler of count'],
    [0x90n, 0x91n, 'exit of count'],
    [0x30n, 0x31n, undefined],
  ] as const) {
    it(`at 0x${start.toString(16)} is marked as ${mark ?? 'nothing'}`, () => {
      assert.equal(markOf(index, start, end), mark);
    });
  }
});
