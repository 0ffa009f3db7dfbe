/** What tells one kind of ELF file from another. */
export interface Kind {
  /** `e_machine`. */
  readonly machine: number;
  readonly bits: 32 | 64;
  readonly littleEndian: boolean;
}

/** Where a file's tables are: offset in bytes and number of entries. */
interface Place {
  readonly at: number;
  readonly count: number;
}

/** Writes a file of any class and byte order number by number. */
export class Pen {
  readonly #bytes: number[] = [];

  constructor(private readonly kind: Kind) {}

  /** The ELF header (gABI "ELF Header"), of a file with the given `e_type`; the section names stand in the last section. */
  header({ type, segments, sections }: { type: number; segments?: Place; sections?: Place }): this {
    const { machine, bits, littleEndian } = this.kind;
    const [own, segment, section] = bits === 64 ? [64, 56, 64] : [52, 32, 40];
    this.raw(Buffer.from([0x7f, 0x45, 0x4c, 0x46, bits / 32, littleEndian ? 1 : 2, 1])).padTo(16);
    this.number(type, 2).number(machine, 2).number(1, 4);
    this.words(0, segments?.at ?? 0, sections?.at ?? 0).number(0, 4);
    const names = sections === undefined ? 0 : sections.count - 1;
    for (const half of [own, segment, segments?.count ?? 0, section, sections?.count ?? 0, names]) this.number(half, 2);
    return this;
  }

  number(value: bigint | number, size: number): this {
    const digits = Array.from({ length: size }, (_, i) => Number((BigInt(value) >> BigInt(8 * i)) & 0xffn));
    this.#bytes.push(...(this.kind.littleEndian ? digits : digits.reverse()));
    return this;
  }

  words(...values: readonly (bigint | number)[]): this {
    for (const value of values) this.number(value, this.kind.bits / 8);
    return this;
  }

  raw(bytes: Uint8Array): this {
    this.#bytes.push(...bytes);
    return this;
  }

  padTo(size: number): this {
    while (this.#bytes.length < size) this.#bytes.push(0);
    return this;
  }

  get bytes(): Buffer {
    return Buffer.from(this.#bytes);
  }
}
