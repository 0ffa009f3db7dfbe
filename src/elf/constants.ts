/** `sh_type`, `sh_flags`, `p_type`, `e_type` and `e_machine` values of the ELF specification (gABI, and psABI for machines) that this room uses. */
export const SHT = { null: 0, symtab: 2, strtab: 3, rela: 4, note: 7, nobits: 8, rel: 9, dynsym: 11 } as const;

/** Section flags. */
export const SHF = { alloc: 2, execinstr: 4, compressed: 0x800 } as const;

/** Segment types and flags. */
export const PT = { load: 1, note: 4 } as const;
export const PF = { execute: 1 } as const;

/** Machines whose relocations or instructions are known here. */
export const EM = {
  i386: 3,
  mips: 8,
  ppc: 20,
  ppc64: 21,
  s390: 22,
  arm: 40,
  x86_64: 62,
  aarch64: 183,
  riscv: 243,
  loongarch: 258,
} as const;
