import assert from 'node:assert/strict';
import { EM } from '../../../src/elf/constants.js';
import type { LiveContext } from '../../../src/rseq/liveRegion.js';
import { learnRegion } from '../../../src/rseq/liveRegion.js';
import { listing } from './listing.js';

const BODY = listing(`
1109 lea 0x2e0(%rip),%rcx
1110 mov %rcx,%fs:0x8
1119 jne 0x1180
111f addq $0x1,(%rdx)
1123 ret
1180 jmp 0x1109`);
const DESCRIPTOR = { version: 0, flags: 0, start: 0x1119n, postCommitOffset: 10n, abort: 0x1180n };

const CONTEXT: LiveContext = {
  machine: EM.x86_64,
  code: {
    disassemble: range => Promise.resolve(BODY.filter(i => range.start <= i.address && i.address < range.end)),
    sourceOf: () => Promise.resolve(undefined),
  },
  functionAt: () => ({ start: 0x1109n, end: 0x1200n }),
  codeBounds: address => (0x1000n <= address && address < 0x2000n ? { start: 0x1000n, end: 0x2000n } : undefined),
};

describe('a region learnt from a live thread', () => {
  it('has prelude and exits like one from a table', async () => {
    const region = await learnRegion(DESCRIPTOR, CONTEXT);
    assert.equal(region?.armingStore, 0x1110n);
    assert.deepEqual(region.preludes, [0x1109n]);
    assert.deepEqual(
      region.exits.map(exit => exit.origin),
      ['postCommit', 'abort'],
    );
  });

  it('keeps its exits where the function around it is unknown', async () => {
    const region = await learnRegion(DESCRIPTOR, { ...CONTEXT, functionAt: () => undefined });
    assert.deepEqual(region?.preludes, []);
    assert.equal(region.exits.length, 2);
    assert.equal(region.limits.length, 1);
  });

  it('is none where the descriptor means nothing: stale memory', async () => {
    for (const change of [
      { version: 1 },
      { postCommitOffset: 0n },
      { postCommitOffset: 0x10000n },
      { start: 0x5000n },
      { abort: 0x5000n },
      { abort: 0x111an },
    ]) {
      assert.equal(await learnRegion({ ...DESCRIPTOR, ...change }, CONTEXT), undefined);
    }
  });
});
