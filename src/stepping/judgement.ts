import type { Region } from '../rseq/region.js';
import { contains, type Address, type AddressRange } from '../util/address.js';
import type { FrameSummary, Outcome, Position, StepRequest } from './types.js';

/** Whether frame `level` is inlined into the next one: gdb gives both the same address, and so does a recursion that has just returned, with one name for both. */
function isInlined(frames: readonly FrameSummary[], level: number): boolean {
  const frame = frames[level];
  const outer = frames[level + 1];
  return frame !== undefined && outer?.pc === frame.pc && outer.function !== frame.function;
}

/** How many inlined frames stand on top of the innermost physical frame; also the level of that frame. */
export function inlineDepth(frames: readonly FrameSummary[]): number {
  let level = 0;
  while (isInlined(frames, level)) level++;
  return level;
}

/** The address that the innermost physical frame returns to, if its caller is among the frames. */
export function returnAddress(position: Position): Address | undefined {
  return position.frames[inlineDepth(position.frames) + 1]?.pc;
}

/** Whether the thread runs a signal handler that it did not run at `origin`. */
export function inNewSignalHandler(origin: Position, now: Position): boolean {
  const count = (position: Position): number => position.frames.filter(frame => frame.isSignalTrampoline).length;
  return now.frameAddress < origin.frameAddress && count(now) > count(origin);
}

/**
 * Where a step is intercepted before `region`. Without a known prelude that is the abort handler: single-stepped into,
 * the region aborts once and the retry runs free. The arming store would be worse: every other thread that gdb steps
 * over a breakpoint there stops at `start_ip` and aborts.
 */
export function guardsOf(region: Region): readonly Address[] {
  if (region.preludes.length > 0) return region.preludes;
  return region.abort === undefined ? [] : [region.abort];
}

/** The longest instruction of any architecture, in bytes (x86). */
const LONGEST_INSTRUCTION = 15n;

/**
 * Whether the next instruction may stand at a guard, which is not to be inserted then. Where the user has a breakpoint here and another
 * thread is stopped at it too, gdb steps both over it: the other one comes to the guard, which is not its own, and is to be
 * stepped over that as well. If our thread stops at the guard meanwhile, gdb takes that step for being under way for ever, and
 * resumes nobody any more (gdb 13).
 */
export function mayReachGuard({ pc, regions }: Position): boolean {
  return regions.flatMap(({ preludes }) => preludes).some(guard => guard > pc && guard - pc <= LONGEST_INSTRUCTION);
}

/** The regions that a thread at `pc` must be run through: it stands at a guard, at the arming store, or inside. */
export function regionsToPass(regions: readonly Region[], pc: Address): readonly Region[] {
  return regions.filter(region => guardsOf(region).includes(pc) || region.armingStore === pc || isInside(region, pc));
}

/** `[arming store, post_commit_ip)` of the regions: where a breakpoint stops a thread that must not stop. */
export function armedRanges(regions: readonly Region[]): readonly AddressRange[] {
  return regions.flatMap(({ range, armingStore }) =>
    range === undefined ? [] : [{ start: armingStore ?? range.start, end: range.end }],
  );
}

/**
 * The exits to wait for when `regions` are run through from `pc`: the abort handler is none while it is what we start from.
 * Where a region has very many, only those that come first on the way from there.
 */
export function exitsFrom(regions: readonly Region[], pc: Address): readonly Address[] {
  const addresses = regions.flatMap(region => {
    const { firstExits, preludes, armingStore } = region;
    const isOnTheWay = preludes.includes(pc) || armingStore === pc || isInside(region, pc);
    if (firstExits !== undefined && isOnTheWay) return firstExits;
    const retry = region.preludes.length === 0 && region.abort === pc;
    return region.exits.filter(exit => !(retry && exit.address === pc)).map(exit => exit.address);
  });
  return [...new Set(addresses)];
}

/** Whether a thread stopped at `pc` has lost its attempt at `region`: a stop at `start_ip` is already inside. */
export function isInside(region: Region, pc: Address): boolean {
  return region.range !== undefined && contains(region.range, pc);
}

/** How the run through `regions` ended, from the exit that was reached. An address with two meanings counts as the better one: nobody else can tell. */
export function outcomeAt(regions: readonly Region[], pc: Address): Outcome {
  const origins = regions.flatMap(region => region.exits.filter(exit => exit.address === pc).map(exit => exit.origin));
  if (origins.includes('postCommit') || origins.includes('finish')) return 'committed';
  return origins.includes('abort') ? 'aborted' : 'exited';
}

/**
 * Whether a position lies in an abort handler or a cold part: code of a region outside of its function, without lines.
 * How gdb unwinds it is a guess, and its `next` fails there; a whole function without lines is none of that.
 */
export function isBare({ line, pc, regions }: Position): boolean {
  const holders = regions.filter(region => region.functions.some(range => contains(range, pc)));
  const holdsRegion = ({ range, preludes, functions }: Region): boolean => {
    const entry = range?.start ?? preludes[0];
    return entry !== undefined && functions.some(each => contains(each, pc) && contains(each, entry));
  };
  return line === undefined && holders.length > 0 && !holders.some(holdsRegion);
}

/** Abort handlers and undeclared branch targets are a few instructions; past this many it is an ordinary function without lines. */
export const INSTRUCTIONS_WITHOUT_LINE = 64;

/** Whether the thread stands in the trampoline behind a signal handler. */
export function isTrampoline({ frames }: Position): boolean {
  return frames[0]?.isSignalTrampoline === true;
}

/** Whether a request ends at lines: not `stepOut`, which ends where its frame is left. */
export function endsAtLines({ kind }: StepRequest): boolean {
  return kind !== 'stepOut';
}

function sameLine(a: Position, b: Position): boolean {
  return a.line?.line === b.line?.line && a.line?.file === b.line?.file;
}

/**
 * Whether a step that began at `origin` is over at `now`, by gdb's own rules (infrun.c, process_event_stop_test): a line
 * step ends at the first address of another line of the frame or its callers, never in a function inlined deeper
 * (`next`); `stepOut` ends as soon as its frame is left.
 */
export function isOver(request: StepRequest, origin: Position, now: Position): boolean {
  const outer = now.frameAddress > origin.frameAddress;
  const depthChange = inlineDepth(now.frames) - inlineDepth(origin.frames);
  switch (request.kind) {
    case 'stepOut':
      return outer || depthChange < 0;
    case 'next':
      if (!outer && depthChange > 0) return false;
      return now.atLineStart && (outer || !sameLine(origin, now));
    case 'stepIn':
      return now.atLineStart && (outer || !sameLine(origin, now));
  }
}

/**
 * Where the step goes on from: gdb steps a line that was entered in its middle to its end, so that line and frame become
 * the step's own, unless `next` is under way in a function inlined into the frame that it belongs to.
 */
export function continuedOrigin(request: StepRequest, origin: Position, now: Position): Position {
  const deeper = now.frameAddress === origin.frameAddress && inlineDepth(now.frames) > inlineDepth(origin.frames);
  const keeps = request.kind === 'stepOut' || (request.kind === 'next' && deeper);
  return keeps ? origin : now;
}
