/**
 * One step of one thread, as a state machine without I/O and without a clock.
 *
 * The user's situation: they press "next" on a line that holds a restartable sequence. Single-stepped, the sequence
 * aborts at every stop and the step never gets out of it.
 *
 * The plan: before the step, guards (temporary breakpoints for this thread) are put where nothing is armed yet, then
 * gdb steps as ever. If no guard is hit, that was all. At a guard, unless the step is over at that very place, the
 * thread runs alone to one of the region's exits (the window). There the question is the same as at any place: is the
 * step over? If not it goes on from here. A thread found inside a region has lost its attempt already; it takes the
 * same way and leaves through the abort handler.
 */
import type { Region } from '../rseq/region.js';
import {
  continuedOrigin,
  endsAtLines,
  guardsOf,
  INSTRUCTIONS_WITHOUT_LINE,
  inlineDepth,
  inNewSignalHandler,
  isBare,
  isInside,
  isOver,
  isTrampoline,
  mayReachGuard,
  regionsToPass,
} from './judgement.js';
import type { Action, ExecCommand, Input, Machine, Position, StepRequest, Transition } from './types.js';
import { arrival, CLOSING, leftBy, openWindow, timeIsUp, type Window } from './window.js';

/** What brought the thread to the place that is being judged. */
type Arrival = 'guard' | 'exit' | 'escape' | 'instruction' | 'return' | 'step';

/** A step in progress; `done` when its `finish` action has been given out. */
export type State =
  | {
      readonly kind: 'plain';
      readonly request: StepRequest;
      readonly command: ExecCommand;
      readonly origin: Position | undefined;
    }
  | { readonly kind: 'guarded'; readonly step: Step; readonly judgeEnd: boolean }
  | { readonly kind: 'passing'; readonly step: Step; readonly window: Window }
  | { readonly kind: 'leaving'; readonly step: Step }
  | { readonly kind: 'returning'; readonly step: Step }
  | { readonly kind: 'locating'; readonly step: Step | StepRequest; readonly arrival: Arrival }
  | { readonly kind: 'done' };

type Active = Exclude<State, { kind: 'done' }>;

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

/**
 * Begins a step.
 *
 * @param position where the thread stands; undefined where no region is near: then gdb gets its one command as it is
 */
export function begin(request: StepRequest, position: Position | undefined): Transition<State> {
  const near = position !== undefined && position.regions.length > 0;
  if (!near || request.intoAttempt === true) return plain(request, position);
  const entering = regionsToPass(position.regions, position.pc);
  const step = begun(request, position);
  if (!returnsFreely(step, position) && entering.length > 0) return enter(step, position, entering);
  if (isInstruction(request)) return plain(request, position);
  return goOn(step, position);
}

/** The machine of a step. */
export const STEP: Machine<State> = {
  transition(state, input) {
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
  },
  threadOf: state => (state.kind === 'done' ? undefined : requestOf(state).thread),
};

function onStop(state: Active, stop: Input & { kind: 'stop' }): Transition<State> {
  if (stop.cause === 'interrupt') return repeat(state);
  if (stop.cause === 'user' || stop.thread !== requestOf(state).thread) {
    return finish('stop', undefined, state.kind === 'passing' ? leftBy(state.window, stop) : []);
  }
  switch (state.kind) {
    case 'plain':
      return stop.noPlaceToEnd && state.request.granularity === 'line' ? locate(state.request, 'step') : finish('stop');
    case 'guarded':
      if (stop.cause === 'ours') return locate(state.step, 'guard');
      return state.judgeEnd || stop.noPlaceToEnd ? locate(state.step, 'step') : finish('stop');
    case 'passing':
      return arrive(state.step, state.window, stop);
    case 'leaving':
      return locate(state.step, 'instruction');
    case 'returning':
      return locate(state.step, 'return');
    case 'locating':
      throw new Error('a stop came while the thread was stopped');
  }
}

/** Our own interrupt stopped the target: release the others where that was its purpose, else take up what it cut short. */
function repeat(state: Active): Transition<State> {
  switch (state.kind) {
    case 'plain': {
      const { command, origin, request } = state;
      // gdb forgets a command at a stop: where it has called a function, the same command would end in there.
      if (origin !== undefined) return locate(begun(request, origin), 'step');
      return { state, actions: [exec(command, request.thread)] };
    }
    case 'passing':
      return {
        state: { ...state, window: { ...state.window, hold: 'released' } },
        actions: [{ kind: 'holdOthers', hold: false }, exec('continue', state.window.thread)],
      };
    case 'guarded':
    case 'leaving':
    case 'returning':
      return locate(state.step, 'step');
    case 'locating':
      throw new Error('a stop came while the thread was stopped');
  }
}

function onTimeout(state: Active): Transition<State> {
  if (state.kind !== 'passing') return { state, actions: [] };
  const { hold, actions } = timeIsUp(state.window.hold);
  return { state: { ...state, window: { ...state.window, hold } }, actions };
}

function plain(request: StepRequest, origin: Position | undefined): Transition<State> {
  const command = commandOf(request);
  return { state: { kind: 'plain', request, command, origin }, actions: [exec(command, request.thread)] };
}

function begun(request: StepRequest, origin: Position): Step {
  return { request, origin, instructions: 0, retrying: [], wasInterrupted: false };
}

/** Runs the thread alone through `regions`; past the user's breakpoints where an attempt is made up for that a stop has cost. */
function pass(step: Step, now: Position, regions: readonly Region[]): Transition<State> {
  const { window, actions } = openWindow(step.request.thread, regions, now, isOwed(step, regions));
  return { state: { kind: 'passing', step: { ...step, instructions: 0, retrying: [] }, window }, actions };
}

/** The thread has come out of the window's regions, or it never went in and has returned to its caller. */
function arrive(step: Step, window: Window, { pc }: Input & { kind: 'stop' }): Transition<State> {
  const { outcome, told } = arrival(window, pc);
  if (isInstruction(step.request)) return finish('step', undefined, told);
  const { thread } = step.request;
  return {
    state: { kind: 'locating', step, arrival: outcome === undefined ? 'escape' : 'exit' },
    actions: [...CLOSING, ...told, { kind: 'locate', thread }],
  };
}

function locate(step: Step | StepRequest, arrival: Arrival): Transition<State> {
  const { thread } = 'request' in step ? step.request : step;
  return { state: { kind: 'locating', step, arrival }, actions: [{ kind: 'removeAll' }, { kind: 'locate', thread }] };
}

/** The thread stands at `now`: is the step over, and if not, how does it go on? */
function judge(step: Step | StepRequest, arrival: Arrival, now: Position): Transition<State> {
  if (!('request' in step)) return judge(begun(step, now), arrival, now);
  if (isTrampoline(now)) return leaveTrampoline(step);
  const guessed = isBare(step.origin);
  if (!guessed && inNewSignalHandler(step.origin, now)) return returnFromHandler(step, now);
  const here = settled(step, arrival, now);
  const entering = regionsToPass(here.regions, here.pc);
  const called = !guessed && here.frameAddress < step.origin.frameAddress;
  // gdb's `step` stops at the first line of a function: where a recursion begins with a region, our guard is hit there.
  const into = arrival === 'guard' && step.request.kind === 'stepIn' && isOver(step.request, step.origin, here);
  if (called && !into && !isBare(here)) return returnToCaller(step, here);
  if (isBare(here)) {
    return entering.length > 0 ? enter(step, here, entering) : goOn(step, here);
  }
  if (isInstruction(step.request) && here.pc !== step.origin.pc) return finish('step');
  const lost = here.regions.some(region => isInside(region, here.pc));
  // The frame in an abort handler is gdb's guess: the step belongs to the first one with a line.
  const over = guessed ? endsAtLines(step.request) && here.atLineStart : isOver(step.request, step.origin, here);
  if (!lost && over) return finish('step');
  const next: Step = { ...step, origin: guessed ? here : continuedOrigin(step.request, step.origin, here) };
  const through = [...new Set([...entering, ...step.retrying])];
  return through.length > 0 ? pass(next, here, through) : goOn(next, here);
}

/**
 * Goes through `regions`. An abort handler may lead elsewhere than to a retry, and gdb cannot tell where it returns to:
 * it is left by instruction first.
 */
function enter(step: Step, now: Position, regions: readonly Region[]): Transition<State> {
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
function goOn(step: Step, now: Position): Transition<State> {
  const { thread, kind } = step.request;
  const byInstruction = isBare(now) || (kind !== 'stepIn' && mayReachGuard(now));
  if (byInstruction && step.instructions < INSTRUCTIONS_WITHOUT_LINE) {
    const leaving: Step = { ...step, instructions: step.instructions + 1 };
    return { state: { kind: 'leaving', step: leaving }, actions: [exec('nexti', thread)] };
  }
  const depth = inlineDepth(now.frames);
  if (returnsFreely(step, now)) {
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

/** Whether a stop has cost the thread an attempt at one of `regions`, which is made up for. */
function isOwed({ request }: Step, regions: readonly Region[]): boolean {
  return regions.some(({ id }) => request.free?.has(id) === true);
}

/**
 * Whether gdb's own `finish` does it: it runs to the return address without single steps. Where an attempt has been lost,
 * the breakpoint that has cost it would catch the retry, and the next `stepOut` that one's, for ever.
 */
function returnsFreely(step: Step, { frames, regions, pc }: Position): boolean {
  const leaves = step.request.kind === 'stepOut' && inlineDepth(frames) === 0;
  // From an arming store, gdb would step the thread over a breakpoint that is there, to `start_ip`.
  const isArmed = regions.some(region => region.armingStore === pc || isInside(region, pc));
  return leaves && !isOwed(step, regions) && !isArmed;
}

/** A guard was hit in a function that the step had called: let that function return, then go on. */
function returnToCaller(step: Step, now: Position): Transition<State> {
  const frame = inlineDepth(now.frames);
  return { state: { kind: 'returning', step }, actions: [exec('finish', step.request.thread, frame)] };
}

/**
 * A signal came in between: the handler runs to its end, and its trampoline is left by instruction. A breakpoint at the
 * interrupted instruction would do harm where that is an arming store.
 */
function returnFromHandler(step: Step, now: Position): Transition<State> {
  const trampoline = now.frames.findIndex(frame => frame.isSignalTrampoline);
  const { thread } = step.request;
  const back: Step = { ...step, wasInterrupted: true };
  return { state: { kind: 'returning', step: back }, actions: [exec('finish', thread, trampoline - 1)] };
}

/** A signal handler's trampoline has no lines: gdb's `finish` out of a handler ends there, ours in the interrupted code. */
function leaveTrampoline(step: Step): Transition<State> {
  const leaving: Step = { ...step, wasInterrupted: true };
  return { state: { kind: 'leaving', step: leaving }, actions: [exec('nexti', step.request.thread)] };
}

function finish(as: 'step' | 'stop', note?: string, told: readonly Action[] = []): Transition<State> {
  const end: Action = note === undefined ? { kind: 'finish', as } : { kind: 'finish', as, note };
  return { state: { kind: 'done' }, actions: [...CLOSING, ...told, end] };
}

function exec(command: ExecCommand, thread: number, frame = 0): Action {
  return { kind: 'exec', command, thread, frame };
}

function commandOf(request: StepRequest): ExecCommand {
  if (request.kind === 'stepOut') return 'finish';
  if (request.granularity === 'line') return request.kind;
  return request.kind === 'next' ? 'nexti' : 'stepi';
}

/** Whether a request is done with one instruction. */
function isInstruction({ granularity, kind }: StepRequest): boolean {
  return granularity === 'instruction' && kind !== 'stepOut';
}

function requestOf(state: Active): StepRequest {
  if (state.kind === 'plain') return state.request;
  return 'request' in state.step ? state.step.request : state.step;
}
