import { parseBreakpoint } from '../mi/breakpoint.js';
import { gdbSet, type MiCommand } from '../mi/commands.js';
import { breakDelete, breakInsert } from '../mi/commandsBreakpoints.js';
import {
  execContinue,
  execFinish,
  execNext,
  execNextInstruction,
  execStep,
  execStepInstruction,
} from '../mi/commandsExecution.js';
import { tupleAt } from '../mi/fields.js';
import type { Action, ExecCommand, Input, Machine, Position, Transition } from '../stepping/types.js';
import { formatAddress, type Address } from '../util/address.js';
import { messageOf } from '../util/errors.js';
import { LiftedBreakpoints } from './liftedBreakpoints.js';
import type { Gdb } from './ports.js';

/**
 * How long the other threads may be held while one runs through a region, in milliseconds. A region takes microseconds;
 * what takes longer is a signal handler in the window, which may wait for the others.
 */
const HOLD_LIMIT_MS = 250;

/** What the driver needs of the session. */
export interface StepDriverPorts {
  readonly gdb: Gdb;
  /** Where the thread stands now. */
  locate(thread: number): Promise<Position>;
  /** Stops the target; the stop comes back to {@link StepDriver.onInput} with cause `interrupt`. */
  interrupt(): void;
  /** The user's own scheduler-locking mode. */
  schedulerLocking(): string;
  /** A run through regions ended. */
  tell(action: Action & { kind: 'tell' }): void;
  /** What was under way is over. */
  finished(action: Action & { kind: 'finish' }): void;
  /** Runs `job` behind the request in progress. */
  post(job: () => Promise<void>): void;
}

/** Carries the actions of a machine out over gdb/MI and keeps the breakpoints that it sets. */
export class StepDriver<S extends { readonly kind: string }> {
  private state: S | undefined;
  /** Guards and exit breakpoints that gdb still has: number to address. */
  private readonly inserted = new Map<string, Address>();
  /** Those that were set at any time of this step: a temporary one is gone by the time its stop is looked at. */
  private readonly ours = new Set<string>();
  private holding = false;
  private timer: NodeJS.Timeout | undefined;

  private readonly lifted: LiftedBreakpoints;

  constructor(
    private readonly machine: Machine<S>,
    private readonly ports: StepDriverPorts,
  ) {
    this.lifted = new LiftedBreakpoints(ports.gdb);
  }

  /** Whether the machine is at work. */
  get active(): boolean {
    return this.state !== undefined;
  }

  /** Whether this thread is being stepped and on its way through regions to one of their exits. */
  passes(thread: number | undefined): boolean {
    return this.state?.kind === 'passing' && this.steppingThread === thread;
  }

  /** The thread that is being moved alone. */
  get steppingThread(): number | undefined {
    return this.state === undefined ? undefined : this.machine.threadOf(this.state);
  }

  /** Whether `number` (gdb's) is a guard or exit breakpoint of what is under way. */
  owns(number: string): boolean {
    return this.ours.has(number);
  }

  /** gdb has deleted a breakpoint: a temporary one that was hit. */
  onBreakpointDeleted(number: string): void {
    this.inserted.delete(number);
  }

  /** Starts the machine. Resolves when gdb has taken its first command; rejects with gdb's own words where it refuses. */
  async begin(first: Transition<S>): Promise<void> {
    this.ours.clear();
    try {
      await this.enter(first);
    } catch (error) {
      await this.cancel();
      throw error;
    }
  }

  /** Feeds a stop or a time-out to what is under way. */
  async onInput(input: Input): Promise<void> {
    if (this.state === undefined) return;
    try {
      await this.enter(this.machine.transition(this.state, input));
    } catch (error) {
      await this.fail(error);
    }
  }

  private async fail(error: unknown): Promise<void> {
    const { state } = this;
    if (state === undefined) throw error;
    await this.enter(this.machine.transition(state, { kind: 'failed', message: messageOf(error) }));
  }

  /**
   * Forgets what is under way and takes everything of it out of gdb; the target stays as it is.
   *
   * @returns whether other threads were held for it
   */
  async cancel(): Promise<boolean> {
    const held = this.holding;
    this.stopTimer();
    this.state = undefined;
    await Promise.allSettled([this.removeAll(), this.hold(false), this.lifted.restore()]);
    return held;
  }

  /** Forgets what is under way: the program or gdb has ended. */
  abandon(): void {
    this.stopTimer();
    this.state = undefined;
    this.inserted.clear();
    this.holding = false;
  }

  private async enter({ state, actions }: Transition<S>): Promise<void> {
    this.state = state;
    const answers: Promise<unknown>[] = [];
    for (const action of actions) {
      const answer = this.perform(action);
      answers.push(answer);
      // What is to be lifted is known only from gdb's answer; everything else can be in flight together.
      if (action.kind !== 'lift') continue;
      await answer.catch(() => undefined);
      if (!this.isIn(state)) return;
    }
    const settled = await Promise.allSettled(answers);
    const failure = settled.find(result => result.status === 'rejected');
    if (failure !== undefined) throw failure.reason;
    const asked = actions.find(action => action.kind === 'locate');
    if (asked === undefined || !this.isIn(state)) return;
    const position = await this.ports.locate(asked.thread);
    // Meanwhile it may have been cancelled.
    if (this.isIn(state)) await this.enter(this.machine.transition(state, { kind: 'position', position }));
  }

  /** Whether that is still the state: while gdb is asked something, what is under way may be cancelled. */
  private isIn(state: S): boolean {
    return this.state === state;
  }

  private perform(action: Action): Promise<unknown> {
    switch (action.kind) {
      case 'locate':
        return Promise.resolve();
      case 'insert':
        return Promise.all(action.addresses.map(address => this.insert(address, action.thread)));
      case 'lift':
        return this.lifted.lift(action.ranges);
      case 'unlift':
        return this.lifted.restore();
      case 'removeAll':
        return this.removeAll();
      case 'holdOthers':
        return this.hold(action.hold);
      case 'exec':
        return this.ports.gdb.send(execCommand(action.command, action.thread, action.frame));
      case 'startTimer':
        this.startTimer();
        return Promise.resolve();
      case 'stopTimer':
        this.stopTimer();
        return Promise.resolve();
      case 'interrupt':
        this.ports.interrupt();
        return Promise.resolve();
      case 'tell':
        this.ports.tell(action);
        return Promise.resolve();
      case 'finish':
        this.state = undefined;
        this.ports.finished(action);
        return Promise.resolve();
    }
  }

  private async insert(address: Address, thread: number): Promise<void> {
    const command = breakInsert({ location: { kind: 'address', address }, temporary: true, thread });
    const { results } = await this.ports.gdb.send(command);
    const number = parseBreakpoint(tupleAt(results, 'bkpt') ?? {})?.number;
    if (number === undefined) throw new Error(`gdb named no breakpoint at ${formatAddress(address)}`);
    this.inserted.set(number, address);
    this.ours.add(number);
  }

  private async removeAll(): Promise<void> {
    const [first, ...rest] = this.inserted.keys();
    this.inserted.clear();
    if (first !== undefined) await this.ports.gdb.send(breakDelete([first, ...rest]));
  }

  private async hold(hold: boolean): Promise<void> {
    if (hold === this.holding) return;
    this.holding = hold;
    await this.ports.gdb.send(gdbSet('scheduler-locking', hold ? 'on' : this.ports.schedulerLocking()));
  }

  private startTimer(): void {
    this.stopTimer();
    this.timer = setTimeout(() => {
      this.ports.post(() => this.onInput({ kind: 'timeout' }));
    }, HOLD_LIMIT_MS);
  }

  private stopTimer(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }
}

function execCommand(command: ExecCommand, thread: number, frame: number): MiCommand {
  switch (command) {
    case 'next':
      return execNext({ thread });
    case 'stepIn':
      return execStep({ thread });
    case 'nexti':
      return execNextInstruction({ thread });
    case 'stepi':
      return execStepInstruction({ thread });
    case 'continue':
      return execContinue({ thread });
    case 'finish':
      return execFinish({ thread, frame });
  }
}
