/**
 * A target address. Run-time (load bias added) unless the name that holds it says `linkAddress` or `fileOffset`.
 */
export type Address = bigint;

/** A half-open range of addresses `[start, end)`. */
export interface AddressRange {
  readonly start: Address;
  readonly end: Address;
}

/**
 * Parses an address as gdb and DAP clients write it: `0x` and hexadecimal digits, or decimal digits. Text that follows
 * the number after a blank is ignored, as in gdb's `0x401136 <main+4>`.
 *
 * @returns undefined where the text is no address
 */
export function parseAddress(text: string): Address | undefined {
  const match = /^\s*(0x[0-9a-f]+|[0-9]+)(?=\s|$)/i.exec(text);
  return match?.[1] === undefined ? undefined : BigInt(match[1]);
}

/** Spells an address as the project does everywhere: `0x` and lower-case hexadecimal digits without padding. */
export function formatAddress(address: Address): string {
  return `0x${address.toString(16)}`;
}

/** Whether `address` lies in `range`; the end is outside. */
export function contains(range: AddressRange, address: Address): boolean {
  return range.start <= address && address < range.end;
}
