import type { Encoding } from '../../../src/elf/bytes.js';
import { TargetBytes } from '../../../src/elf/bytes.js';

export const X86_64: Encoding = { bits: 64, littleEndian: true };
export const S390X: Encoding = { bits: 64, littleEndian: false };
export const I386: Encoding = { bits: 32, littleEndian: true };
export const MIPS: Encoding = { bits: 32, littleEndian: false };

/** A number and its width in bytes. */
export type Field = readonly [value: bigint | number, width: 1 | 2 | 4 | 8];

/** Bytes made of fields in a byte order. */
export function pack(encoding: Encoding, fields: readonly Field[]): TargetBytes {
  const view = new DataView(new ArrayBuffer(fields.reduce((sum, [, width]) => sum + width, 0)));
  let at = 0;
  for (const [value, width] of fields) {
    if (width === 8) view.setBigUint64(at, BigInt(value), encoding.littleEndian);
    else if (width === 4) view.setUint32(at, Number(value), encoding.littleEndian);
    else if (width === 2) view.setUint16(at, Number(value), encoding.littleEndian);
    else view.setUint8(at, Number(value));
    at += width;
  }
  return new TargetBytes(new Uint8Array(view.buffer), encoding);
}
