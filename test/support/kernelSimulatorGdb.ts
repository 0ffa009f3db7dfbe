import type { ExecCommand, FrameSummary, StopCause } from '../../src/stepping/types.js';
import type { Kernel, Thread } from './kernelSimulatorKernel.js';
import { addressOf, type Instruction } from './kernelSimulatorProgram.js';

/** How a command of gdb ended. `pc` is an index into the program's code. */
export type CommandEnd =
  | {
      readonly kind: 'stop';
      readonly cause: StopCause;
      readonly thread: number;
      readonly pc: number;
      /** Whether the thread has hit a breakpoint of the user's. */
      readonly isHit?: boolean;
    }
  | { readonly kind: 'failed'; readonly message: string };

/** A command that does not end: what the user calls a hang. */
export class Livelock extends Error {}

/** A frame as gdb shows it, with the depth of its physical frame and of its inlining there. */
export interface ShownFrame extends FrameSummary {
  readonly depth: number;
  readonly inlining: number;
}

/** A place that gdb runs to by a breakpoint of its own. */
interface Target {
  readonly thread: Thread;
  readonly pc: number;
  readonly depth: number;
}

/** A command that has executed this many instructions is reported as a livelock. */
const BOUND = 20_000;

/** gdb in all-stop mode, as far as stepping goes: infrun.c in a few pages. */
export class Gdb {
  /** Thread-specific temporary breakpoints, by thread. */
  readonly temporary: { readonly thread: number; readonly pc: number }[] = [];
  /** The user's breakpoints, for all threads. */
  readonly breakpoints = new Set<number>();
  held = false;
  displaced = false;
  interruptPending = false;
  /** The tick at which the user asks for a stop. */
  pauseAt: number | undefined;
  timerAt: number | undefined;
  onTimer: () => void = () => undefined;
  /** Stops that gdb saw, the ones that it keeps to itself included. */
  stops = 0;
  /** Regions that a thread left unseen while it was run through them alone. */
  readonly missed: number[] = [];
  private target: Target | undefined;
  /** Where threads have hit a breakpoint that they have to be stepped over when they go on. */
  private readonly hits = new Map<Thread, number>();
  private scheduled: Thread | undefined;
  private quantum = 0;
  private deadline = 0;

  constructor(readonly kernel: Kernel) {}

  thread(id: number): Thread {
    return this.kernel.threads[id - 1]!;
  }

  /** Carries out one resuming command. @throws Livelock where it does not end */
  execute(command: ExecCommand, id: number, frame: number): CommandEnd {
    const thread = this.thread(id);
    this.deadline = this.kernel.ticks + BOUND;
    switch (command) {
      case 'continue':
        return this.run(thread, undefined) ?? this.end(thread);
      case 'stepi':
        return this.single(thread) ?? this.end(thread);
      case 'nexti': {
        const depth = thread.stack.length;
        return this.single(thread) ?? this.returnTo(thread, depth) ?? this.end(thread);
      }
      case 'finish':
        return this.finish(thread, frame);
      case 'next':
      case 'stepIn':
        return this.stepLine(thread, command === 'next');
    }
  }

  /** The frames of a thread, innermost first. In code without unwind information the caller is a guess. */
  frames(thread: Thread): ShownFrame[] {
    const { code, pieces } = this.kernel.program;
    if (!pieces[code[thread.pc]!.piece]!.unwinds) {
      const nowhere = { hasLine: false, isSignalTrampoline: false, inlining: 0 };
      const depth = thread.stack.length;
      return [
        { ...nowhere, pc: addressOf(thread.pc), depth },
        { ...nowhere, pc: 0x7fffn, depth: depth - 1 },
      ];
    }
    let at = thread.pc;
    let exact = true;
    const shown: ShownFrame[] = [];
    for (let depth = thread.stack.length; depth > 0; depth--) {
      const { returnTo, saved } = thread.stack[depth - 1]!;
      shown.push(...this.framesAt(at, exact || saved !== undefined ? at : at - 1, depth));
      exact = saved !== undefined;
      at = returnTo ?? 0;
    }
    return shown;
  }

  private framesAt(pc: number, site: number, depth: number): ShownFrame[] {
    const { line, inlined, piece } = this.instruction(site);
    const names = [this.kernel.program.pieces[piece]!.name, ...inlined];
    const frame = {
      pc: addressOf(pc),
      hasLine: line !== undefined,
      isSignalTrampoline: site === this.kernel.program.trampoline,
      depth,
    };
    return names.map((name, inlining) => ({ ...frame, function: name, inlining })).reverse();
  }

  private instruction(pc: number): Instruction {
    return this.kernel.program.code[pc]!;
  }

  private end(thread: Thread, cause: StopCause = 'endOfStep'): CommandEnd & { kind: 'stop' } {
    return { kind: 'stop', cause, thread: thread.id, pc: thread.pc };
  }

  /** All threads stop at the event of one. */
  private stopAll(thread: Thread): void {
    this.stops++;
    for (const each of this.kernel.threads) each.notify ??= each === thread ? 'ownStop' : 'otherStop';
  }

  private isInserted(pc: number): boolean {
    return this.breakpoints.has(pc) || this.target?.pc === pc || this.temporary.some(each => each.pc === pc);
  }

  /** A thread has run into a breakpoint; undefined where that is no reason to stop for the user. */
  private trap(thread: Thread): CommandEnd | 'target' | undefined {
    this.stopAll(thread);
    this.hits.set(thread, thread.pc);
    const user = this.breakpoints.has(thread.pc);
    const own = this.temporary.findIndex(each => each.pc === thread.pc && each.thread === thread.id);
    if (own >= 0) this.temporary.splice(own, 1);
    if (user) return { ...this.end(thread, 'user'), isHit: true };
    if (own >= 0) return this.end(thread, 'ours');
    const { target } = this;
    if (target?.thread === thread && target.pc === thread.pc && target.depth === thread.stack.length) return 'target';
    return this.stepOver(thread);
  }

  /** Steps a thread over the breakpoint that it stands at, in place or out of line, while all others stand still. */
  private stepOver(thread: Thread): CommandEnd | 'target' | undefined {
    this.hits.delete(thread);
    const { pc } = thread;
    if (this.displaced) {
      // The kernel sees the thread outside of the region, before the instruction and after it.
      thread.armed = undefined;
      thread.notify = undefined;
      this.kernel.execute(thread);
      thread.armed = undefined;
    } else {
      this.kernel.returnToUser(thread);
      if (thread.pc !== pc && this.isInserted(thread.pc)) return this.trap(thread);
      this.kernel.execute(thread);
    }
    this.stopAll(thread);
    return undefined;
  }

  /** One instruction of a thread that runs freely. */
  private turn(thread: Thread): CommandEnd | 'target' | undefined {
    if (this.hits.get(thread) === thread.pc && this.isInserted(thread.pc)) return this.stepOver(thread);
    this.hits.delete(thread);
    this.kernel.returnToUser(thread);
    this.maybeSignal(thread);
    if (this.isInserted(thread.pc)) return this.trap(thread);
    const before = this.kernel.regionOf(thread);
    this.kernel.execute(thread);
    const left =
      before >= 0 && this.kernel.regionOf(thread) < 0 && thread.stack.every(frame => frame.saved === undefined);
    if (this.held && left && !this.isInserted(thread.pc)) this.missed.push(before);
    return undefined;
  }

  /** A signal that gdb passes on without a stop for the user stops all threads all the same. */
  private maybeSignal(thread: Thread): boolean {
    const { program, chance } = this.kernel;
    if (program.handler === undefined || chance(100) > 0) return false;
    if (thread.stack.some(frame => frame.saved !== undefined)) return false;
    thread.notify ??= 'kernel';
    this.stopAll(thread);
    this.kernel.signal(thread, program.handler);
    return true;
  }

  /** What comes from outside: the machine's timer and interrupt, the user's pause, and our patience. */
  private fromOutside(stepping: Thread): CommandEnd | undefined {
    const { ticks, threads, chance } = this.kernel;
    if (ticks > this.deadline) throw new Livelock(`no end after ${BOUND} instructions`);
    if (this.timerAt !== undefined && ticks >= this.timerAt) {
      this.timerAt = undefined;
      this.onTimer();
    }
    const paused = this.pauseAt !== undefined && ticks >= this.pauseAt;
    if (!paused && !this.interruptPending) return undefined;
    const thread = this.held ? stepping : threads[chance(threads.length)]!;
    this.stopAll(thread);
    if (paused) this.pauseAt = undefined;
    else this.interruptPending = false;
    return this.end(thread, paused ? 'user' : 'interrupt');
  }

  /** Lets the threads run until one stops for the user or `to` is reached (then undefined). */
  private run(thread: Thread, to: Omit<Target, 'thread'> | undefined): CommandEnd | undefined {
    this.target = to === undefined ? undefined : { ...to, thread };
    if (this.isInserted(thread.pc)) this.hits.set(thread, thread.pc);
    try {
      for (;;) {
        const outside = this.fromOutside(thread);
        if (outside !== undefined) return outside;
        const end = this.turn(this.schedule(thread));
        if (end !== undefined) return end === 'target' ? undefined : end;
      }
    } finally {
      this.target = undefined;
    }
  }

  private schedule(thread: Thread): Thread {
    const { threads, chance } = this.kernel;
    const running = this.held ? thread : this.scheduled;
    if (running === undefined || this.quantum-- <= 0) {
      for (const each of threads) each.notify ??= 'kernel';
      this.quantum = 5 + chance(60);
      this.scheduled = threads[chance(threads.length)]!;
    }
    return this.held ? thread : this.scheduled!;
  }

  /** Single-steps a thread by one instruction; the others, unless held, move meanwhile. */
  private single(thread: Thread): CommandEnd | undefined {
    const outside = this.fromOutside(thread) ?? this.moveOthers(thread);
    if (outside !== undefined) return outside;
    if (this.isInserted(thread.pc)) {
      const end = this.stepOver(thread);
      if (end !== undefined && end !== 'target') return end;
      return this.landed(thread);
    }
    const { pc, stack } = thread;
    this.kernel.returnToUser(thread);
    if (this.maybeSignal(thread)) {
      const end = this.run(thread, { pc: stack.at(-2)!.returnTo!, depth: stack.length - 2 });
      if (end !== undefined) return end;
    }
    if (thread.pc !== pc && this.isInserted(thread.pc)) return this.landed(thread);
    this.kernel.returnToUser(thread);
    this.kernel.execute(thread);
    return this.landed(thread);
  }

  private moveOthers(thread: Thread): CommandEnd | undefined {
    if (this.held || this.kernel.threads.length === 1 || this.isInserted(thread.pc)) return undefined;
    for (let count = this.kernel.chance(4); count > 0; count--) {
      const other = this.kernel.threads[this.kernel.chance(this.kernel.threads.length)]!;
      const end = other === thread ? undefined : this.turn(other);
      if (end !== undefined && end !== 'target') return end;
    }
    return undefined;
  }

  /** A thread that is stepped onto a breakpoint has hit it. */
  private landed(thread: Thread): CommandEnd | undefined {
    const mine = this.temporary.some(each => each.pc === thread.pc && each.thread === thread.id);
    if (mine || this.breakpoints.has(thread.pc)) {
      const end = this.trap(thread);
      return end === 'target' ? undefined : end;
    }
    this.stopAll(thread);
    return undefined;
  }

  /** Runs a thread out of what it has called since it was `depth` frames deep. */
  private returnTo(thread: Thread, depth: number): CommandEnd | undefined {
    if (thread.stack.length <= depth) return undefined;
    return this.run(thread, { pc: thread.stack[depth]!.returnTo!, depth });
  }

  private finish(thread: Thread, level: number): CommandEnd {
    const frame = this.frames(thread)[level];
    if (frame === undefined || frame.depth === 0) return { kind: 'failed', message: 'no frame to finish' };
    if (frame.inlining > 0) return this.finishInlined(thread, frame);
    const { returnTo } = thread.stack[frame.depth - 1]!;
    if (returnTo === undefined) return { kind: 'failed', message: '"finish" not meaningful in the outermost frame.' };
    // A guessed caller is never returned to.
    const unwinds = this.kernel.program.pieces[this.instruction(thread.pc).piece]!.unwinds;
    const depth = unwinds ? frame.depth - 1 : -1;
    return this.run(thread, { pc: returnTo, depth }) ?? this.end(thread);
  }

  private finishInlined(thread: Thread, { depth, inlining }: ShownFrame): CommandEnd {
    for (;;) {
      const end = this.single(thread) ?? this.returnTo(thread, depth);
      if (end !== undefined) return end;
      if (thread.stack.length < depth || this.instruction(thread.pc).inlined.length < inlining) return this.end(thread);
    }
  }

  /** gdb's `next` and `step` (infrun.c, process_event_stop_test). */
  private stepLine(thread: Thread, over: boolean): CommandEnd {
    let depth = thread.stack.length;
    let from = this.instruction(thread.pc);
    const { code, pieces } = this.kernel.program;
    if (!pieces[from.piece]!.unwinds) return { kind: 'failed', message: 'Cannot find bounds of current function' };
    for (;;) {
      const end = this.single(thread);
      if (end !== undefined) return end;
      if (thread.stack.length > depth) {
        const into = !over && code[thread.pc]!.line !== undefined;
        const bodyOf = { pc: thread.pc + 1, depth: thread.stack.length };
        const stop = into ? this.run(thread, bodyOf) : this.returnTo(thread, depth);
        if (stop !== undefined || into) return stop ?? this.end(thread);
      }
      const here = this.instruction(thread.pc);
      const sameFrame = thread.stack.length === depth && here.piece === from.piece;
      const deeper = sameFrame && here.inlined.length > from.inlined.length;
      if (sameFrame && from.line === undefined && here.line === undefined) continue;
      if (here.operation.kind === 'sigreturn') continue;
      if (here.line === undefined) return this.end(thread);
      if (deeper && over) continue;
      if (deeper || (here.rowStart && here.line !== from.line)) return this.end(thread);
      from = here;
      depth = thread.stack.length;
    }
  }
}
