import assert from 'node:assert/strict';
import type { Architecture, Flow } from '../../../src/rseq/instruction.js';
import { flowOf } from '../../../src/rseq/instruction.js';
import { storeOf } from '../../../src/rseq/store.js';

/** `conditional 0x10`, `branch 0x10`, `call`, `return?` and so on: a flow in short. */
function short(flow: Flow): string {
  switch (flow.kind) {
    case 'branch':
      return `${flow.conditional ? 'branch?' : 'branch'} 0x${flow.target.toString(16)}`;
    case 'indirect':
    case 'return':
      return flow.conditional ? `${flow.kind}?` : flow.kind;
    case 'call':
    case 'next':
    case 'system':
    case 'trap':
      return flow.kind;
  }
}

const FLOWS: Record<Architecture, Record<string, string>> = {
  x86: {
    'jmp    0x401136 <main+4>': 'branch 0x401136',
    'jne    0x40115d <f+45>': 'branch? 0x40115d',
    'jne,pt 0x40115d <f+45>': 'branch? 0x40115d',
    'jae,pn 0x40115d': 'branch? 0x40115d',
    'bnd jmp 0x401020': 'branch 0x401020',
    'bnd jne 0x401020': 'branch? 0x401020',
    'loop   0x401020': 'branch? 0x401020',
    'loopne 0x401020': 'branch? 0x401020',
    'jrcxz  0x401020 <x>': 'branch? 0x401020',
    'jecxz  0x401020 <x>': 'branch? 0x401020',
    'xbegin 0x401020 <x>': 'branch? 0x401020',
    'jmpq   0x401020': 'branch 0x401020',
    'jmp    *%rax': 'indirect',
    'notrack jmp *%rdx': 'indirect',
    'bnd jmp *0x2fe5(%rip)        # 0x404018 <puts@got.plt>': 'indirect',
    'jmp    *0x404018': 'indirect',
    'jmp    *0x404018(,%rax,8)': 'indirect',
    'jmp    rax': 'indirect',
    'jmp    QWORD PTR [rip+0x2fe5]        # 0x404018': 'indirect',
    'notrack jmp QWORD PTR [rdx*8+0x404018]': 'indirect',
    'call   0x401020 <f>': 'call',
    'call   *%rax': 'call',
    'callq  0x401020': 'call',
    'call   QWORD PTR [rax]': 'call',
    ret: 'return',
    'repz ret': 'return',
    'rep ret': 'return',
    'bnd ret': 'return',
    'retq   $0x8': 'return',
    'ret    0x8': 'return',
    syscall: 'system',
    sysenter: 'system',
    'int    $0x80': 'system',
    'int    0x80': 'system',
    int3: 'trap',
    ud2: 'trap',
    hlt: 'trap',
    'nopw   0x0(%rax,%rax,1)': 'next',
    'lea    0x2ec3(%rip),%rax        # 0x404040 <cs>': 'next',
    'mov    %rax,%fs:0xffffffffffffffe8': 'next',
    'lock xadd %eax,(%rdx)': 'next',
    endbr64: 'next',
  },
  aarch64: {
    'b\t0x4004d0 <f+4>': 'branch 0x4004d0',
    'b.ne\t0x4004d0 <f+4>  // b.any': 'branch? 0x4004d0',
    'bc.eq\t0x4004d0': 'branch? 0x4004d0',
    'cbz\tx0, 0x4004d0 <f>': 'branch? 0x4004d0',
    'tbnz\tw0, #3, 0x4004d0 <f>': 'branch? 0x4004d0',
    'bl\t0x4004d0 <f>': 'call',
    'blr\tx1': 'call',
    'br\tx16': 'indirect',
    'braa\tx16, x17': 'indirect',
    ret: 'return',
    retaa: 'return',
    'svc\t#0x0': 'system',
    'brk\t#0x3e8': 'trap',
    'bic\tx0, x0, x1': 'next',
    'bfi\tx0, x1, #2, #3': 'next',
    'str\tx0, [x1, #8]': 'next',
  },
  arm: {
    'b\t0x10100 <f>': 'branch 0x10100',
    'bne\t0x10100 <f>': 'branch? 0x10100',
    'beq.n\t0x10100 <f>': 'branch? 0x10100',
    'b.w\t0x10100': 'branch 0x10100',
    'cbnz\tr0, 0x10100': 'branch? 0x10100',
    'bl\t0x10100 <f>': 'call',
    'blne\t0x10100 <f>': 'call',
    'blx\tr3': 'call',
    'bx\tlr': 'return',
    'bxeq\tlr': 'return?',
    'bx\tr3': 'indirect',
    'pop\t{r4, pc}': 'return',
    'ldmfd\tsp!, {r4, pc}': 'return',
    'pop\t{r4, r5}': 'next',
    'ldr\tpc, [r3, r2, lsl #2]': 'indirect',
    'mov\tpc, lr': 'return',
    'tbb\t[pc, r0]': 'indirect',
    'svc\t0x00000000': 'system',
    'bic\tr0, r0, r1': 'next',
    'bls\t0x10100': 'branch? 0x10100',
  },
  riscv: {
    'j\t0x1018c <f>': 'branch 0x1018c',
    'beqz\ta5,0x1018c <f>': 'branch? 0x1018c',
    'bltu\ta5,a4,0x1018c <f>': 'branch? 0x1018c',
    'bgez\ta5,0x1018c': 'branch? 0x1018c',
    'jal\tra,0x1018c <f>': 'call',
    'jal\tzero,0x1018c <f>': 'branch 0x1018c',
    'jalr\ta5': 'call',
    'jalr\tzero,0(a5)': 'indirect',
    'jr\ta5': 'indirect',
    ret: 'return',
    ecall: 'system',
    ebreak: 'trap',
    'sd\ta5,8(a4)': 'next',
  },
  ppc: {
    'b       0x10000180 <f>': 'branch 0x10000180',
    'bne     cr7,0x10000180 <f>': 'branch? 0x10000180',
    'bne-    0x10000180 <f>': 'branch? 0x10000180',
    'bdnz    0x10000180': 'branch? 0x10000180',
    'ble     0x10000180': 'branch? 0x10000180',
    'bc      4,2,0x10000180': 'branch? 0x10000180',
    'bl      0x10000180 <f>': 'call',
    bctrl: 'call',
    blr: 'return',
    'beqlr   cr7': 'return?',
    bctr: 'indirect',
    sc: 'system',
    trap: 'trap',
    'brd     r3,r4': 'next',
    'std     r17,8(r9)': 'next',
  },
  s390: {
    'j\t0x1000170 <f>': 'branch 0x1000170',
    'jne\t0x1000170 <f>': 'branch? 0x1000170',
    'jgnop\t0x1000170 <f>': 'next',
    'jg\t0x1000170 <f>': 'branch 0x1000170',
    'jgh\t0x1000170 <f>': 'branch? 0x1000170',
    'brc\t5,0x1000170': 'branch? 0x1000170',
    'brctg\t%r3,0x1000170': 'branch? 0x1000170',
    'cgrjne\t%r1,%r2,0x1000170 <f>': 'branch? 0x1000170',
    'clgijl\t%r1,5,0x1000170 <f>': 'branch? 0x1000170',
    'brasl\t%r14,0x1000170 <f>': 'call',
    'basr\t%r14,%r1': 'call',
    'br\t%r14': 'return',
    'br\t%r1': 'indirect',
    'ber\t%r14': 'indirect?',
    'svc\t4': 'system',
    'nopr\t%r7': 'next',
    'bcr\t14,%r0': 'next',
    'stg\t%r1,8(%r2)': 'next',
  },
  mips: {
    'b\t0x400170 <f>': 'branch 0x400170',
    'bnez\tv0,0x400170 <f>': 'branch? 0x400170',
    'beq\tv0,v1,0x400170 <f>': 'branch? 0x400170',
    'bltz\tv0,0x400170': 'branch? 0x400170',
    'bc1t\t0x400170': 'branch? 0x400170',
    'j\t0x400170': 'branch 0x400170',
    'jal\t0x400170 <f>': 'call',
    'jalr\tt9': 'call',
    'bal\t0x400170': 'call',
    'jr\tra': 'return',
    'jr\tt9': 'indirect',
    syscall: 'system',
    break: 'trap',
    'sw\ta0,8(v1)': 'next',
  },
};

describe('control flow of an instruction', () => {
  for (const [architecture, flows] of Object.entries(FLOWS)) {
    for (const [text, expected] of Object.entries(flows)) {
      it(`${architecture}: "${text.replace('\t', ' ')}" is ${expected}`, () => {
        assert.equal(short(flowOf(text, architecture as Architecture)), expected);
      });
    }
  }
});

const STORES: Partial<Record<Architecture, Record<string, string | undefined>>> = {
  x86: {
    'mov    %rax,%fs:0xffffffffffffffe8': 'thread',
    'movq   $0x404040,%fs:0xffffffffffffffe8': 'thread',
    'mov    %rax,0x8(%rbx,%rcx,2)': 'other',
    'mov    %rax,0x404040': 'other',
    'mov    %rax,0x8(%rsp)': 'stack',
    'addq   $0x1,(%rdx)': 'other',
    'lock cmpxchg %rcx,(%rdx)': 'other',
    'mov    QWORD PTR fs:0xffffffffffffffe8,rax': 'thread',
    'mov    QWORD PTR [rbx+rcx*2+0x8],rax': 'other',
    'mov    DWORD PTR [rsp+0x8],0x1': 'stack',
    'mov    %fs:0x10,%rax': undefined,
    'mov    0x8(%rbx),%rax': undefined,
    'mov    rax,QWORD PTR [rbx+0x8]': undefined,
    'cmp    %eax,%fs:0x4': undefined,
    'lea    0x2ec3(%rip),%rax        # 0x404040 <cs>': undefined,
    'mov    %rax,%rdx': undefined,
    'nopw   0x0(%rax,%rax,1)': undefined,
  },
  aarch64: { 'str\tx0, [x1, #8]': 'other', 'str\tx0, [sp, #8]': 'stack', 'ldr\tx0, [x1]': undefined },
  arm: { 'str\tr0, [r1, #8]': 'other', 'push\t{r4, lr}': 'stack', 'ldr\tr0, [r1]': undefined },
  riscv: {
    'sd\ta5,8(a4)': 'other',
    'sd\tra,8(sp)': 'stack',
    'sw\ta5,0(tp)': 'thread',
    'ld\ta5,8(a4)': undefined,
    'sub\ta5,a4,a3': undefined,
  },
  ppc: {
    'std     r17,8(r9)': 'other',
    'std     r17,8(r1)': 'stack',
    'std     r17,-28664(r13)': 'thread',
    'ld      r9,8(r9)': undefined,
  },
  s390: { 'stg\t%r1,8(%r2)': 'other', 'stg\t%r1,160(%r15)': 'stack', 'lg\t%r1,8(%r2)': undefined },
  mips: { 'sw\ta0,8(v1)': 'other', 'sw\tra,28(sp)': 'stack', 'lw\ta0,8(v1)': undefined, 'sll\ta0,a0,2': undefined },
};

describe('stores of an instruction', () => {
  for (const [architecture, stores] of Object.entries(STORES)) {
    for (const [text, expected] of Object.entries(stores)) {
      it(`${architecture}: "${text.replace('\t', ' ')}" stores through ${expected ?? 'nothing'}`, () => {
        assert.equal(storeOf(text, architecture as Architecture), expected);
      });
    }
  }
});
