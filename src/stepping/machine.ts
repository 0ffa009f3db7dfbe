/**
 * One step of one thread, as a state machine without I/O and without a clock.
 *
 * The user's situation: they press "next" on a line that holds a restartable sequence. Single-stepped, the sequence
 * aborts at every stop and the step never gets out of it.
 *
 * The plan: before the step, guards (temporary breakpoints for this thread) are put where nothing is armed yet, then
 * gdb steps as ever. If no guard is hit, that was all. At a guard, unless the step is over at that very place, the
 * other threads are held (a region neither blocks nor calls) and the thread runs on to one of the region's exits. There
 * the question is the same as at any place: is the step over? If not it goes on from here. A thread found inside a
 * region has lost its attempt already; it takes the same way and leaves through the abort handler.
 */
import type { Region } from '../rseq/region.js';
import { contains, type Address } from '../util/address.js';
import {
  armedRanges,
  continuedOrigin,
  exitsFrom,
  guardsOf,
  inlineDepth,
  inNewSignalHandler,
  isBare,
  isInside,
  isOver,
  outcomeAt,
  regionsToPass,
  returnAddress,
} from './judgement.js';
import type { Action, ExecCommand, Input, Position, StepRequest } from './types.js';

/** What brought the thread to the place that is being judged. */
type Arrival = 'guard' | 'exit' | 'escape' | 'instruction' | 'return' | 'step';

/** A step in progress; `done` when its `finish` action has been given out. */
export type State =
  | { readonly kind: 'plain'; readonly request: StepRequest; readonly command: ExecCommand }
  | { readonly kind: 'guarded'; readonly step: Step; readonly judgeEnd: boolean }
  | { readonly kind: 'passing'; readonly step: Step; readonly regions: readonly Region[]; readonly hold: Hold }
  | { readonly kind: 'leaving'; readonly step: Step }
  | { readonly kind: 'returning'; readonly step: Step }
  | { readonly kind: 'locating'; readonly step: Step | StepRequest; readonly arrival: Arrival }
  | { readonly kind: 'done' };

/** Whether the other threads are held while a region is run through; `ending`: the interrupt that ends it is under way. */
type Hold = 'held' | 'ending' | 'released';

interface Step {
  readonly request: StepRequest;
  /** The frame and line that the step belongs to; as in gdb, they move on when a line is entered in its middle. */
  readonly origin: Position;
  /** Instruction steps made in a row in code without lines. */
  readonly instructions: number;
  /** Regions without a known prelude whose abort handler was entered: the retry is to run free of stops. */
  readonly retrying: readonly Region[];
  /** Whether a signal handler has cut gdb's command short. */
  readonly wasInterrupted: boolean;
}

export interface Transition {
  readonly state: State;
  readonly actions: readonly Action[];
}

/** Abort handlers and undeclared branch targets are a few instructions; past this many it is an ordinary function without lines. */
const INSTRUCTIONS_WITHOUT_LINE = 64;

/**
 * Begins a step.
 *
 * @param position where the thread stands; undefined where no region is near: then gdb gets its one command as it is
 */
export function begin(request: StepRequest, position: Position | undefined): Transition {
  const near = position !== undefined && position.regions.length > 0;
  if (!near || request.intoAttempt === true) return plain(request);
  const entering = regionsToPass(position.regions, position.pc);
  const step: Step = { request, origin: position, instructions: 0, retrying: [], wasInterrupted: false };
  const returns = request.kind === 'stepOut' && inlineDepth(position.frames) === 0;
  if (!returns && entering.length > 0) return enter(step, position, entering);
  if (request.granularity === 'instruction' && request.kind !== 'stepOut') return plain(request);
  return goOn(step, position);
}

/** The next state and what to do, for whatever may come. Throws where `input` cannot come in `state`: a defect of the driver. */
export function transition(state: State, input: Input): Transition {
  if (state.kind === 'done') throw new Error(`a finished step got the input ${input.kind}`);
  switch (input.kind) {
    case 'failed':
      return finish('step', input.message);
    case 'timeout':
      return onTimeout(state);
    case 'position':
      if (state.kind !== 'locating') throw new Error(`a position came while ${state.kind}`);
      return judge(state.step, state.arrival, input.position);
    case 'stop':
      return onStop(state, input);
  }
}

function onStop(state: Exclude<State, { kind: 'done' }>, stop: Input & { kind: 'stop' }): Transition {
  const ofStep = stop.thread === threadOf(state);
  if (stop.cause === 'user' || !ofStep) return stop.cause === 'interrupt' ? repeat(state) : finish('stop');
  if (stop.cause === 'interrupt') return repeat(state);
  switch (state.kind) {
    case 'plain':
      return stop.noPlaceToEnd && state.request.granularity === 'line' ? locate(state.request, 'step') : finish('stop');
    case 'guarded':
      if (stop.cause === 'ours') return locate(state.step, 'guard');
      return state.judgeEnd || stop.noPlaceToEnd ? locate(state.step, 'step') : finish('stop');
    case 'passing':
      return arrive(state.step, state.regions, stop.pc);
    case 'leaving':
      return locate(state.step, 'instruction');
    case 'returning':
      return locate(state.step, 'return');
    case 'locating':
      throw new Error('a stop came while the thread was stopped');
  }
}

/** Our own interrupt stopped the target: release the others where that was its purpose, else take up what it cut short. */
function repeat(state: Exclude<State, { kind: 'done' }>): Transition {
  switch (state.kind) {
    case 'plain':
      return { state, actions: [exec(state.command, state.request.thread)] };
    case 'passing':
      if (state.step.request.kind === 'through') return finish('resume');
      return {
        state: { ...state, hold: 'released' },
        actions: [{ kind: 'holdOthers', hold: false }, exec('continue', state.step.request.thread)],
      };
    case 'guarded':
    case 'leaving':
    case 'returning':
      return locate(state.step, 'step');
    case 'locating':
      throw new Error('a stop came while the thread was stopped');
  }
}

/** Only a signal handler, or a way out that nobody knew, keeps a thread in the window this long; the others may be what it waits for. */
function onTimeout(state: Exclude<State, { kind: 'done' }>): Transition {
  if (state.kind !== 'passing' || state.hold !== 'held') return { state, actions: [] };
  return { state: { ...state, hold: 'ending' }, actions: [{ kind: 'interrupt' }] };
}

function plain(request: StepRequest): Transition {
  const command = commandOf(request);
  return { state: { kind: 'plain', request, command }, actions: [exec(command, request.thread)] };
}

/** Runs the thread alone through `regions`. Its return address is watched too, in case the way into them was not taken. */
function pass(step: Step, now: Position, regions: readonly Region[]): Transition {
  const { thread } = step.request;
  const exits = exitsFrom(regions, now.pc);
  const ranges = armedRanges(regions);
  // From inside, the thread would stop at the user's next breakpoint there at once; at the arming store, gdb would step
  // it over a breakpoint to `start_ip`, which is inside. And an attempt that a stop has cost earlier is made up for.
  const isFree = regions.some(({ id }) => step.request.free?.has(id) === true);
  const lifts = isFree || step.request.kind === 'through' || ranges.some(range => contains(range, now.pc));
  const lift: Action[] = lifts ? [{ kind: 'lift', ranges }] : [];
  const back = isBare(now) ? undefined : returnAddress(now);
  const watched = back === undefined || exits.includes(back) || isArmed(now.regions, back) ? exits : [...exits, back];
  return {
    state: { kind: 'passing', step: { ...step, instructions: 0, retrying: [] }, regions, hold: 'held' },
    actions: [
      ...lift,
      { kind: 'holdOthers', hold: true },
      { kind: 'insert', thread, addresses: watched },
      { kind: 'startTimer' },
      exec('continue', thread),
    ],
  };
}

/** The thread has come out of `regions`, or it never went in and has returned to its caller. */
function arrive(step: Step, regions: readonly Region[], pc: Address): Transition {
  const left = regions.some(region => region.exits.some(exit => exit.address === pc));
  const told: Action[] = left ? [{ kind: 'tell', regions, outcome: outcomeAt(regions, pc), address: pc }] : [];
  const clean: Action[] = [{ kind: 'stopTimer' }, ...cleaned()];
  if (step.request.granularity === 'instruction' && step.request.kind !== 'stepOut') {
    return { state: { kind: 'done' }, actions: [...clean, ...told, { kind: 'finish', as: 'step' }] };
  }
  if (step.request.kind === 'through') {
    if (!left || outcomeAt(regions, pc) !== 'aborted') return finish('resume', undefined, told);
    // The attempt that the stop inside has cost: the next one is the free one. The others stay held until then, or one of
    // them would be the next to stop inside and to need a free pass, for ever.
    const { state, actions } = locate({ ...step, retrying: regions }, 'exit');
    return { state, actions: [...told, ...actions] };
  }
  const { state, actions } = locate(step, left ? 'exit' : 'escape');
  return { state, actions: [...clean, ...told, ...actions.filter(action => action.kind === 'locate')] };
}

function locate(step: Step | StepRequest, arrival: Arrival): Transition {
  const { thread } = 'request' in step ? step.request : step;
  return { state: { kind: 'locating', step, arrival }, actions: [{ kind: 'removeAll' }, { kind: 'locate', thread }] };
}

/** The thread stands at `now`: is the step over, and if not, how does it go on? */
function judge(step: Step | StepRequest, arrival: Arrival, now: Position): Transition {
  if (!('request' in step)) {
    const begun = { request: step, origin: now, instructions: 0, retrying: [], wasInterrupted: false };
    return judge(begun, arrival, now);
  }
  if (isTrampoline(now)) return leaveTrampoline(step);
  const guessed = isBare(step.origin);
  if (!guessed && inNewSignalHandler(step.origin, now)) return returnFromHandler(step, now);
  const here = settled(step, arrival, now);
  const entering = regionsToPass(here.regions, here.pc);
  const called = !guessed && here.frameAddress < step.origin.frameAddress;
  // gdb's `step` stops at the first line of a function: where a recursion begins with a region, our guard is hit there.
  const into = arrival === 'guard' && step.request.kind === 'stepIn' && isOver(step.request, step.origin, here);
  const stays = !into && step.request.kind !== 'through';
  if (called && stays && !isBare(here)) return returnToCaller(step, here);
  if (isBare(here)) {
    return entering.length > 0 ? enter(step, here, entering) : goOn(step, here);
  }
  const lost = here.regions.some(region => isInside(region, here.pc));
  // The frame in an abort handler is gdb's guess: the step belongs to the first one with a line.
  const over = guessed ? endsStep(step.request) && here.atLineStart : isOver(step.request, step.origin, here);
  if (!lost && over) return finish('step');
  const next: Step = { ...step, origin: guessed ? here : continuedOrigin(step.request, step.origin, here) };
  const through = [...new Set([...entering, ...step.retrying])];
  return through.length > 0 ? pass(next, here, through) : goOn(next, here);
}

/**
 * Goes through `regions`. An abort handler may lead elsewhere than to a retry, and gdb cannot tell where it returns to:
 * it is left by instruction first.
 */
function enter(step: Step, now: Position, regions: readonly Region[]): Transition {
  const lineStep = step.request.granularity === 'line' || step.request.kind === 'stepOut';
  const retry =
    lineStep && isBare(now) && regions.every(({ preludes, abort }) => preludes.length === 0 && abort === now.pc);
  return retry ? goOn({ ...step, retrying: regions }, now) : pass(step, now, regions);
}

/**
 * A region neither calls nor returns, and from its abort handler we step over calls: so the thread is still in the
 * frame of its origin or further out, however gdb unwinds code that has no unwind information.
 */
function settled(step: Step, arrival: Arrival, now: Position): Position {
  const sameFrame = arrival === 'exit' || (arrival === 'instruction' && now.frameAddress < step.origin.frameAddress);
  return sameFrame && isBare(now) ? { ...now, frameAddress: step.origin.frameAddress } : now;
}

/** Resumes the step from a place where it is not over and where no region begins. */
function goOn(step: Step, now: Position): Transition {
  const { thread, kind } = step.request;
  if (isBare(now) && step.instructions < INSTRUCTIONS_WITHOUT_LINE) {
    const leaving: Step = { ...step, instructions: step.instructions + 1 };
    return { state: { kind: 'leaving', step: leaving }, actions: [exec('nexti', thread)] };
  }
  const depth = inlineDepth(now.frames);
  if (kind === 'stepOut' && depth === 0) {
    return { state: { kind: 'returning', step }, actions: [exec('finish', thread)] };
  }
  const frame = kind === 'stepOut' ? Math.max(0, depth - inlineDepth(step.origin.frames)) : 0;
  const guards = [...new Set(now.regions.flatMap(guardsOf))];
  // gdb's own end of a step is the truth unless it stepped in another frame than the step's own.
  const judgeEnd = kind === 'stepOut' || step.origin !== now;
  // gdb ends `finish` out of an inlined function in any signal handler. With the next signal always there already, it
  // would never get further; `next` runs handlers to their end.
  const byLine = kind === 'stepOut' && step.wasInterrupted;
  const command = byLine ? exec('next', thread) : exec(commandOf(step.request), thread, frame);
  return {
    state: { kind: 'guarded', step: { ...step, instructions: 0, wasInterrupted: false }, judgeEnd },
    actions: [{ kind: 'insert', thread, addresses: guards }, command],
  };
}

/** A guard was hit in a function that the step had called: let that function return, then go on. */
function returnToCaller(step: Step, now: Position): Transition {
  const frame = inlineDepth(now.frames);
  return {
    state: { kind: 'returning', step },
    actions: [exec('finish', step.request.thread, frame)],
  };
}

/**
 * A signal came in between: the handler runs to its end, and its trampoline is left by instruction. A breakpoint at the
 * interrupted instruction would do harm where that is an arming store.
 */
function returnFromHandler(step: Step, now: Position): Transition {
  const trampoline = now.frames.findIndex(frame => frame.isSignalTrampoline);
  const { thread } = step.request;
  const back: Step = { ...step, wasInterrupted: true };
  return { state: { kind: 'returning', step: back }, actions: [exec('finish', thread, trampoline - 1)] };
}

/** A signal handler's trampoline has no lines: gdb's `finish` out of a handler ends there, ours in the interrupted code. */
function leaveTrampoline(step: Step): Transition {
  const leaving: Step = { ...step, wasInterrupted: true };
  return { state: { kind: 'leaving', step: leaving }, actions: [exec('nexti', step.request.thread)] };
}

/** Whether a request ends at lines at all: not a free pass, nor `stepOut`, which ends where its frame is left. */
function endsStep({ kind }: StepRequest): boolean {
  return kind === 'next' || kind === 'stepIn';
}

function isTrampoline({ frames }: Position): boolean {
  return frames[0]?.isSignalTrampoline === true;
}

function finish(as: 'step' | 'stop' | 'resume', note?: string, told: readonly Action[] = []): Transition {
  const end: Action = note === undefined ? { kind: 'finish', as } : { kind: 'finish', as, note };
  return { state: { kind: 'done' }, actions: [{ kind: 'stopTimer' }, ...cleaned(), ...told, end] };
}

function cleaned(): Action[] {
  return [{ kind: 'removeAll' }, { kind: 'holdOthers', hold: false }, { kind: 'unlift' }];
}

function exec(command: ExecCommand, thread: number, frame = 0): Action {
  return { kind: 'exec', command, thread, frame };
}

function commandOf(request: StepRequest): ExecCommand {
  if (request.kind === 'stepOut') return 'finish';
  if (request.kind === 'through') return 'continue';
  if (request.granularity === 'line') return request.kind;
  return request.kind === 'next' ? 'nexti' : 'stepi';
}

function isArmed(regions: readonly Region[], address: Address): boolean {
  return regions.some(
    ({ range, armingStore }) =>
      range !== undefined && contains({ start: armingStore ?? range.start, end: range.end }, address),
  );
}

function threadOf(state: Exclude<State, { kind: 'done' }>): number {
  switch (state.kind) {
    case 'plain':
      return state.request.thread;
    case 'locating':
      return 'request' in state.step ? state.step.request.thread : state.step.thread;
    case 'guarded':
    case 'passing':
    case 'leaving':
    case 'returning':
      return state.step.request.thread;
  }
}
