import type { TargetBytes } from './bytes.js';

/** Reads LEB128 numbers (DWARF 5, 7.6) one after another. Past the end it throws RangeError. */
export class LebReader {
  /** @param at the offset of what is read next */
  constructor(
    private readonly bytes: TargetBytes,
    public at: number,
  ) {}

  /** Of a signed number the value is of no use; what is skipped is right. Exact below 2^53. */
  unsigned(): number {
    let value = 0;
    let factor = 1;
    for (;;) {
      const byte = this.bytes.u8(this.at++);
      value += (byte & 0x7f) * factor;
      if ((byte & 0x80) === 0) return value;
      factor *= 128;
    }
  }

  u8(): number {
    return this.bytes.u8(this.at++);
  }

  u16(): number {
    this.at += 2;
    return this.bytes.u16(this.at - 2);
  }

  u32(): number {
    this.at += 4;
    return this.bytes.u32(this.at - 4);
  }

  skip(count: number): void {
    this.at += count;
  }
}
