import assert from 'node:assert/strict';
import fc from 'fast-check';
import { IntervalIndex } from '../../../src/rseq/intervalIndex.js';
import type { Region } from '../../../src/rseq/region.js';
import { RegionIndex } from '../../../src/rseq/regionIndex.js';

function region(id: string, start: bigint, end: bigint, more: Partial<Region> = {}): Region {
  return {
    id,
    kind: 'descriptor',
    range: { start, end },
    abort: 0x9000n,
    flags: 0,
    armingStore: start - 9n,
    preludes: [start - 16n],
    exits: [{ address: end, origin: 'postCommit' }],
    functions: [{ start: start & ~0xffn, end: (start & ~0xffn) + 0x100n }],
    limits: [],
    ...more,
  };
}

describe('region index', () => {
  const one = region('a', 0x1020n, 0x1040n);
  const two = region('b', 0x1080n, 0x1090n);

  function index(...regions: Region[]): RegionIndex {
    const result = new RegionIndex();
    result.add('image', regions);
    return result;
  }

  it('tells whether an address is at the arming store or armed, up to post_commit_ip', () => {
    const found = (address: bigint): string | undefined => {
      const inside = index(one, two).inside(address);
      return inside && `${inside.region.id} ${inside.position}`;
    };
    assert.equal(found(0x1016n), undefined);
    assert.equal(found(0x1017n), 'a atArmingStore');
    assert.equal(found(0x101fn), 'a armed');
    assert.equal(found(0x1020n), 'a armed');
    assert.equal(found(0x103fn), 'a armed');
    assert.equal(found(0x1040n), undefined);
    assert.equal(found(0x1080n), 'b armed');
  });

  it('begins at start_ip where the arming store is unknown', () => {
    const { armingStore, ...unknown } = one;
    assert.equal(armingStore, 0x1017n);
    const regions = index(unknown);
    assert.equal(regions.inside(0x101fn), undefined);
    assert.equal(regions.inside(0x1020n)?.position, 'armed');
  });

  it('finds the innermost of regions that overlap', () => {
    const regions = index(region('outer', 0x1000n, 0x2000n), one, region('late', 0x1100n, 0x1110n));
    assert.equal(regions.inside(0x1030n)?.region.id, 'a');
    assert.equal(regions.inside(0x1050n)?.region.id, 'outer');
    assert.equal(regions.inside(0x1f00n)?.region.id, 'outer');
  });

  it('finds regions by prelude, by exit and by id', () => {
    const regions = index(one, two);
    assert.deepEqual(regions.atPrelude(0x1010n), [one]);
    assert.deepEqual(regions.exitsAt(0x1090n), [two]);
    assert.deepEqual(regions.exitsAt(0x1091n), []);
    assert.equal(regions.byId('b'), two);
    assert.equal(regions.byId('c'), undefined);
  });

  it('finds all regions that share an exit, each once', () => {
    const third = region('c', 0x10a0n, 0x10b0n, {
      exits: [
        { address: 0x1040n, origin: 'branch' },
        { address: 0x1040n, origin: 'finish' },
      ],
    });
    const fourth = region('d', 0x10c0n, 0x10d0n, { exits: third.exits });
    assert.deepEqual(index(one, two, third, fourth).exitsAt(0x1040n), [one, third, fourth]);
  });

  it('finds each region once whose functions hold one of the addresses', () => {
    const far = region('far', 0x5020n, 0x5030n, {
      functions: [
        { start: 0x5000n, end: 0x5100n },
        { start: 0x7000n, end: 0x7010n },
      ],
    });
    const regions = index(one, two, far);
    assert.deepEqual(new Set(regions.near([0x1005n, 0x10ffn])), new Set([one, two]));
    assert.equal(regions.near([0x1005n, 0x10ffn]).length, 2);
    assert.deepEqual(regions.near([0x700fn]), [far]);
    assert.deepEqual(regions.near([0x7010n, 0x3000n]), []);
  });

  it('follows images that come and go', () => {
    const regions = new RegionIndex();
    assert.equal(regions.isEmpty, true);
    regions.add('one', [one]);
    regions.add('two', [two]);
    regions.add('none', []);
    assert.equal(regions.isEmpty, false);
    assert.deepEqual(regions.all(), [one, two]);
    regions.remove('one');
    assert.equal(regions.inside(0x1020n), undefined);
    assert.equal(regions.inside(0x1080n)?.region, two);
    regions.add('two', []);
    assert.equal(regions.inside(0x1080n), undefined);
    assert.equal(regions.isEmpty, true);
  });
});

describe('interval index', () => {
  /** Small addresses, and ones that are alike as doubles: above 2^53 these have steps. */
  const intervals = fc.constantFrom(0n, 2n ** 56n).chain(base =>
    fc.record({
      ranges: fc.array(
        fc
          .tuple(fc.bigInt(0n, 60n), fc.bigInt(0n, 20n))
          .map(([start, length]) => ({ start: base + start, end: base + start + length })),
      ),
      address: fc.bigInt(0n, 80n).map(offset => base + offset),
    }),
  );

  it('finds what a plain search finds', () => {
    fc.assert(
      fc.property(intervals, ({ ranges, address }) => {
        const items = ranges.map((range, value) => ({ ...range, value }));
        const index = new IntervalIndex(items);
        const holding = items.filter(item => item.start <= address && address < item.end);
        assert.deepEqual(
          index.all(address).sort((a, b) => a - b),
          holding.map(item => item.value),
        );
        const innermost = index.innermost(address);
        const greatest = holding.reduce<bigint>((most, item) => (item.start > most ? item.start : most), -1n);
        assert.equal(innermost === undefined ? -1n : items[innermost]!.start, greatest);
      }),
    );
  });

  it('finds the one that reaches an address over any number that end before it', () => {
    const short = Array.from({ length: 1100 }, (_, i) => ({ start: BigInt(3 * i), end: BigInt(3 * i + 2), value: i }));
    for (const item of short) {
      const index = new IntervalIndex([...short, { ...item, end: 9000n, value: -1 }]);
      assert.deepEqual(index.all(8999n), [-1]);
      assert.equal(index.innermost(9000n), undefined);
    }
  });
});
