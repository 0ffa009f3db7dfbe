/** How an ELF file spells numbers: its class and byte order. */
export interface Encoding {
  readonly bits: 32 | 64;
  readonly littleEndian: boolean;
}

/** Numbers at byte offsets of a piece of an ELF file, in that file's byte order. Offsets past the end throw RangeError. */
export class TargetBytes {
  /** Length in bytes. */
  readonly length: number;
  readonly #view: DataView;

  constructor(
    readonly bytes: Uint8Array,
    readonly encoding: Encoding,
  ) {
    this.length = bytes.length;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  u8(offset: number): number {
    return this.#view.getUint8(offset);
  }

  u16(offset: number): number {
    return this.#view.getUint16(offset, this.encoding.littleEndian);
  }

  u32(offset: number): number {
    return this.#view.getUint32(offset, this.encoding.littleEndian);
  }

  i32(offset: number): number {
    return this.#view.getInt32(offset, this.encoding.littleEndian);
  }

  u64(offset: number): bigint {
    return this.#view.getBigUint64(offset, this.encoding.littleEndian);
  }

  /** An address-sized number (4 or 8 bytes). */
  word(offset: number): bigint {
    return this.encoding.bits === 64 ? this.u64(offset) : BigInt(this.u32(offset));
  }

  /**
   * An address-sized number as a double, for scans over hundreds of thousands of entries, where a bigint each would cost
   * more than the scan. Exact below 2^53; above it rounds, but never to a value below 2^53.
   */
  wordNumber(offset: number): number {
    if (this.encoding.bits === 32) return this.u32(offset);
    const first = this.u32(offset);
    const second = this.u32(offset + 4);
    return this.encoding.littleEndian ? second * 2 ** 32 + first : first * 2 ** 32 + second;
  }
}

/** The text from `offset` up to the first NUL, or to the end, or to `limit` bytes: names in hostile files have no end. */
export function textAt(bytes: Uint8Array, offset: number, limit = 4096): string {
  const end = Math.min(bytes.length, offset + limit);
  let at = offset;
  while (at < end && bytes[at] !== 0) at++;
  return Buffer.from(bytes.buffer, bytes.byteOffset + offset, Math.max(0, at - offset)).toString('utf8');
}
