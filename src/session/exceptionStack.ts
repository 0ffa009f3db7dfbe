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
 * @param unwind makes gdb tell the frames behind such an address right, as far as that can be
 */
export async function stackText(
  gdb: Gdb,
  thread: number,
  placeAt: (address: Address) => string | undefined,
  unwind: (thread: number, address: Address) => Promise<boolean>,
): Promise<string> {
  let frames = await innermost(gdb, thread);
  const [first] = frames;
  if (first?.func !== undefined || first?.address === undefined) return frames.map(line).join('\n');
  if (await unwind(thread, first.address)) frames = await innermost(gdb, thread);
  const place = placeAt(first.address);
  return [place === undefined ? line(first) : `#0 ${place}`, ...frames.slice(1).map(line)].join('\n');
}

async function innermost(gdb: Gdb, thread: number): Promise<readonly Frame[]> {
  const { results } = await gdb.send(stackListFrames(thread, INNERMOST));
  return tuplesAt(results, 'stack').map(parseFrame);
}

function line({ level, func, file, line: number, from, address }: Frame): string {
  const place = file === undefined || number === undefined ? from : `${file}:${number}`;
  const name = func ?? (address === undefined ? '??' : formatAddress(address));
  return `#${level ?? 0} ${name}${place === undefined ? '' : ` at ${place}`}`;
}
