/**
 * The free pass, as a state machine: before all threads go on, those that have lost an attempt get through it.
 *
 * The user's situation: a breakpoint (kept there, or set in the debug console) or a watchpoint has stopped a thread inside
 * a region. That attempt is lost. Simply continued, the retry would run into the same breakpoint again, for ever.
 *
 * The plan: the thread runs alone, with the breakpoints of that region lifted, through the abort handler and the retry to
 * the commit. So one hit costs one attempt. Where the way to the retry is long (the function returns first, the handler
 * waits for another thread), everybody is let go, with guards in front of the regions for the threads that are owed an
 * attempt: there they get it.
 */
import type { Region } from '../rseq/region.js';
import { guardsOf, INSTRUCTIONS_WITHOUT_LINE, isBare, isInside, isTrampoline, regionsToPass } from './judgement.js';
import type { Action, Input, Machine, Position, Transition } from './types.js';
import { arrival, CLOSING, leftBy, openWindow, timeIsUp, type Hold, type Window } from './window.js';

/** A thread has lost an attempt at each of `regions`, and is owed one without the user's breakpoints. */
export interface Debt {
  readonly thread: number;
  readonly regions: readonly Region[];
}

/** A free pass in progress; `done` when its `finish` action has been given out. */
export type PassState =
  /** Alone, on the way to an exit. */
  | { readonly kind: 'passing'; readonly pass: Pass; readonly window: Window }
  /** Alone, in an abort handler without lines, by instruction. */
  | { readonly kind: 'leaving'; readonly pass: Pass; readonly hold: Hold }
  | { readonly kind: 'locating'; readonly pass: Pass; readonly hold: Hold }
  /** All threads run; guards wait for those that are owed an attempt. */
  | { readonly kind: 'awaiting'; readonly pass: Pass }
  | { readonly kind: 'done' };

type Active = Exclude<PassState, { kind: 'done' }>;

interface Pass {
  /** The thread that is, or was last, let through. */
  readonly thread: number;
  readonly debts: readonly Debt[];
  /** Whether all threads may be let go before the debts are paid: not in the middle of a step. */
  readonly mayWait: boolean;
  readonly instructions: number;
}

/**
 * Begins a free pass.
 *
 * @param position where the thread stands that goes on first
 * @param debts what threads are owed; what the thread is about to lose here is added
 * @returns undefined where nobody needs one
 */
export function beginPass(
  thread: number,
  position: Position,
  debts: readonly Debt[],
  mayWait: boolean,
): Transition<PassState> | undefined {
  const inside = position.regions.filter(region => isWithin(region, position.pc));
  const own = debts.find(debt => debt.thread === thread)?.regions ?? [];
  const all = withDebt(debts, { thread, regions: [...new Set([...own, ...inside])] });
  const pass: Pass = { thread, debts: all, mayWait, instructions: 0 };
  if (all.length === 0) return undefined;
  const first = own.length + inside.length > 0 ? judge(pass, 'released', position) : giveUp(pass);
  return first.state.kind === 'done' ? undefined : first;
}

/** The machine of a free pass. */
export const FREE_PASS: Machine<PassState> = {
  transition(state, input) {
    if (state.kind === 'done') throw new Error(`a finished free pass got the input ${input.kind}`);
    switch (input.kind) {
      case 'failed':
        return finish('stop', input.message);
      case 'timeout':
        return onTimeout(state);
      case 'position':
        if (state.kind !== 'locating') throw new Error(`a position came while ${state.kind}`);
        return judge(state.pass, state.hold, input.position);
      case 'stop':
        return onStop(state, input);
    }
  },
  threadOf: state => (state.kind === 'done' || state.kind === 'awaiting' ? undefined : state.pass.thread),
};

function onStop(state: Active, stop: Input & { kind: 'stop' }): Transition<PassState> {
  if (stop.cause === 'interrupt') return cutShort(state);
  if (stop.cause === 'user')
    return finish('stop', undefined, state.kind === 'passing' ? leftBy(state.window, stop) : []);
  switch (state.kind) {
    case 'passing':
      return stop.thread === state.pass.thread ? arrive(state.pass, state.window, stop) : finish('stop');
    case 'leaving':
      return stop.thread === state.pass.thread ? locate(state.pass, state.hold) : finish('stop');
    case 'awaiting':
      return locate({ ...state.pass, thread: stop.thread, instructions: 0 }, 'released');
    case 'locating':
      throw new Error('a stop came while the thread was stopped');
  }
}

/** Our own interrupt: the window is over, or a silent stop has cut short what was under way. */
function cutShort(state: Active): Transition<PassState> {
  switch (state.kind) {
    case 'passing':
    case 'leaving':
      return giveUp(state.pass);
    case 'awaiting':
      return { state, actions: [goOn(state.pass)] };
    case 'locating':
      throw new Error('a stop came while the thread was stopped');
  }
}

function onTimeout(state: Active): Transition<PassState> {
  if (state.kind === 'passing') {
    const { hold, actions } = timeIsUp(state.window.hold);
    return { state: { ...state, window: { ...state.window, hold } }, actions };
  }
  if (state.kind !== 'leaving') return { state, actions: [] };
  const { hold, actions } = timeIsUp(state.hold);
  return { state: { ...state, hold }, actions };
}

function through(pass: Pass, now: Position, regions: readonly Region[]): Transition<PassState> {
  const { window, actions } = openWindow(pass.thread, regions, now, true);
  return { state: { kind: 'passing', pass: { ...pass, instructions: 0 }, window }, actions };
}

/** The thread has come to an exit of the window's regions, or has returned to its caller. */
function arrive(pass: Pass, window: Window, { pc }: Input & { kind: 'stop' }): Transition<PassState> {
  const { outcome, told } = arrival(window, pc);
  if (outcome === 'aborted') {
    // The attempt that the stop inside has cost: the next one is the free one. The others stay held until then, or one of
    // them would be the next to stop inside and to need a free pass, for ever.
    const { state, actions } = locate(pass, 'held');
    return { state, actions: [...told, ...actions] };
  }
  if (outcome === undefined) return giveUp(pass);
  const passed = new Set(window.regions.map(({ id }) => id));
  const own = pass.debts.find(debt => debt.thread === pass.thread)?.regions ?? [];
  const left = own.filter(({ id }) => !passed.has(id));
  return resume({ ...pass, debts: withDebt(pass.debts, { thread: pass.thread, regions: left }) }, told);
}

function locate(pass: Pass, hold: Hold): Transition<PassState> {
  const { thread } = pass;
  return { state: { kind: 'locating', pass, hold }, actions: [{ kind: 'removeAll' }, { kind: 'locate', thread }] };
}

/** The thread stands at `now`: in an abort handler, before the retry, at a guard, or elsewhere. */
function judge(pass: Pass, hold: Hold, now: Position): Transition<PassState> {
  if (isTrampoline(now)) return giveUp(pass);
  const owed = pass.debts.find(debt => debt.thread === pass.thread)?.regions ?? [];
  const near = now.regions.filter(({ id }) => owed.some(region => region.id === id));
  const at = regionsToPass(near, now.pc).filter(region => !isBare(now) || isWithin(region, now.pc));
  if (at.length > 0) return through(pass, now, at);
  if (isBare(now)) return pass.instructions < INSTRUCTIONS_WITHOUT_LINE ? leave(pass) : giveUp(pass);
  // With the others held the retry is a few instructions off; else guards wait for it, where there is a place for one.
  const next = hold === 'held' ? near : near.filter(({ preludes }) => preludes.length === 0);
  return next.length > 0 ? through(pass, now, next) : giveUp(pass);
}

/** By one instruction, in code without lines: no guess of the unwinder's is trusted. What it calls may wait for others. */
function leave(pass: Pass): Transition<PassState> {
  return {
    state: { kind: 'leaving', pass: { ...pass, instructions: pass.instructions + 1 }, hold: 'held' },
    actions: [
      { kind: 'holdOthers', hold: true },
      { kind: 'startTimer' },
      { kind: 'exec', command: 'nexti', thread: pass.thread, frame: 0 },
    ],
  };
}

/** The attempt cannot be made just now: it stays owed. */
function giveUp(pass: Pass): Transition<PassState> {
  return resume(pass, []);
}

function resume(pass: Pass, told: readonly Action[]): Transition<PassState> {
  if (pass.debts.length > 0 && pass.mayWait) return wait(pass, told);
  return { state: { kind: 'done' }, actions: [...CLOSING, ...told, { kind: 'finish', as: 'resume' }] };
}

/** Lets everybody go, with guards for those that are owed an attempt. */
function wait(pass: Pass, told: readonly Action[] = []): Transition<PassState> {
  const guards = pass.debts.map<Action>(({ thread, regions }) => ({
    kind: 'insert',
    thread,
    addresses: [...new Set(regions.flatMap(guardsOf))],
  }));
  return { state: { kind: 'awaiting', pass }, actions: [...CLOSING, ...told, ...guards, goOn(pass)] };
}

function goOn({ thread }: Pass): Action {
  return { kind: 'exec', command: 'continue', thread, frame: 0 };
}

function finish(as: 'stop', note?: string, told: readonly Action[] = []): Transition<PassState> {
  const end: Action = note === undefined ? { kind: 'finish', as } : { kind: 'finish', as, note };
  return { state: { kind: 'done' }, actions: [...CLOSING, ...told, end] };
}

function withDebt(debts: readonly Debt[], debt: Debt): readonly Debt[] {
  const others = debts.filter(({ thread }) => thread !== debt.thread);
  return debt.regions.length > 0 ? [...others, debt] : others;
}

/** Behind the prelude: at the arming store or inside. */
function isWithin(region: Region, pc: Position['pc']): boolean {
  return pc === region.armingStore || isInside(region, pc);
}
