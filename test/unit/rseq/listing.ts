import type { Instruction } from '../../../src/rseq/instruction.js';

/**
 * Instructions from lines `ADDRESS TEXT` (hexadecimal, with a blank between); each ends where the next begins, the last one
 * is `lastSize` bytes long.
 */
export function listing(text: string, lastSize = 1): Instruction[] {
  const lines = text
    .split('\n')
    .map(line => /^\s*([0-9a-f]+)\s+(.*\S)/.exec(line))
    .filter(match => match !== null)
    .map(match => ({ address: BigInt(`0x${match[1] ?? ''}`), text: match[2] ?? '' }));
  return lines.map(({ address, text: words }, i) => {
    const next = lines[i + 1]?.address;
    return { address, size: next === undefined ? lastSize : Number(next - address), text: words };
  });
}
