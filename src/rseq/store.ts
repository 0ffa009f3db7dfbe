import type { Architecture } from './instruction.js';
import { splitText } from './instruction.js';

/** What a store to memory goes through: the thread pointer, the stack, or anything else. */
export type StoreBase = 'thread' | 'stack' | 'other';

/** Store mnemonics and address registers of the architectures whose stores have mnemonics of their own. */
const STORES: Readonly<Record<Exclude<Architecture, 'x86'>, { store: RegExp; stack: RegExp; thread: RegExp }>> = {
  aarch64: { store: /^(?:st[a-z0-9]+|cas[a-z]*|swp[a-z]*)$/, stack: /\[sp\b/, thread: /^$/ },
  arm: {
    store: /^(?:str[a-z]*|stm[a-z]*|stl[a-z]*|push|vst[a-z0-9]*|vpush)(?:\.[a-z0-9]+)?$/,
    stack: /\[sp\b|^sp!?|^\{/,
    thread: /^$/,
  },
  riscv: { store: /^(?:(?:c\.)?f?s[bhwdq](?:sp)?|sc\.[wd].*|amo.*)$/, stack: /\(sp\)/, thread: /\(tp\)/ },
  ppc: { store: /^(?:p?st[a-z0-9]+)\.?$/, stack: /[(,]r1\)?$/, thread: /[(,]r(?:13|2)\)?$/ },
  s390: { store: /^(?:st[a-z0-9]*|mv[a-z]+|cs[a-z]*|as[a-z]*i)$/, stack: /%r15\)/, thread: /^$/ },
  mips: { store: /^s(?:b|h|w|d|c|cd|wl|wr|dl|dr|wc1|dc1)$/, stack: /\((?:sp|\$sp|s8)\)/, thread: /^$/ },
};

/** x86 instructions with a memory operand in the place of a destination that do not write it. */
const X86_READS =
  /^(?:cmp(?!xchg)|test|bt|jmp|call|push|nop|prefetch|div|idiv|mul|imul|fld|clflush|clwb|ret|verr|verw|ud|lea|ldmxcsr|fxrstor|xrstor)/;

/** Whether an instruction stores to memory, and through what; undefined where it stores nothing. */
export function storeOf(text: string, architecture: Architecture): StoreBase | undefined {
  const { mnemonic, operands } = splitText(text, architecture);
  if (architecture === 'x86') return x86Store(mnemonic, operands);
  const words = STORES[architecture];
  if (!words.store.test(mnemonic)) return undefined;
  if (words.stack.test(operands)) return 'stack';
  return words.thread.test(operands) ? 'thread' : 'other';
}

function x86Store(mnemonic: string, operands: string): StoreBase | undefined {
  if (/^(?:stos|movs[bwlq]?$)/.test(mnemonic) && /[([](?:%[er])?.?di[)\]]/.test(operands)) return 'other';
  if (X86_READS.test(mnemonic)) return undefined;
  const destination = x86Destination(operands);
  if (destination === undefined) return undefined;
  if (/%?[fg]s:/.test(destination)) return 'thread';
  // A frame pointer may hold anything under -fomit-frame-pointer; counting it as stack only makes a note less.
  return /[([]%?[er]?[sb]p\b/.test(destination) ? 'stack' : 'other';
}

/** The destination operand where it is memory: AT&T's last one (registers bear `%`), Intel's first one (memory bears `PTR` or brackets). */
function x86Destination(operands: string): string | undefined {
  const list = splitOperands(operands);
  const intel = !/[%$]/.test(operands);
  const destination = (intel ? list[0] : list.at(-1)) ?? '';
  if (intel) return /\[|\bPTR\b|[fg]s:/i.test(destination) ? destination : undefined;
  return /\)$|:|^(?:-?0x[0-9a-f]+|\d+)$/.test(destination) ? destination : undefined;
}

/** Splits at commas outside parentheses: `%rax,0x8(%rbx,%rcx,2)` has two operands. */
function splitOperands(operands: string): string[] {
  return operands.split(/,(?![^(]*\))/).map(operand => operand.trim());
}
