import type { Program } from './kernelSimulatorProgram.js';

/** Who made a thread lose its place: its own ptrace stop, a stop of another thread (all threads stop), or the scheduler. */
export type Cause = 'ownStop' | 'otherStop' | 'kernel';

/** One physical frame of a thread's stack; inlined frames are none. */
export interface StackFrame {
  /** Where the thread goes on when the frame returns; absent for a thread's first frame. */
  readonly returnTo: number | undefined;
  /** Set in a signal's frame, the one underneath its handler: the register that it saved. */
  readonly saved: number | undefined;
}

/** An abort: the thread was inside an armed region and goes on in its abort handler. */
export interface Abort {
  readonly thread: number;
  readonly region: number;
  readonly cause: Cause;
}

/** A thread of the target. `pc` is an index into the program's code. */
export class Thread {
  pc: number;
  register = 0;
  stack: StackFrame[] = [{ returnTo: undefined, saved: undefined }];
  /** The region whose descriptor `rseq_cs` points at. */
  armed: number | undefined;
  /** What the kernel has to look at `rseq_cs` for when the thread next returns to user space. */
  notify: Cause | undefined;
  commits = 0;
  executed = 0;
  /** How often it has left each region otherwise than by an abort. */
  readonly left = new Map<number, number>();
  private waitingSince: number | undefined;

  constructor(
    readonly id: number,
    pc: number,
  ) {
    this.pc = pc;
  }

  /** Whether a handler that waits for the other threads may go on. */
  hasWaited(others: number): boolean {
    this.waitingSince ??= others;
    if (others === this.waitingSince) return false;
    this.waitingSince = undefined;
    return true;
  }
}

/** Chance, the same for the same seed (mulberry32). */
export function chanceFrom(seed: number): (bound: number) => number {
  let state = seed | 0;
  return bound => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % bound;
  };
}

/** A stack deeper than this does not call any more; one deeper than two frames calls by chance. */
const DEEPEST = 6;

/**
 * The kernel and one CPU: threads that run a program under the rules for restartable sequences (kernel/rseq.c): whoever
 * was preempted, signalled or stopped inside its armed region goes on at the abort handler; seen anywhere else,
 * `rseq_cs` is cleared.
 */
export class Kernel {
  readonly threads: readonly Thread[];
  readonly aborts: Abort[] = [];
  /** The per-CPU counter that every region adds one to. */
  counter = 0;
  /** Instructions executed: the time of this world. */
  ticks = 0;

  /** The region that holds each instruction. */
  private readonly regionAt: readonly number[];

  /** @param chance a number below the bound it is given */
  constructor(
    readonly program: Program,
    threads: number,
    readonly chance: (bound: number) => number,
  ) {
    this.regionAt = program.code.map((_, pc) =>
      program.descriptors.findIndex(({ start, postCommit }) => start <= pc && pc < postCommit),
    );
    this.threads = Array.from({ length: threads }, (_, index) => new Thread(index + 1, program.entries[0]!));
  }

  /** What the kernel does on a thread's way back to user space (rseq_ip_fixup). */
  returnToUser(thread: Thread): void {
    const cause = thread.notify;
    thread.notify = undefined;
    if (cause === undefined || thread.armed === undefined) return;
    const region = thread.armed;
    thread.armed = undefined;
    const { start, postCommit, abort } = this.program.descriptors[region]!;
    if (thread.pc < start || thread.pc >= postCommit) return;
    thread.pc = abort;
    this.aborts.push({ thread: thread.id, region, cause });
  }

  /** Delivers a signal: the frame of its handler is put on top, after the region has been aborted. */
  signal(thread: Thread, handler: number): void {
    thread.notify ??= 'kernel';
    this.returnToUser(thread);
    thread.stack.push({ returnTo: thread.pc, saved: thread.register });
    thread.stack.push({ returnTo: this.program.trampoline, saved: undefined });
    thread.pc = handler;
  }

  /** The region that a thread stands inside of; -1 for none. */
  regionOf({ pc }: Thread): number {
    return this.regionAt[pc] ?? -1;
  }

  /** Executes one instruction of a thread that is in user space. */
  execute(thread: Thread): void {
    const before = this.regionOf(thread);
    this.carryOut(thread);
    if (before >= 0 && this.regionOf(thread) !== before) thread.left.set(before, (thread.left.get(before) ?? 0) + 1);
  }

  private carryOut(thread: Thread): void {
    const { operation } = this.program.code[thread.pc]!;
    this.ticks++;
    thread.executed++;
    switch (operation.kind) {
      case 'jump':
        thread.pc = operation.to;
        break;
      case 'branch':
        thread.pc = this.chance(2) === 0 ? operation.to : thread.pc + 1;
        break;
      case 'call':
        this.call(thread, operation.to);
        break;
      case 'return':
      case 'sigreturn':
        this.return(thread);
        break;
      case 'wait':
        if (this.waits(thread)) return;
        thread.pc++;
        break;
      case 'arm':
        thread.armed = operation.region;
        thread.pc++;
        break;
      case 'load':
        thread.register = this.counter;
        thread.pc++;
        break;
      case 'commit':
        this.counter = thread.register + 1;
        thread.commits++;
        thread.pc++;
        break;
      case 'plain':
        thread.pc++;
    }
  }

  private waits(thread: Thread): boolean {
    if (this.threads.length === 1) return false;
    const others = this.threads.reduce((sum, each) => (each === thread ? sum : sum + each.executed), 0);
    return !thread.hasWaited(others);
  }

  private call(thread: Thread, to: number): void {
    const returnTo = thread.pc + 1;
    if (thread.stack.length >= DEEPEST || (thread.stack.length > 2 && this.chance(2) === 0)) {
      thread.pc = returnTo;
      return;
    }
    thread.stack.push({ returnTo, saved: undefined });
    thread.pc = to;
  }

  private return(thread: Thread): void {
    const frame = thread.stack.pop();
    if (frame?.returnTo === undefined) throw new Error("a thread's first function has returned");
    thread.pc = frame.returnTo;
    if (frame.saved !== undefined) thread.register = frame.saved;
  }
}
