import type { AddressRange } from '../util/address.js';
import type { Encoding } from './bytes.js';
import type { FrameEntry } from './ehFrame.js';

/** What an unwind file is made of. */
export interface Unwinding {
  readonly encoding: Encoding;
  /** `e_machine` of the image. */
  readonly machine: number;
  /** The code that the rules hold for, at run-time addresses. */
  readonly code: AddressRange;
  /** Where the return address is and the like: from the entry of the function that the code belongs to. */
  readonly entry: Pick<FrameEntry, 'version' | 'parameters' | 'initial'>;
  /** The call frame instructions behind those of the common entry. */
  readonly rules: Uint8Array;
}

const SHT_PROGBITS = 1;
const SHT_STRTAB = 3;
const SHT_NOBITS = 8;
const SHF_ALLOC = 2;
const SHF_EXECINSTR = 4;
const ET_EXEC = 2;

/** Section names as they lie in the file, and where each begins. */
const NAMES = '\0.text\0.eh_frame\0.shstrtab\0';
const nameAt = (name: string): number => NAMES.indexOf(`\0${name}\0`) + 1;

/**
 * An ELF file that holds nothing but how to unwind a piece of code: a section without contents where the code lies, and
 * one entry in `.eh_frame`. A debugger that reads it as a symbol file knows the stack there from then on.
 *
 * Format: gABI (headers); LSB 10.6 (`.eh_frame`), without an augmentation, so that addresses are absolute.
 */
export function unwindFile(unwinding: Unwinding): Uint8Array {
  const { encoding, machine, code } = unwinding;
  const [headerSize, sectionSize] = encoding.bits === 64 ? [64, 64] : [52, 40];
  const frames = frameSection(unwinding);
  const names = new TextEncoder().encode(NAMES);
  const framesAt = headerSize;
  const namesAt = framesAt + frames.length;
  const sectionsAt = align(namesAt + names.length, 8);
  const file = new Writer(encoding);
  file.bytes([0x7f, 0x45, 0x4c, 0x46, encoding.bits / 32, encoding.littleEndian ? 1 : 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  file.u16(ET_EXEC).u16(machine).u32(1).word(0n).word(0n).word(BigInt(sectionsAt)).u32(0);
  file.u16(headerSize).u16(0).u16(0).u16(sectionSize).u16(4).u16(3);
  file.bytes(frames).bytes(names).padTo(8);
  const section = (name: string, type: number, flags: number, range: AddressRange, offset: number): void => {
    file
      .u32(name === '' ? 0 : nameAt(name))
      .u32(type)
      .word(BigInt(flags))
      .word(range.start)
      .word(BigInt(offset));
    file
      .word(range.end - range.start)
      .u32(0)
      .u32(0)
      .word(1n)
      .word(0n);
  };
  section('', 0, 0, { start: 0n, end: 0n }, 0);
  section('.text', SHT_NOBITS, SHF_ALLOC | SHF_EXECINSTR, code, framesAt);
  section('.eh_frame', SHT_PROGBITS, SHF_ALLOC, { start: 0n, end: BigInt(frames.length) }, framesAt);
  section('.shstrtab', SHT_STRTAB, 0, { start: 0n, end: BigInt(names.length) }, namesAt);
  return file.result();
}

function frameSection({ encoding, code, entry, rules }: Unwinding): Uint8Array {
  const common = new Writer(encoding);
  common
    .u32(0)
    .bytes([entry.version, 0])
    .bytes(entry.parameters)
    .bytes(entry.initial)
    .padTo(encoding.bits / 8, 4);
  const cie = common.result();
  const frame = new Writer(encoding);
  frame
    .u32(4 + cie.length + 4)
    .word(code.start)
    .word(code.end - code.start);
  frame.bytes(rules).padTo(encoding.bits / 8, 4);
  const fde = frame.result();
  const section = new Writer(encoding);
  section.u32(cie.length).bytes(cie).u32(fde.length).bytes(fde).u32(0);
  return section.padTo(8).result();
}

function align(size: number, to: number): number {
  return Math.ceil(size / to) * to;
}

/** Bytes in an ELF file's order. */
class Writer {
  private readonly written: number[] = [];

  constructor(private readonly encoding: Encoding) {}

  bytes(bytes: Iterable<number>): this {
    this.written.push(...bytes);
    return this;
  }

  u16(value: number): this {
    return this.number(BigInt(value), 2);
  }

  u32(value: number): this {
    return this.number(BigInt(value), 4);
  }

  /** An address-sized number. */
  word(value: bigint): this {
    return this.number(value, this.encoding.bits / 8);
  }

  /** Zeros up to a multiple of `size`, counted from `before` bytes in front; a zero is DW_CFA_nop, too. */
  padTo(size: number, before = 0): this {
    while ((before + this.written.length) % size !== 0) this.written.push(0);
    return this;
  }

  result(): Uint8Array {
    return Uint8Array.from(this.written);
  }

  private number(value: bigint, size: number): this {
    const bytes = Array.from({ length: size }, (_, index) => Number((value >> BigInt(8 * index)) & 0xffn));
    return this.bytes(this.encoding.littleEndian ? bytes : bytes.reverse());
  }
}
