import assert from 'node:assert/strict';
import type { Region } from '../../../src/rseq/region.js';
import { RegionPattern } from '../../../src/session/exceptionPattern.js';

const REGION: Region = {
  id: 'libpercpu.so+0x1415',
  kind: 'descriptor',
  flags: 0,
  preludes: [],
  exits: [],
  functions: [],
  function: '_ZN6PerCpuIlE3addEl',
  source: { file: '/home/me/src/percpu/counter.cpp', line: 7 },
  limits: [],
};
const NAME = 'PerCpu<long>::add(long)';

describe('a condition of the filter for aborts', () => {
  for (const text of [
    '',
    ' , ',
    'PerCpu<long>::add',
    'PerCpu<*>::*',
    '_ZN6PerCpu*',
    'counter.cpp',
    '/home/me/*.cpp',
    '*/percpu/*',
    'libpercpu.so',
    'lib?ercpu*',
    'other, libpercpu*',
  ]) {
    it(`means a region by its function, file or library: '${text}'`, () => {
      assert.equal(new RegionPattern(text).matches(REGION, NAME), true);
    });
  }

  for (const text of ['add', 'counter', 'libpercpu', 'percpu/*', 'libpercpu.s.', 'PerCpu', '[a-z]*', 'counterxcpp']) {
    it(`means nothing else: '${text}'`, () => {
      assert.equal(new RegionPattern(text).matches(REGION, NAME), false);
    });
  }
});
