import assert from 'node:assert/strict';
import { descriptorFaults, X86_SIGNATURE, type ArmedDescriptor } from '../../../src/rseq/descriptorFaults.js';

const GOOD = { version: 0, flags: 0, start: 0x40_1000n, postCommitOffset: 16n, abort: 0x40_2000n };
const ARMED = { address: 0x40_4000n, areaFlags: 0, descriptor: GOOD, signature: X86_SIGNATURE };

function faultsWith(change: Partial<typeof GOOD>, more: Partial<ArmedDescriptor> = {}): string {
  return descriptorFaults({ ...ARMED, descriptor: { ...GOOD, ...change }, ...more }).join('; ');
}

describe('what the kernel refuses of an armed descriptor', () => {
  it('is nothing where it is good, or where none is armed', () => {
    assert.deepEqual(descriptorFaults(ARMED), []);
    assert.deepEqual(descriptorFaults({ address: 0n, areaFlags: 1 }), []);
    assert.equal(faultsWith({ abort: GOOD.start + GOOD.postCommitOffset }), '', 'the end is outside');
    assert.equal(faultsWith({ abort: GOOD.start - 1n }), '', 'before the start is outside');
  });

  it('is named, each for itself', () => {
    assert.equal(faultsWith({ version: 1 }), 'its version is 1 and must be 0');
    assert.equal(faultsWith({ flags: 2 }), 'its flags are 0x2 and must be 0');
    assert.match(faultsWith({}, { areaFlags: 4 }), /flags of the thread's rseq area are 0x4/);
    assert.match(faultsWith({ abort: GOOD.start }), /abort_ip 0x401000 lies inside/);
    assert.match(faultsWith({ abort: GOOD.start + 15n }), /abort_ip 0x40100f lies inside/);
    assert.match(faultsWith({}, { signature: 0x1234 }), /before its abort_ip 0x402000 are 0x1234 and not/);
    assert.match(faultsWith({ start: 1n << 63n }), /start_ip 0x8000000000000000 is no address/);
    assert.match(faultsWith({ postCommitOffset: (1n << 64n) - 1n }), /post_commit_offset 0xffffffffffffffff wraps/);
    assert.match(faultsWith({ postCommitOffset: 1n << 62n }), /its end 0x\w+ is no address/);
  });

  it('is the pointer itself where it leads nowhere', () => {
    assert.match(descriptorFaults({ address: 0x20n, areaFlags: 0 }).join(), /points to 0x20, where there is no memory/);
    assert.match(descriptorFaults({ address: 1n << 63n, areaFlags: 0 }).join(), /no address of user space/);
    const { descriptor, address } = ARMED;
    assert.match(descriptorFaults({ address, areaFlags: 0, descriptor }).join(), /cannot be read/);
  });
});
