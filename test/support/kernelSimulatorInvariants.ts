import assert from 'node:assert/strict';
import type { Region } from '../../src/rseq/region.js';
import { type Machines, MACHINES, Simulation, type StepReport } from './kernelSimulator.js';
import type { CommandEnd } from './kernelSimulatorGdb.js';
import type { Thread } from './kernelSimulatorKernel.js';
import { buildProgram, type Program } from './kernelSimulatorProgram.js';
import type { Scenario } from './kernelSimulatorScenarios.js';

/** How a run may differ from the real adapter: the faults that the tests plant. */
export interface Faults {
  readonly machines?: Machines;
  readonly regions?: (program: Program) => readonly Region[];
  /** gdb steps over breakpoints out of line. */
  readonly displaced?: boolean;
  /** The user has a breakpoint inside every region: attempts are lost, updates must not be. */
  readonly breakpointsInside?: boolean;
}

/**
 * Plays a scenario and asserts after each step what the adapter owes its user.
 *
 * @throws where an invariant does not hold, Livelock included
 */
export function play(scenario: Scenario, faults: Faults = {}): void {
  const program = buildProgram(scenario.program);
  const regions = faults.regions?.(program) ?? program.regions;
  const simulation = new Simulation(program, scenario.threads, scenario.seed, faults.machines ?? MACHINES, regions);
  simulation.gdb.displaced = faults.displaced ?? false;
  if (faults.breakpointsInside) for (const { start } of program.descriptors) simulation.gdb.breakpoints.add(start);
  const progress = new Progress(simulation);
  progress.note(simulation.runFor(20));
  for (const action of scenario.actions) {
    if (action.kind === 'continue') {
      progress.note(simulation.continue(action.ticks));
      assertIntegrity(simulation);
      assertClean(simulation);
      continue;
    }
    const { kernel, gdb } = simulation;
    gdb.pauseAt = action.pauseAfter === undefined ? undefined : kernel.ticks + action.pauseAfter;
    const aborts = kernel.aborts.length;
    const inside = new Set(kernel.threads.filter(thread => isInside(program, thread)).map(thread => thread.id));
    const report = simulation.step(action.request);
    gdb.pauseAt = undefined;
    progress.note(report.end, action.request.thread);
    assertIntegrity(simulation);
    assertClean(simulation);
    if (!faults.breakpointsInside) assertAborts(simulation, report, aborts, inside);
    assertTruth(report);
    // A retry of a region without a prelude may run into another region.
    const known = program.regions.every(region => region.preludes.length > 0);
    if (known) assert.deepEqual(gdb.missed, [], 'a region was left unseen');
  }
}

/**
 * One hit of a breakpoint inside a region costs one attempt: then the thread gets through, however the user goes on. One
 * more hit is no fault: the stop of another thread may have found it between the guard and the region.
 */
class Progress {
  /** How often a thread had left a region when it was last stopped inside, and how often since, by thread, frame and region. */
  private readonly before = new Map<string, { readonly left: number; readonly hits: number }>();

  constructor(private readonly simulation: Simulation) {}

  /**
   * The user is shown a stop.
   *
   * @param stepping the thread that they were stepping: what others are owed waits until they continue
   */
  note(end: CommandEnd, stepping = end.kind === 'stop' ? end.thread : 0): void {
    const { kernel, gdb, regions } = this.simulation;
    if (end.kind === 'failed' || end.isHit !== true) return;
    const thread = gdb.thread(end.thread);
    const region = kernel.regionOf(thread);
    if (region < 0) return;
    const name = `${thread.id} ${thread.stack.length} ${region}`;
    const left = thread.left.get(region) ?? 0;
    const owed = end.thread === stepping && regions[region]!.preludes.length > 0;
    const before = this.before.get(name);
    const hits = before?.left === left && owed ? before.hits + 1 : 1;
    assert.ok(hits <= 2, `thread ${thread.id} was stopped ${hits} times in one region without getting through`);
    this.before.set(name, { left, hits });
  }
}

/** Whether a thread stands inside a region, or was interrupted by a signal just before it arms one: no guard stands in between. */
function isInside({ code, descriptors }: Program, { pc, stack }: Thread): boolean {
  const interrupted = stack.some(frame => frame.saved !== undefined && code[frame.returnTo!]!.operation.kind === 'arm');
  return interrupted || descriptors.some(({ start, postCommit }) => start <= pc && pc < postCommit);
}

function assertIntegrity({ kernel }: Simulation): void {
  const commits = kernel.threads.reduce((sum, thread) => sum + thread.commits, 0);
  assert.equal(kernel.counter, commits, 'an update of the per-CPU counter was lost');
}

function assertClean({ gdb }: Simulation): void {
  assert.deepEqual(gdb.temporary, [], 'a guard or exit breakpoint was left');
  assert.equal(gdb.held, false, 'the other threads are still held');
  assert.equal(gdb.timerAt, undefined, 'a timer was left');
}

/** A thread that was found inside has lost its attempt; else no stop of its own costs a thread one where a prelude is known. */
function assertAborts(simulation: Simulation, report: StepReport, since: number, inside: ReadonlySet<number>): void {
  const { program, kernel } = simulation;
  const own = kernel.aborts.slice(since).filter(abort => abort.cause === 'ownStop');
  for (const { id } of kernel.threads) {
    const lost = own.filter(abort => abort.thread === id);
    const known = lost.filter(({ region }) => program.regions[region]!.preludes.length > 0);
    const interrupts = report.actions.filter(action => action.kind === 'interrupt').length;
    const allowed = interrupts + (inside.has(id) ? 1 : 0);
    assert.ok(known.length <= allowed, `thread ${id} was aborted ${known.length} times by stops of its own`);
    // A signal while gdb single-steps an arming store leaves gdb's own breakpoint there: only a guard avoids that.
    if (id !== report.request.thread) continue;
    const passes = report.actions.filter(action => action.kind === 'startTimer').length;
    assert.ok(lost.length <= allowed + passes + 1, `thread ${id} was aborted ${lost.length} times in ${passes} passes`);
  }
}

function assertTruth(report: StepReport): void {
  const { request, position, as, end, near, deeper } = report;
  if (end.kind === 'failed') {
    assert.equal(as, 'step');
    assert.equal(request.kind, 'stepOut', `a step failed: ${end.message}`);
    return;
  }
  if (end.cause === 'user') assert.equal(as, 'stop', 'a stop of the user was reported as a step');
  if (as === 'stop' && end.cause === 'user') return;
  if (!near || (request.granularity === 'instruction' && request.kind !== 'stepOut')) return;
  if (request.kind === 'stepOut' && deeper < 0) return;
  assert.ok(!report.bare, 'the step ended in an abort handler or a cold part');
  if (request.kind === 'stepOut' || position.line === undefined) return;
  // gdb's own step ends wherever control enters an inlined function.
  const ofGdb = request.kind === 'stepIn' && as === 'stop';
  assert.ok(position.atLineStart || ofGdb, 'the step ended in the middle of a line');
  if (request.kind === 'stepIn') return;
  assert.ok(deeper <= 0, 'the step ended in a function that was called');
}
