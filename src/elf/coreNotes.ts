import { TargetBytes, textAt } from './bytes.js';
import { EM } from './constants.js';
import type { ElfImage } from './image.js';
import type { FileMapping } from './mappings.js';
import { notesIn } from './notes.js';

/** A thread as a core file has it. */
export interface CoreThread {
  /** The kernel's thread id. */
  readonly id: number;
  /** Run-time address; absent for machines whose registers are not known here. */
  readonly pc: bigint | undefined;
}

/** What the notes of a core file say. */
export interface CoreNotes {
  /** In the order of the file: the thread that received the signal first. */
  readonly threads: readonly CoreThread[];
  /** What was mapped from which file. */
  readonly mappings: ReadonlyMap<string, readonly FileMapping[]>;
}

/** Note types (linux/elf.h, and elfcore.h for the layouts). */
const NT_PRSTATUS = 1;
const NT_FILE = 0x46494c45;

/**
 * Where `struct elf_prstatus` (linux/elfcore.h) has the thread id and the registers, by class: `long` and `struct timeval`
 * differ.
 */
const PRSTATUS = { 32: { id: 24, registers: 72 }, 64: { id: 32, registers: 112 } } as const;

/** Index of the program counter among the registers, in words (asm/ptrace.h and asm/elf.h of each machine). */
const PC_INDEX: Readonly<Record<number, number>> = {
  [EM.i386]: 12,
  [EM.x86_64]: 16,
  [EM.arm]: 15,
  [EM.aarch64]: 32,
  [EM.riscv]: 0,
  [EM.ppc]: 32,
  [EM.ppc64]: 32,
  [EM.s390]: 1,
};

/** Reads the notes of a core file that the kernel or gdb's `gcore` has written. Notes that are cut off are left out. */
export function readCoreNotes(core: ElfImage): CoreNotes {
  const threads: CoreThread[] = [];
  const mappings = new Map<string, FileMapping[]>();
  for (const { offset, filesz } of core.noteSegments) {
    for (const { name, type, content } of notesIn(new TargetBytes(core.read(offset, filesz), core.encoding))) {
      if (name !== 'CORE') continue;
      const thread = type === NT_PRSTATUS ? threadOf(content, core.machine) : undefined;
      if (thread !== undefined) threads.push(thread);
      if (type === NT_FILE) addMappings(content, core, mappings);
    }
  }
  return { threads, mappings };
}

function threadOf(status: TargetBytes, machine: number): CoreThread | undefined {
  const { bits } = status.encoding;
  const layout = PRSTATUS[bits];
  if (status.length < layout.registers) return undefined;
  const index = PC_INDEX[machine];
  const at = layout.registers + (index ?? 0) * (bits / 8);
  const isKnown = index !== undefined && at + bits / 8 <= status.length;
  return { id: status.u32(layout.id), pc: isKnown ? status.word(at) : undefined };
}

/** `long count, page_size`, then `count` times `long start, end, file offset in pages`, then as many names, each with a NUL. */
function addMappings(note: TargetBytes, core: ElfImage, mappings: Map<string, FileMapping[]>): void {
  const word = note.encoding.bits / 8;
  if (note.length < 2 * word) return;
  const count = Math.min(Number(note.word(0)), Math.floor((note.length - 2 * word) / (3 * word + 1)));
  const pageSize = note.word(word);
  let name = (2 + 3 * count) * word;
  for (let at = 2 * word; at < (2 + 3 * count) * word; at += 3 * word) {
    const path = textAt(note.bytes, name);
    name += Buffer.byteLength(path) + 1;
    const start = note.word(at);
    const mapping: FileMapping = {
      start,
      end: note.word(at + word),
      fileOffset: note.word(at + 2 * word) * pageSize,
      isExecutable: core.isExecutable(start),
    };
    const known = mappings.get(path);
    if (known === undefined) mappings.set(path, [mapping]);
    else known.push(mapping);
  }
}
