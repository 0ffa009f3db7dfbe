import { DapRequestError } from '../../src/client/requestError.js';
import type { RegionDescription } from '../../src/dap/customRequests.js';
import { DebugSession, lineOf, sampleSource } from '../support/debugSession.js';
import type { ActionSubject } from './actionSubjects.js';

/** Whether the adapter knows of restartable sequences, or leaves all to gdb. */
export type Awareness = 'through' | 'off';

/** An action of the user's, repeated on one sample. */
export interface ActionKind {
  readonly name: string;
  readonly subjects: readonly ActionSubject[];
  /** Whether it stops threads inside regions: then each hit costs an attempt. */
  readonly stopsInside?: boolean;
  readonly breakpointsInside?: 'keep';
  readonly stepping?: 'firstIteration';
  /** Iterations that the program shall make; by default what the sample makes by itself. */
  readonly iterations?: number;
  /** Does it; the program stands in front of the region, with a breakpoint there for the first thread. */
  run(row: ActionRow): Promise<void>;
}

/** Addresses (`0x...`) of the first region behind a subject's place. */
export interface RegionPlaces {
  readonly region: RegionDescription;
  readonly prelude: string;
  readonly armingStore: string;
  readonly start: string;
  /** The instruction behind the one at `start_ip`. */
  readonly second: string;
  readonly end: string;
  readonly abort: string;
}

/** Where the regions of a subject are. gdb loads a program at the same addresses each time, so a session without awareness finds them here. */
const places = new Map<string, RegionPlaces>();

/** The action has no meaning for this sample, or without awareness. */
export class Unfit extends Error {}

/** A session in which one action is repeated, and what it has measured. */
export class ActionRow {
  /** Requests made, or breakpoints hit, as the user counts them. */
  made = 0;
  longestMs = 0;
  thread = 0;
  /** Why the action did not do what the user wants; the program goes on all the same. */
  problem: string | undefined;
  private hasEnded = false;

  constructor(
    readonly session: DebugSession,
    readonly subject: ActionSubject,
    readonly awareness: Awareness,
    readonly limitMs: number,
  ) {}

  /** Whether the program has not ended and the action does what it shall. */
  goesOn(): boolean {
    return !this.hasEnded && this.problem === undefined;
  }

  get isOver(): boolean {
    return this.hasEnded;
  }

  get source(): string {
    return sampleSource(this.subject.source);
  }

  /** Lets the program go on by a request, to its next stop or its end, and takes the time. */
  async resume(command: string, args: Readonly<Record<string, unknown>> = {}): Promise<void> {
    const mark = this.session.client.mark();
    const begun = performance.now();
    await this.session.client.sendRequest(command, { threadId: this.thread, ...args }, { timeoutMs: this.limitMs });
    await this.untilStop(mark, begun);
  }

  /** Types a line into the debug console that lets the program go on. */
  async console(line: string): Promise<void> {
    const frameId = await this.frame();
    const mark = this.session.client.mark();
    const begun = performance.now();
    await this.session.client.request('evaluate', { expression: line, context: 'repl', frameId });
    await this.untilStop(mark, begun);
  }

  private async untilStop(mark: number, begun: number): Promise<void> {
    const end = await this.session.client.waitForStop(mark, this.limitMs);
    this.longestMs = Math.max(this.longestMs, performance.now() - begun);
    this.hasEnded = end.kind !== 'stopped';
    if (end.kind === 'stopped') this.thread = end.body.threadId ?? this.thread;
  }

  private async frame(): Promise<number> {
    return (await this.session.frames(this.thread, 1))[0]?.id ?? 0;
  }

  /** Evaluates in the innermost frame. @throws DapRequestError where it is refused */
  async evaluate(expression: string, context: 'watch' | 'repl' = 'watch'): Promise<string> {
    const args = { expression, context, frameId: await this.frame() };
    return (await this.session.client.request('evaluate', args)).result;
  }

  /** Whether a line of the debug console, or an expression, is refused. */
  async isRefused(expression: string, context: 'watch' | 'repl'): Promise<boolean> {
    try {
      await this.evaluate(expression, context);
      return false;
    } catch (error) {
      if (!(error instanceof DapRequestError)) throw error;
      return true;
    }
  }

  /** How often the stepped thread has committed, as the program counts; undefined where it does not. */
  async commits(): Promise<number | undefined> {
    const { commits } = this.subject;
    if (this.hasEnded || commits === undefined) return undefined;
    const count = await this.evaluate(commits);
    if (!/^\d+$/.test(count)) throw new Error(`'${commits}' is '${count}', no count`);
    return Number(count);
  }

  /** The addresses of the region behind the subject's place. @throws Unfit where there is none with a range */
  async places(): Promise<RegionPlaces> {
    const name = `${this.subject.sample} ${this.subject.before}`;
    const found = places.get(name) ?? (await this.findPlaces());
    places.set(name, found);
    return found;
  }

  private async findPlaces(): Promise<RegionPlaces> {
    const { client } = this.session;
    const { regions } = await client.request('rseq/regions', {});
    const line = lineOf(this.source, this.subject.before);
    const behind = regions
      .filter(({ start, path, line: at = 0 }) => start !== undefined && path === this.source && at >= line)
      .sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
    const region = behind[0] ?? regions.find(({ start }) => start !== undefined);
    const { start, end, abort, preludes } = region ?? {};
    const prelude = preludes?.[0];
    if (region === undefined || start === undefined || end === undefined) throw new Unfit('no region has a range');
    if (abort === undefined || prelude === undefined) throw new Unfit('the region has no prelude or no abort handler');
    const args = { memoryReference: start, instructionOffset: -1, instructionCount: 3 };
    const code = (await client.request('disassemble', args))?.instructions ?? [];
    const [armingStore = start, , second = start] = code.map(({ address }) => address);
    return { region, prelude, armingStore, start, second, end, abort };
  }

  /** Sets the breakpoint in front of the region, for the first thread alone; or none. */
  async breakInFront(isSet: boolean): Promise<void> {
    const breakpoints = isSet ? [{ line: lineOf(this.source, this.subject.before), condition: '$_gthread == 1' }] : [];
    await this.breakLines(breakpoints);
  }

  async breakLines(breakpoints: readonly Readonly<Record<string, unknown>>[]): Promise<void> {
    await this.session.client.request('setBreakpoints', { source: { path: this.source }, breakpoints });
  }

  /** Sets instruction breakpoints, and takes the one in front away. */
  async breakAt(addresses: readonly string[], more: Readonly<Record<string, unknown>> = {}): Promise<void> {
    await this.breakInFront(false);
    const breakpoints = addresses.map(instructionReference => ({ instructionReference, ...more }));
    await this.session.client.request('setInstructionBreakpoints', { breakpoints });
  }

  async breakFunctions(breakpoints: readonly Readonly<Record<string, unknown>>[]): Promise<void> {
    await this.session.client.request('setFunctionBreakpoints', { breakpoints });
  }

  /** To the program's end, with nothing left that stops it. */
  async finish(): Promise<void> {
    if (!this.hasEnded) {
      await this.breakAt([]);
      await this.breakFunctions([]);
    }
    while (!this.hasEnded) await this.resume('continue');
    await this.session.client.waitFor('terminated', { after: 0, timeoutMs: this.limitMs });
  }
}
