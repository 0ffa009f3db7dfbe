import assert from 'node:assert/strict';
import type { RegionDescription } from '../../../src/dap/customRequests.js';
import {
  abortCondition,
  describeThread,
  groupByModule,
  linesInFile,
  summaryOf,
  textOf,
} from '../../../src/extension/regions.js';

function region(id: string, more: Partial<RegionDescription> = {}): RegionDescription {
  const seen = { committed: 0, aborted: 0, exited: 0 };
  return { id, kind: 'descriptor', preludes: [], exits: [], limits: [], seen, ...more };
}

describe('the regions as the view shows them', () => {
  it('stand under the file that they are in', () => {
    const modules = groupByModule([region('server+0x10'), region('libpercpu.so.1+0x20'), region('server+0x30#2')]);
    assert.deepEqual(
      modules.map(({ name, regions }) => [name, regions.length]),
      [
        ['server', 2],
        ['libpercpu.so.1', 1],
      ],
    );
  });

  it('tell where they are and how often they were seen to commit and to abort', () => {
    const seen = { committed: 4, aborted: 1, exited: 2 };
    assert.equal(
      summaryOf(region('a+0x1', { path: '/src/a.c', line: 19, seen })),
      'a.c:19, 4 commits, 1 abort, 2 other exits',
    );
    assert.equal(summaryOf(region('a+0x1')), '');
  });

  it('tell as text all that is known of them', () => {
    const text = textOf(
      region('a+0x1', {
        function: 'inc',
        start: '0x1',
        end: '0x9',
        preludes: ['0x0'],
        exits: [{ address: '0x9', origin: 'postCommit' }],
        limits: ['an indirect branch'],
      }),
    );
    for (const fact of ['inc (a+0x1)', '0x1 to 0x9', 'prelude   0x0', '0x9 (commit)', 'limit     an indirect branch']) {
      assert.ok(text.includes(fact), `${fact} is missing in ${text}`);
    }
  });
});

describe('the state of the selected thread', () => {
  const regions = [region('a+0x1', { function: 'inc' })];

  it('says that an attempt is lost where the thread stands inside', () => {
    const thread = { threadId: 2, position: 'inside', region: 'a+0x1', cpuId: 3 } as const;
    assert.equal(describeThread(thread, regions), 'Thread 2 on CPU 3: inside inc; this attempt aborts when it goes on');
  });

  it('says so where it stands in none', () => {
    assert.equal(describeThread({ threadId: 1, position: 'outside' }, regions), 'Thread 1: in no restartable sequence');
  });
});

describe('the marks beside the lines', () => {
  it('are those of the file that is shown', () => {
    const one = region('a+0x1', {
      lines: [
        { path: '/a.c', lines: [3, 4] },
        { path: '/a.h', lines: [9] },
      ],
    });
    assert.deepEqual([...linesInFile([one], '/a.c').keys()], [3, 4]);
    assert.deepEqual([...linesInFile([one], '/b.c').keys()], []);
  });
});

describe('the condition for stops at aborts', () => {
  it('holds the functions beside what the user has written', () => {
    assert.equal(abortCondition('lib*', ['inc', 'dec']), 'lib*, inc, dec');
    assert.equal(abortCondition(' ', ['inc']), 'inc');
  });

  it('names a C++ function without its parameters, and no comma that would part it', () => {
    assert.equal(abortCondition(undefined, ['f<int, long>(int)']), 'f<int? long>');
  });
});
