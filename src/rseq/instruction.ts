import { EM } from '../elf/constants.js';
import type { Address } from '../util/address.js';

/** An instruction as gdb's `-data-disassemble` prints it; x86 in AT&T or Intel flavour. */
export interface Instruction {
  readonly address: Address;
  /** In bytes. */
  readonly size: number;
  /** Mnemonic and operands, e.g. `jne    0x401136 <main+4>`. */
  readonly text: string;
}

/** The families of instruction sets whose control flow is understood. */
export type Architecture = 'x86' | 'arm' | 'aarch64' | 'riscv' | 'ppc' | 's390' | 'mips';

/** Where control goes after an instruction. A call returns to the next instruction. */
export type Flow =
  | { readonly kind: 'next' }
  | { readonly kind: 'branch'; readonly target: Address; readonly conditional: boolean }
  | { readonly kind: 'indirect'; readonly conditional: boolean }
  | { readonly kind: 'call' }
  | { readonly kind: 'return'; readonly conditional: boolean }
  | { readonly kind: 'system' }
  | { readonly kind: 'trap' };

/** The architecture of an ELF machine number, or undefined where its instructions are not understood. */
export function architectureOf(machine: number): Architecture | undefined {
  switch (machine) {
    case EM.i386:
    case EM.x86_64:
      return 'x86';
    case EM.arm:
      return 'arm';
    case EM.aarch64:
      return 'aarch64';
    case EM.riscv:
      return 'riscv';
    case EM.ppc:
    case EM.ppc64:
      return 'ppc';
    case EM.s390:
      return 's390';
    case EM.mips:
      return 'mips';
    default:
      return undefined;
  }
}

/** Mnemonics of one architecture's control flow, each matched against the whole mnemonic. `call` is tried before `branch`. */
interface FlowWords {
  readonly system: RegExp;
  readonly trap: RegExp;
  readonly call: RegExp;
  readonly return: RegExp;
  /** A jump through a register or memory, whatever its operands. */
  readonly indirect: RegExp;
  /** A branch to the address among its operands; without one it is indirect. */
  readonly branch: RegExp;
  /** Among branches, indirect jumps and returns: those always taken. */
  readonly always: RegExp;
}

const ARM_CONDITION = '(?:eq|ne|cs|hs|cc|lo|mi|pl|vs|vc|hi|ls|ge|lt|gt|le|al)';

const WORDS: Readonly<Record<Architecture, FlowWords>> = {
  x86: {
    system: /^(?:syscall|sysenter|int)$/,
    trap: /^(?:ud[012][a-z]?|hlt|int3|icebp)$/,
    call: /^(?:l?call[wlq]?)$/,
    return: /^(?:l?ret[fwlq]?|iret[wlqd]?|sysret[lq]?|sysexit[lq]?)$/,
    indirect: /^$/,
    branch: /^(?:l?jmp[wlq]?|j[a-z]{1,4}|loop[a-z]*|xbegin[wlq]?)$/,
    always: /^(?:l?jmp[wlq]?|l?ret[fwlq]?|iret[wlqd]?|sysret[lq]?|sysexit[lq]?)$/,
  },
  aarch64: {
    system: /^(?:svc|hvc|smc)$/,
    trap: /^(?:brk|udf|hlt|\.inst)$/,
    call: /^(?:bl|blr[a-z]*)$/,
    return: /^(?:ret[a-z]*|eret[a-z]*)$/,
    indirect: /^br[a-z]*$/,
    branch: /^(?:b|bc?\.[a-z]{2,5}|cbn?z|tbn?z)$/,
    always: /^(?:b|b\.al|br[a-z]*|ret[a-z]*|eret[a-z]*)$/,
  },
  arm: {
    system: /^(?:svc|swi)/,
    trap: /^(?:udf|bkpt)/,
    call: new RegExp(`^blx?${ARM_CONDITION}?(?:\\.[nw])?$`),
    return: /^$/,
    indirect: new RegExp(`^(?:bxj?${ARM_CONDITION}?|tb[bh])(?:\\.[nw])?$`),
    branch: new RegExp(`^(?:b${ARM_CONDITION}?|cbn?z)(?:\\.[nw])?$`),
    always: /^(?:b|bal|bxj?|tb[bh])(?:\.[nw])?$/,
  },
  riscv: {
    system: /^ecall$/,
    trap: /^(?:ebreak|c\.ebreak|unimp|c\.unimp)$/,
    call: /^(?:jal|jalr|call|c\.jal|c\.jalr)$/,
    return: /^ret$/,
    indirect: /^(?:jr|c\.jr)$/,
    branch: /^(?:j|c\.j|tail|(?:c\.)?b(?:eq|ne|lt|ge|gt|le)[uz]?)$/,
    always: /^(?:j|c\.j|tail|jr|c\.jr|ret)$/,
  },
  ppc: {
    system: /^scv?$/,
    trap: /^(?:trap|tw[a-z]*|td[a-z]*)$/,
    call: /^b[a-z]*l[a]?[+-]?$/,
    return: /^(?:b[a-z]*lr[+-]?|rfid|rfi)$/,
    indirect: /^b[a-z]*ctr[+-]?$/,
    branch: /^b(?:a|c|ca|d?n?z[tf]?a?|d[nz]*[tf]?|lt|gt|eq|ne|le|ge|so|ns|un|nu|nl|ng|t|f)?a?[+-]?$/,
    always: /^(?:b|ba|blr|bctr|rfid|rfi)$/,
  },
  s390: {
    system: /^(?:svc|pc)$/,
    trap: /^(?:\.long|\.short|trap\d?)$/,
    call: /^(?:bras|brasl|basr|balr|bassm|bal|bas)$/,
    return: /^$/,
    indirect: /^(?:br|b|bc|bcr|b[a-z]{1,3}r|b[a-z]{1,3}|bi[a-z]*)$/,
    branch:
      /^(?:j[a-z]{0,4}|jg[a-z]{1,3}|brc|brcl|brct[gh]?|brx[hl]e?g?|brxlg|brxhg|c[l]?g?[ri]j[a-z]{0,3}|j[cx][a-z]*)$/,
    always: /^(?:j|jg|br|b)$/,
  },
  mips: {
    system: /^syscall$/,
    trap: /^(?:break|sdbbp|teq)$/,
    call: /^(?:jal|jalr(?:\.hb)?|bal|balc|jalx|jialc|b(?:ge|lt|le|gt|eq|ne)zalc?l?)$/,
    return: /^$/,
    indirect: /^(?:jr(?:\.hb)?|jic|jrc)$/,
    branch: /^(?:j|b|bc|b(?:eq|ne|ge|lt|gt|le)u?z?c?l?|bc1[tf]l?|bc1(?:eq|ne)z|bc2(?:eq|ne)z|b[no]vc)$/,
    always: /^(?:j|b|bc|jr(?:\.hb)?|jic|jrc)$/,
  },
};

/** Words that x86 disassemblers put before a mnemonic: prefixes that change nothing here. */
const X86_PREFIXES =
  /^(?:bnd|notrack|rep[a-z]*|lock|data16|addr32|addr16|cs|ds|es|ss|fs|gs|rex(?:\.[a-z]+)?|xacquire|xrelease)\s+/i;

/** Splits `jne,pt    0x401136 <main+4>` into `jne` and `0x401136`; comments and symbols are dropped. */
export function splitText(text: string, architecture: Architecture): { mnemonic: string; operands: string } {
  let rest = text.trim();
  if (architecture === 'x86') {
    for (let next = rest.replace(X86_PREFIXES, ''); next !== rest; next = rest.replace(X86_PREFIXES, '')) rest = next;
  }
  const blank = rest.search(/\s/);
  const word = blank === -1 ? rest : rest.slice(0, blank);
  const mnemonic = architecture === 'x86' ? word.replace(/,p[nt]$/, '') : word;
  const comment =
    architecture === 's390' || architecture === 'ppc' || architecture === 'mips'
      ? /\s*<.*$/
      : /\s*(?:<|\/\/|;|#\s|@\s).*$/;
  return {
    mnemonic: mnemonic.toLowerCase(),
    operands: blank === -1 ? '' : rest.slice(blank).trim().replace(comment, ''),
  };
}

/** Where control goes after an instruction, from its text. Unknown mnemonics fall through. */
export function flowOf(text: string, architecture: Architecture): Flow {
  const words = WORDS[architecture];
  const { mnemonic, operands } = splitText(text, architecture);
  const conditional = !words.always.test(mnemonic);
  if (words.system.test(mnemonic)) return { kind: 'system' };
  if (words.trap.test(mnemonic)) return { kind: 'trap' };
  if (words.return.test(mnemonic)) return { kind: 'return', conditional };
  const special = specialFlow(mnemonic, operands, architecture);
  if (special !== undefined) return special;
  if (words.call.test(mnemonic)) return { kind: 'call' };
  const branch = words.branch.test(mnemonic);
  const target = branch ? directTarget(operands, architecture) : undefined;
  // A direct target first: on s390 `brc` is a branch, and `b` with two letters more an indirect jump.
  if (target !== undefined) return { kind: 'branch', target, conditional };
  return branch || words.indirect.test(mnemonic) ? { kind: 'indirect', conditional } : { kind: 'next' };
}

/** The last operand where it is an address; on x86 the only one, since `0x8(%rax)` and `QWORD PTR [rax+0x8]` are memory. */
function directTarget(operands: string, architecture: Architecture): Address | undefined {
  const pattern = architecture === 'x86' ? /^(0x[0-9a-f]+)$/i : /(?:^|[,\s])(0x[0-9a-f]+)$/i;
  const digits = pattern.exec(operands)?.[1];
  return digits === undefined ? undefined : BigInt(digits);
}

/** Instructions whose operands, not whose mnemonic, tell that they leave or that they do not. */
function specialFlow(mnemonic: string, operands: string, architecture: Architecture): Flow | undefined {
  switch (architecture) {
    case 'arm': {
      const conditional = new RegExp(`^(?:pop|ldm[a-z]*|ldr|mov|bx)${ARM_CONDITION}(?:\\.[nw])?$`).test(mnemonic);
      if (mnemonic.startsWith('bx') && operands === 'lr') return { kind: 'return', conditional };
      if (/^(?:pop|ldm)/.test(mnemonic) && /\bpc\b/.test(operands)) return { kind: 'return', conditional };
      if (mnemonic.startsWith('mov') && /^pc, *lr$/.test(operands)) return { kind: 'return', conditional };
      if (/^(?:ldr|mov|add)/.test(mnemonic) && /^pc\b/.test(operands)) return { kind: 'indirect', conditional };
      return undefined;
    }
    case 'riscv':
      // `jal zero,X` and `jalr zero,0(X)` are jumps; objdump prints the aliases `j` and `jr` unless told not to.
      if (mnemonic === 'jal' && operands.startsWith('zero,')) return flowOf(`j ${operands.slice(5)}`, architecture);
      return mnemonic === 'jalr' && operands.startsWith('zero,') ? { kind: 'indirect', conditional: false } : undefined;
    case 's390':
      if (mnemonic === 'br' && operands === '%r14') return { kind: 'return', conditional: false };
      // Branches on condition 0 are no-operations; the assembler uses `bcr 14,%r0` and `bcr 15,%r0` as barriers.
      if (/^(?:nop|jg?nop)/.test(mnemonic)) return { kind: 'next' };
      return mnemonic === 'bcr' && /,%?r?0$/.test(operands) ? { kind: 'next' } : undefined;
    case 'mips':
      if (mnemonic.startsWith('jr') && operands === 'ra') return { kind: 'return', conditional: false };
      return undefined;
    case 'ppc':
      if (/^b[a-z]*(?:lr|ctr)l[+-]?$/.test(mnemonic)) return { kind: 'call' };
      // Byte reversals and decimal arithmetic begin with `b` too.
      return /^(?:brd|brw|brh|bcd.*|bpermd)$/.test(mnemonic) ? { kind: 'next' } : undefined;
    case 'x86':
    case 'aarch64':
      return undefined;
  }
}
