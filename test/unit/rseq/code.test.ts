import assert from 'node:assert/strict';
import { findArmingStore, findPreludes } from '../../../src/rseq/arming.js';
import { CodeMap } from '../../../src/rseq/codeMap.js';
import { findExits } from '../../../src/rseq/exits.js';
import type { Architecture } from '../../../src/rseq/instruction.js';
import { listing } from './listing.js';

function code(text: string, architecture: Architecture = 'x86'): CodeMap {
  return new CodeMap(architecture, [listing(text)]);
}

const outside = (): boolean => false;

describe('arming store', () => {
  it('is the store that ends at start_ip, in AT&T and Intel flavour', () => {
    assert.equal(
      findArmingStore(code('10 lea 0x2e(%rip),%rax\n17 mov %rax,%fs:0x8\n20 mov (%rdx),%rcx'), 0x20n),
      0x17n,
    );
    const intel = '10 lea rax,[rip+0x2e]\n17 mov QWORD PTR fs:0x8,rax\n20 mov rcx,QWORD PTR [rdx]';
    assert.equal(findArmingStore(code(intel), 0x20n), 0x17n);
  });

  it('is found behind instructions that neither store nor branch', () => {
    assert.equal(findArmingStore(code('10 mov %rax,0x8(%rbx)\n14 nop\n15 mov %rcx,%rdx\n18 nop'), 0x18n), 0x10n);
  });

  it('is unknown where something else stands before the region', () => {
    assert.equal(findArmingStore(code('10 mov %rax,0x8(%rbx)\n14 jne 0x40\n16 nop'), 0x16n), undefined);
    assert.equal(findArmingStore(code('10 ret\n11 nop'), 0x11n), undefined);
    assert.equal(findArmingStore(code('10 nop'), 0x10n), undefined);
  });

  it('is found on every other architecture', () => {
    const stores: [Architecture, string][] = [
      ['aarch64', 'str x0, [x1, #8]'],
      ['arm', 'str r0, [r1, #8]'],
      ['riscv', 'sd a5,8(a4)'],
      ['ppc', 'std r17,8(r9)'],
      ['s390', 'stg %r1,8(%r2)'],
      ['mips', 'sw a0,8(v1)'],
    ];
    for (const [architecture, store] of stores) {
      assert.equal(findArmingStore(code(`10 ${store}\n14 nop`, architecture), 0x14n), 0x10n, architecture);
    }
  });
});

describe('preludes', () => {
  it('are the instruction before the arming store', () => {
    const map = code('10 lea 0x2e(%rip),%rax\n17 mov %rax,%fs:0x8\n20 nop');
    assert.deepEqual(findPreludes(map, 0x17n, outside), { addresses: [0x10n], limits: [] });
  });

  it('are also the sources of jumps to the arming store, in other functions too', () => {
    const map = new CodeMap('x86', [
      listing('10 test %eax,%eax\n17 movq $0x404040,%fs:0x8\n20 nop\n21 jne 0x17 <f+7>'),
      listing('100 jmp 0x17 <f+7>'),
    ]);
    assert.deepEqual(findPreludes(map, 0x17n, outside).addresses, [0x10n, 0x21n, 0x100n]);
  });

  it('are no instruction that never goes on', () => {
    for (const before of ['jmp 0x40', 'ret', 'ud2', 'jmp *%rax']) {
      const map = code(`10 ${before}\n17 movq $0x404040,%fs:0x8\n20 nop\n30 je 0x17`);
      assert.deepEqual(findPreludes(map, 0x17n, outside).addresses, [0x30n], before);
    }
  });

  it('are never inside a region', () => {
    const map = code('10 inc (%rdx)\n17 movq $0x404040,%fs:0x8\n20 nop\n30 je 0x17');
    const { addresses, limits } = findPreludes(map, 0x17n, address => address === 0x10n);
    assert.deepEqual(addresses, [0x30n]);
    assert.match(limits.join(), /0x10, inside a region/);
  });

  it('can be a call, which is told', () => {
    const map = code('10 call 0x400\n17 movq $0x404040,%fs:0x8\n20 nop');
    const { addresses, limits } = findPreludes(map, 0x17n, outside);
    assert.deepEqual(addresses, [0x10n]);
    assert.match(limits.join(), /0x10 is a call/);
  });

  it('may be unknown, which is told', () => {
    const { addresses, limits } = findPreludes(code('17 movq $0x404040,%fs:0x8\n20 nop'), 0x17n, outside);
    assert.deepEqual(addresses, []);
    assert.match(limits.join(), /nothing is known/);
  });

  it('are the branch, not its delay slot, on MIPS', () => {
    const branch = code('10 bnez v0,0x40\n14 move a0,v0\n18 sw a0,8(v1)\n1c nop', 'mips');
    assert.deepEqual(findPreludes(branch, 0x18n, outside).addresses, [0x10n]);
    const jump = code('10 jr ra\n14 nop\n18 sw a0,8(v1)\n1c nop', 'mips');
    assert.deepEqual(findPreludes(jump, 0x18n, outside).addresses, []);
  });
});

describe('exits by branch', () => {
  const region = { start: 0x20n, end: 0x30n };

  it('are direct branch targets outside the region; inner loops are none', () => {
    const map = code(
      '20 cmp (%rdx),%eax\n22 jne 0x80 <f+96>\n24 je 0x20 <f>\n26 jae 0x30 <f+16>\n2a jmp 0x70\n2c nop\n30 ret',
    );
    assert.deepEqual(findExits(map, region), { targets: [0x30n, 0x70n, 0x80n], limits: [] });
  });

  it('cannot be known behind indirect branches, calls, returns and system calls, which is told', () => {
    for (const [text, limit] of [
      ['jmp *%rax', /indirect branch whose targets are unknown at 0x22/],
      ['call 0x400', /a call.* at 0x22/],
      ['ret', /a return.* at 0x22/],
      ['syscall', /system call.* at 0x22/],
    ] as const) {
      const { targets, limits } = findExits(code(`20 nop\n22 ${text}\n24 nop\n30 ret`), region);
      assert.deepEqual(targets, []);
      assert.equal(limits.length, 1);
      assert.match(limits[0]!, limit);
    }
  });

  it('cannot be known where the code could not be read', () => {
    assert.match(findExits(code('20 nop\n21 nop'), region).limits.join(), /from 0x22 on could not be read/);
  });
});
