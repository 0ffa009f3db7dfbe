import { console as consoleCommand } from '../mi/commands.js';
import { stackListFrames } from '../mi/commandsInspection.js';
import { tuplesAt } from '../mi/fields.js';
import { parseFrame, type Frame } from '../mi/frame.js';
import type { Region } from '../rseq/region.js';
import { FRAMES_ASKED, type FrameSummary, type Position } from '../stepping/types.js';
import { parseAddress, type Address } from '../util/address.js';
import { RequestError } from '../util/errors.js';
import type { Gdb } from './ports.js';

/** A frame of `-stack-list-frames` as stepping sees it. */
export function summarize(frame: Frame): FrameSummary {
  return {
    pc: frame.address ?? 0n,
    ...(frame.func === undefined ? {} : { function: frame.func }),
    hasLine: frame.line !== undefined,
    isSignalTrampoline: frame.func === '<signal handler called>',
  };
}

/**
 * The addresses whose functions a step from these frames may single-step through: the frame's own and its caller's,
 * past callers without lines to the first one with lines, since gdb's step ends only there. A caller's address is that
 * of its call: after a call that does not return, the return address may belong to the next function.
 */
export function neighbourhood(frames: readonly FrameSummary[]): readonly Address[] {
  const own = frames[0]?.pc;
  if (own === undefined) return [];
  const addresses = [own];
  for (const frame of frames.slice(1)) {
    if (frame.pc === own) continue;
    addresses.push(frame.isSignalTrampoline ? frame.pc : frame.pc - 1n);
    if (frame.hasLine) break;
  }
  return addresses;
}

/** Whether frames that a client has asked for reach as far as {@link neighbourhood} looks. */
export function isEnough(frames: readonly FrameSummary[]): boolean {
  return frames.length >= FRAMES_ASKED || frames.some(frame => frame.pc !== frames[0]?.pc && frame.hasLine);
}

const INNERMOST = { start: 0, end: FRAMES_ASKED };

/** The innermost frames of a thread, at most {@link FRAMES_ASKED}. */
export async function innermostFrames(gdb: Gdb, thread: number): Promise<readonly FrameSummary[]> {
  const { results } = await gdb.send(stackListFrames(thread, INNERMOST));
  return tuplesAt(results, 'stack').map(parseFrame).map(summarize);
}

/**
 * Where `thread` stands: its frames, its canonical frame address, and whether it is at the start of a line. gdb/MI has
 * no command for the last two: they are read from `info frame` and `info line`, in the English that gdb was started with.
 *
 * @param regionsNear the regions in the neighbourhood of the given addresses
 */
export async function locate(
  gdb: Gdb,
  thread: number,
  regionsNear: (addresses: readonly Address[]) => readonly Region[],
): Promise<Position> {
  const [stack, frame, line] = await Promise.all([
    gdb.send(stackListFrames(thread, INNERMOST)),
    gdb.send(consoleCommand('info frame', { thread, frame: 0 })),
    gdb.send(consoleCommand('info line *$pc', { thread, frame: 0 })),
  ]);
  const frames = tuplesAt(stack.results, 'stack').map(parseFrame);
  const innermost = frames[0];
  if (innermost?.address === undefined)
    throw new RequestError('nobody', 'noFrame', `Thread ${thread} has no stack frame.`);
  const summaries = frames.map(summarize);
  const frameAddress = parseAddress(/frame at (0x[0-9a-f]+)/.exec(frame.console)?.[1] ?? '') ?? 0n;
  const lineStart = parseAddress(/starts at address (0x[0-9a-f]+)/.exec(line.console)?.[1] ?? '');
  return {
    pc: innermost.address,
    ...(innermost.line === undefined
      ? {}
      : { line: { file: innermost.fullname ?? innermost.file ?? '', line: innermost.line } }),
    atLineStart: lineStart === innermost.address,
    frameAddress,
    frames: summaries,
    regions: regionsNear(neighbourhood(summaries)),
  };
}
