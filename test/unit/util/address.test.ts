import assert from 'node:assert/strict';
import fc from 'fast-check';
import { contains, formatAddress, parseAddress } from '../../../src/util/address.js';

describe('address', () => {
  it('reads back every address that it spells', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), address => {
        assert.equal(parseAddress(formatAddress(address)), address);
      }),
    );
  });

  it("reads gdb's spelling with a symbol behind the number", () => {
    assert.equal(parseAddress('0x401136 <main+4>'), 0x401136n);
    assert.equal(parseAddress('4096'), 4096n);
  });

  for (const text of ['', 'main', '0x', '0xzz', '12ab', '-1', '<main>']) {
    it(`takes ${JSON.stringify(text)} for no address`, () => {
      assert.equal(parseAddress(text), undefined);
    });
  }

  it('counts the start of a range and not its end', () => {
    const range = { start: 16n, end: 20n };
    assert.deepEqual(
      [15n, 16n, 19n, 20n].map(address => contains(range, address)),
      [false, true, true, false],
    );
  });
});
