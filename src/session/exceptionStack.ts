import { stackListFrames } from '../mi/commandsInspection.js';
import { tuplesAt } from '../mi/fields.js';
import { parseFrame, type Frame } from '../mi/frame.js';
import { formatAddress, type Address } from '../util/address.js';
import type { Gdb } from './ports.js';

/** How much of the stack is told. */
const INNERMOST = { start: 0, end: 32 };

/**
 * The stack of a thread as a text, a line for each frame.
 *
 * @param placeAt what stands at an address that no symbol names
 */
export async function stackText(
  gdb: Gdb,
  thread: number,
  placeAt: (address: Address) => string | undefined,
): Promise<string> {
  const { results } = await gdb.send(stackListFrames(thread, INNERMOST));
  const frames = tuplesAt(results, 'stack').map(parseFrame);
  const [first] = frames;
  const place = first?.func === undefined && first?.address !== undefined ? placeAt(first.address) : undefined;
  if (place === undefined) return frames.map(line).join('\n');
  // An abort handler has no unwind information: up to the first frame with a line gdb guesses.
  const known = frames.findIndex(frame => frame.line !== undefined);
  return [`#0 ${place}`, ...(known < 0 ? [] : frames.slice(known).map(line))].join('\n');
}

function line({ level, func, file, line: number, from, address }: Frame): string {
  const place = file === undefined || number === undefined ? from : `${file}:${number}`;
  const name = func ?? (address === undefined ? '??' : formatAddress(address));
  return `#${level ?? 0} ${name}${place === undefined ? '' : ` at ${place}`}`;
}
