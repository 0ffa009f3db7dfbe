import assert from 'node:assert/strict';
import { CodeMap } from '../../../src/rseq/codeMap.js';
import { findFirstExits } from '../../../src/rseq/firstExits.js';
import { listing } from './listing.js';

const PRELUDE = 0x1000n;
const ARMING = 0x1008n;
const POST_COMMIT = 0x1020n;
const BRANCH = 0x1040n;
const ABORT = 0x2000n;
/** What the key's other regions give. */
const OTHERS = Array.from({ length: 40 }, (_, i) => 0x3000n + BigInt(i) * 16n);

const CODE = `
1000 lea 0x2e0(%rip),%rcx
1008 mov %rcx,%fs:0x8
1010 cmp %fs:0x4,%eax
1014 jne 0x1040
1018 addq $0x1,(%rdx)
1020 nop
1021 jmp 0x3000
1040 nop
2000 jmp 0x1000`;

function firstExits(code = CODE, exits: readonly bigint[] = [POST_COMMIT, BRANCH, ABORT, ...OTHERS]) {
  const found = findFirstExits(
    new CodeMap('x86', [listing(code)]),
    [PRELUDE, ARMING],
    new Set(exits),
    exits.includes(ABORT) ? [ABORT] : [],
  );
  return found && [...found].sort((a, b) => (a < b ? -1 : 1));
}

describe('the exits that a thread comes to first', () => {
  it('are those on its ways out, and where the kernel may lead it', () => {
    assert.deepEqual(firstExits(), [POST_COMMIT, BRANCH, ABORT]);
  });

  it('are followed over branches and round loops until an exit stands in the way', () => {
    const looping = CODE.replace('1018 addq $0x1,(%rdx)', '1018 jne 0x1010\n101c addq $0x1,(%rdx)');
    assert.deepEqual(firstExits(looping), [POST_COMMIT, BRANCH, ABORT]);
    assert.deepEqual(firstExits(CODE, [BRANCH, ABORT, ...OTHERS]), [BRANCH, ABORT, 0x3000n]);
  });

  for (const [what, instruction] of [
    ['calls', 'call 0x1020'],
    ['returns', 'ret'],
    ['branches to an address that is unknown', 'jmp *%rax'],
    ['makes a system call', 'syscall'],
    ['branches to code that was not read', 'jne 0x5000'],
  ] as const) {
    it(`are not known where something on the way ${what}`, () => {
      assert.equal(firstExits(CODE.replace('cmp %fs:0x4,%eax', instruction)), undefined);
    });
  }

  it('are not known where the way is very long', () => {
    const long = Array.from({ length: 1100 }, (_, i) => `${(0x10000 + i).toString(16)} nop`).join('\n');
    const code = `${CODE.replace('cmp %fs:0x4,%eax', 'jmp 0x10000')}\n${long}\n${(0x10000 + 1100).toString(16)} jmp 0x1014`;
    assert.equal(firstExits(code), undefined);
  });

  it('are all of them where there are few', () => {
    assert.equal(firstExits(CODE, [POST_COMMIT, BRANCH, ABORT]), undefined);
  });
});
