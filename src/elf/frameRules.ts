import { TargetBytes, type Encoding } from './bytes.js';
import type { FrameEntry } from './ehFrame.js';
import { LebReader } from './leb.js';

/** The operands of call frame instructions (DWARF 5, table 7.29; LSB 10.6 for DW_CFA_GNU_*): L a number, B a block. */
const OPERANDS: ReadonlyMap<number, string> = new Map([
  [0x00, ''], // nop
  [0x05, 'LL'], // offset_extended
  [0x06, 'L'], // restore_extended
  [0x07, 'L'], // undefined
  [0x08, 'L'], // same_value
  [0x09, 'LL'], // register
  [0x0a, ''], // remember_state
  [0x0b, ''], // restore_state
  [0x0c, 'LL'], // def_cfa
  [0x0d, 'L'], // def_cfa_register
  [0x0e, 'L'], // def_cfa_offset
  [0x0f, 'B'], // def_cfa_expression
  [0x10, 'LB'], // expression
  [0x11, 'LL'], // offset_extended_sf
  [0x12, 'LL'], // def_cfa_sf
  [0x13, 'L'], // def_cfa_offset_sf
  [0x14, 'LL'], // val_offset
  [0x15, 'LL'], // val_offset_sf
  [0x16, 'LB'], // val_expression
  [0x2d, ''], // GNU_window_save, AARCH64_negate_ra_state
  [0x2e, 'L'], // GNU_args_size
  [0x2f, 'LL'], // GNU_negative_offset_extended
]);

/**
 * The call frame instructions that make the rules which hold at one address of a function: its own up to there, without
 * those that advance. What they leave is the same, for `remember_state` and `restore_state` are kept in their order.
 *
 * @param address link-time, within the entry's range
 * @returns undefined where an instruction is not known
 */
export function rulesAt(entry: FrameEntry, address: bigint, encoding: Encoding): Uint8Array | undefined {
  const bytes = new TargetBytes(entry.own, encoding);
  const reader = new LebReader(bytes, 0);
  const rules: number[] = [];
  let location = entry.range.start;
  while (reader.at < bytes.length) {
    const begin = reader.at;
    const code = reader.u8();
    const advance = advanceOf(code, reader);
    if (advance !== undefined) {
      location += BigInt(advance * entry.codeAlignment);
      if (location > address) break;
      continue;
    }
    if (!skipOperands(code, reader) || reader.at > bytes.length) return undefined;
    rules.push(...entry.own.subarray(begin, reader.at));
  }
  return Uint8Array.from(rules);
}

/** How far an instruction advances, in units of the code alignment; undefined for one that does not. */
function advanceOf(code: number, reader: LebReader): number | undefined {
  if ((code & 0xc0) === 0x40) return code & 0x3f;
  if (code === 0x02) return reader.u8();
  if (code === 0x03) return reader.u16();
  if (code === 0x04) return reader.u32();
  return undefined;
}

function skipOperands(code: number, reader: LebReader): boolean {
  const high = code & 0xc0;
  if (high === 0xc0) return true; // restore
  const operands = high === 0x80 ? 'L' : OPERANDS.get(code); // offset
  for (const operand of operands ?? '') {
    const value = reader.unsigned();
    if (operand === 'B') reader.skip(value);
  }
  return operands !== undefined;
}
