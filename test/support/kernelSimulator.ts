/**
 * A model of what stands around the stepping machine: a program with restartable sequences, the kernel's rules for
 * them, gdb, and the adapter's driver that carries out the machine's actions. Small enough to be read whole, and
 * deterministic: the same program, seed and requests give the same run.
 */
import type { Region } from '../../src/rseq/region.js';
import { LostAttempts } from '../../src/session/lostAttempts.js';
import { beginPass, FREE_PASS } from '../../src/stepping/freePass.js';
import { armedRanges, isInside } from '../../src/stepping/judgement.js';
import { begin, STEP } from '../../src/stepping/machine.js';
import {
  FRAMES_ASKED,
  type Action,
  type Input,
  type Machine,
  type Position,
  type StepRequest,
  type Transition,
} from '../../src/stepping/types.js';
import { contains } from '../../src/util/address.js';
import { Gdb, Livelock, type CommandEnd } from './kernelSimulatorGdb.js';
import { chanceFrom, Kernel } from './kernelSimulatorKernel.js';
import { addressOf, indexOf, type Program } from './kernelSimulatorProgram.js';

/** The machines under test; a planted fault wraps them. */
export interface Machines {
  readonly begin: typeof begin;
  readonly step: typeof STEP;
  readonly beginPass: typeof beginPass;
  readonly pass: typeof FREE_PASS;
}

/** The machines as they are. */
export const MACHINES: Machines = { begin, step: STEP, beginPass, pass: FREE_PASS };

/** A machine that runs, whatever its states are. */
interface Running {
  take(input: Input): readonly Action[];
  isDone(): boolean;
}

function running<S extends { readonly kind: string }>(
  machine: Machine<S>,
  first: Transition<S>,
): { running: Running; actions: readonly Action[] } {
  let { state } = first;
  const take = (input: Input): readonly Action[] => {
    const next = machine.transition(state, input);
    ({ state } = next);
    return next.actions;
  };
  return { running: { take, isDone: () => state.kind === 'done' }, actions: first.actions };
}

/** What one step did. */
export interface StepReport {
  readonly request: StepRequest;
  readonly origin: Position;
  /** What was reported to the user, once. */
  readonly as: 'step' | 'stop' | 'resume';
  readonly note: string | undefined;
  /** The end of the last command. */
  readonly end: CommandEnd;
  readonly position: Position;
  /** Whether any region was near at the beginning. */
  readonly near: boolean;
  /** How many physical frames the thread has entered (or, negative, left) meanwhile. */
  readonly deeper: number;
  /** Whether the thread stands in an abort handler or a cold part without lines. */
  readonly bare: boolean;
  readonly actions: readonly Action[];
}

/** The window in which others may be held, in instructions. */
const WINDOW = 400;

/** More inputs than any one step needs. */
const INPUTS = 3000;

/** One debugged run of a program. */
export class Simulation {
  readonly kernel: Kernel;
  readonly gdb: Gdb;
  private running: Running | undefined;
  private done: Action[] = [];
  /** What threads are owed, kept as the session keeps it. */
  private readonly lost: LostAttempts;
  /** The thread of the last stop that the user was shown. */
  private stopped = 1;
  /** The user's breakpoints that are disabled just now. */
  private readonly lifted = new Set<number>();
  private depth = 0;

  /** @param regions what the adapter knows of the program's regions */
  constructor(
    readonly program: Program,
    threads: number,
    seed: number,
    readonly machines: Machines = MACHINES,
    readonly regions: readonly Region[] = program.regions,
  ) {
    this.lost = new LostAttempts(pc => this.regions.find(region => isInside(region, pc)));
    this.kernel = new Kernel(program, threads, chanceFrom(seed));
    this.gdb = new Gdb(this.kernel);
  }

  /** Lets all threads run for some instructions, then stops them as the user's pause does. */
  runFor(ticks: number): CommandEnd {
    this.gdb.pauseAt = this.kernel.ticks + ticks;
    const end = this.gdb.execute('continue', 1, 0);
    this.gdb.pauseAt = undefined;
    this.show(end);
    return end;
  }

  /**
   * The user continues, to their next breakpoint or to a pause after some instructions.
   *
   * @throws Livelock where neither comes
   */
  continue(ticks: number): CommandEnd {
    this.gdb.pauseAt = this.kernel.ticks + ticks;
    const stops = (region: Region): boolean =>
      armedRanges([region]).some(range => [...this.gdb.breakpoints].some(pc => contains(range, addressOf(pc))));
    const debts = this.lost
      .debts(id => this.regions.find(region => region.id === id))
      .map(({ thread, regions }) => ({ thread, regions: regions.filter(stops) }))
      .filter(({ regions }) => regions.length > 0);
    this.done = [];
    const first = this.machines.beginPass(this.stopped, this.position(this.stopped), debts, true);
    const passed = first === undefined ? undefined : this.carryOut(this.machines.pass, first);
    const end = passed?.as === 'stop' ? passed.end! : this.gdb.execute('continue', this.stopped, 0);
    this.gdb.pauseAt = undefined;
    this.show(end);
    return end;
  }

  /** The user is shown a stop: a thread that stands inside a region has lost its attempt. */
  private show(end: CommandEnd): void {
    if (end.kind !== 'stop') return;
    this.stopped = end.thread;
    const at = { level: 0, address: addressOf(end.pc), args: [] };
    this.lost.stopped({
      kind: 'stopped',
      reasons: [],
      stoppedThreads: 'all',
      watches: [],
      threadId: end.thread,
      frame: at,
    });
  }

  /** Runs a machine to its end. */
  private carryOut<S extends { readonly kind: string }>(
    machine: Machine<S>,
    first: Transition<S>,
  ): {
    readonly as: 'step' | 'stop' | 'resume';
    readonly note: string | undefined;
    readonly end: CommandEnd | undefined;
  } {
    const begun = running(machine, first);
    this.running = begun.running;
    this.gdb.onTimer = () => void this.perform(begun.running.take({ kind: 'timeout' }));
    let { actions } = begun;
    let end: CommandEnd | undefined;
    for (let inputs = 0; inputs < INPUTS; inputs++) {
      const answer = this.perform(actions);
      if (answer === undefined) return { ...this.finished(), end };
      if (answer.kind !== 'position') end = answer;
      actions = begun.running.take(answer.kind === 'position' ? answer : this.inputFrom(answer));
    }
    throw new Livelock(`no end after ${INPUTS} inputs`);
  }

  private finished(): { readonly as: 'step' | 'stop' | 'resume'; readonly note: string | undefined } {
    const finishes = this.done.filter(action => action.kind === 'finish');
    const [finish] = finishes;
    if (finish === undefined || finishes.length > 1 || this.running?.isDone() !== true) {
      throw new Error(`reported ${finishes.length} times`);
    }
    return { as: finish.as, note: finish.note };
  }

  /**
   * Makes one step.
   *
   * @throws Livelock where it does not end
   */
  step(request: StepRequest): StepReport {
    const origin = this.position(request.thread);
    const near = origin.regions.length > 0;
    this.done = [];
    this.depth = this.gdb.thread(request.thread).stack.length;
    const free = this.lost.of(request.thread);
    const { as, note, end } = this.carryOut(
      this.machines.step,
      this.machines.begin({ ...request, free }, near ? origin : undefined),
    );
    const last = end ?? { kind: 'stop', cause: 'user', thread: request.thread, pc: indexOf(origin.pc) };
    this.show(last);
    return this.report(request, origin, { as, note, end: last });
  }

  /** Where a thread stands, as the adapter's driver finds out. */
  position(thread: number): Position {
    const at = this.gdb.thread(thread);
    const frames = this.gdb.frames(at);
    const { line, rowStart, piece } = this.program.code[at.pc]!;
    const unwinds = this.program.pieces[piece]!.unwinds;
    const frameAddress = BigInt(0x100000 - at.stack.length * 0x100);
    return {
      pc: addressOf(at.pc),
      ...(line === undefined ? {} : { line: { file: '/program.c', line } }),
      atLineStart: rowStart,
      frameAddress: unwinds ? frameAddress : frameAddress + BigInt((this.kernel.chance(3) - 1) * 0x40),
      frames: frames.slice(0, FRAMES_ASKED),
      regions: this.near(frames.map(frame => ({ ...frame, physical: frame.depth }))),
    };
  }

  /** The regions in the functions of the current frame and of its callers, up to the first caller with lines. */
  private near(frames: readonly { pc: bigint; physical: number; hasLine: boolean }[]): readonly Region[] {
    const current = frames[0]?.physical;
    const callers = frames.filter(frame => frame.physical !== current);
    const known = callers.findIndex(frame => frame.hasLine);
    const places = [frames[0]!, ...callers.slice(0, known < 0 ? callers.length : known + 1)].map(frame => frame.pc);
    return this.regions.filter(region => places.some(pc => region.functions.some(range => contains(range, pc))));
  }

  private inputFrom(end: CommandEnd): Input {
    if (end.kind === 'failed') return end;
    const pc = addressOf(end.pc);
    const hasLine = this.program.code[end.pc]!.line !== undefined;
    // Where there is no line, an abort handler or a cold part is as good as the region: no step may end in it.
    const noPlaceToEnd = this.regions.some(({ range, functions }) =>
      (hasLine ? [range] : functions).some(each => each !== undefined && contains(each, pc)),
    );
    return { ...end, pc, noPlaceToEnd };
  }

  /** Carries out actions in order; the answer of the last one, none where the step is over or still runs. */
  private perform(actions: readonly Action[]): CommandEnd | (Input & { kind: 'position' }) | undefined {
    let answer: CommandEnd | (Input & { kind: 'position' }) | undefined;
    for (const action of actions) {
      if (answer !== undefined) throw new Error(`${action.kind} after an action that has an answer`);
      this.done.push(action);
      if (action.kind === 'locate') answer = { kind: 'position', position: this.position(action.thread) };
      else if (action.kind === 'exec') answer = this.gdb.execute(action.command, action.thread, action.frame);
      else this.prepare(action);
    }
    return answer;
  }

  private prepare(action: Exclude<Action, { kind: 'locate' | 'exec' }>): void {
    switch (action.kind) {
      case 'insert':
        for (const address of action.addresses)
          this.gdb.temporary.push({ thread: action.thread, pc: indexOf(address) });
        return;
      case 'removeAll':
        this.gdb.temporary.length = 0;
        return;
      case 'lift':
        for (const pc of this.gdb.breakpoints) {
          if (!action.ranges.some(range => contains(range, addressOf(pc)))) continue;
          this.gdb.breakpoints.delete(pc);
          this.lifted.add(pc);
        }
        return;
      case 'unlift':
        for (const pc of this.lifted) this.gdb.breakpoints.add(pc);
        this.lifted.clear();
        return;
      case 'holdOthers':
        this.gdb.held = action.hold;
        return;
      case 'startTimer':
        this.gdb.timerAt = this.kernel.ticks + WINDOW;
        return;
      case 'stopTimer':
        this.gdb.timerAt = undefined;
        return;
      case 'interrupt':
        this.gdb.interruptPending = true;
        return;
      case 'tell':
        if (action.outcome !== 'aborted') this.lost.passed(action.thread, action.regions);
        return;
      case 'finish':
        return;
    }
  }

  private report(
    request: StepRequest,
    origin: Position,
    { as, note, end }: Pick<StepReport, 'as' | 'note' | 'end'>,
  ): StepReport {
    const { thread } = request;
    const near = origin.regions.length > 0;
    const { pc, stack } = this.gdb.thread(thread);
    const bare = !this.program.pieces[this.program.code[pc]!.piece]!.unwinds;
    const deeper = stack.length - this.depth;
    return { request, origin, as, note, end, position: this.position(thread), near, deeper, bare, actions: this.done };
  }
}
