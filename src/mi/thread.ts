import { textAt } from './fields.js';
import type { MiTuple } from './record.js';

/**
 * The kernel's number of a thread of `-thread-info`. Its `target-id` is `Thread 0x... (LWP N)`, `LWP N`, or `process N` of a
 * program without a thread library; undefined where it is none of these.
 */
export function kernelIdOf(thread: MiTuple): number | undefined {
  const number = /\b(?:LWP|process) (\d+)/.exec(textAt(thread, 'target-id') ?? '')?.[1];
  return number === undefined ? undefined : Number(number);
}
