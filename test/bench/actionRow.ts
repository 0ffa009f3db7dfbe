import { DebugSession, lineOf, sampleSource } from '../support/debugSession.js';
import type { StepCase } from '../support/stepCases.js';

/** Whether the adapter knows of restartable sequences, or leaves all to gdb. */
export type Awareness = 'through' | 'off';

/** An action of the user's, repeated on one sample. */
export interface ActionKind {
  readonly name: string;
  /** Whether it stops threads inside regions: then each hit costs an attempt. */
  readonly stopsInside: boolean;
  readonly breakpointsInside?: 'keep';
  /** Iterations that the program shall make; by default what the sample makes by itself. */
  readonly iterations?: number;
  /** Does it, `row.operations` counts. The program stands in front of the region, with a breakpoint there unless `fromMain`. */
  run(row: ActionRow): Promise<void>;
  readonly fromMain?: boolean;
}

const starts = new Map<string, string>();

/** A session in which one action is repeated, and what it has measured. */
export class ActionRow {
  operations = 0;
  longestMs = 0;
  thread = 0;
  private hasEnded = false;

  constructor(
    readonly session: DebugSession,
    readonly subject: StepCase,
    readonly limitMs: number,
  ) {}

  /** Whether the program has not ended. */
  goesOn(): boolean {
    return !this.hasEnded;
  }

  get source(): string {
    return sampleSource(this.subject.source);
  }

  /** Lets the program go on by a request, to its next stop or its end, and takes the time. */
  async resume(command: string, args: Readonly<Record<string, unknown>> = {}): Promise<void> {
    const { client } = this.session;
    const mark = client.mark();
    const begun = performance.now();
    await client.sendRequest(command, { threadId: this.thread, ...args }, { timeoutMs: this.limitMs });
    await this.untilStop(mark, begun);
  }

  /** Types a line into the debug console that lets the program go on. */
  async console(line: string): Promise<void> {
    const [frame] = await this.session.frames(this.thread, 1);
    const mark = this.session.client.mark();
    const begun = performance.now();
    await this.session.client.request('evaluate', { expression: line, context: 'repl', frameId: frame?.id ?? 0 });
    await this.untilStop(mark, begun);
  }

  private async untilStop(mark: number, begun: number): Promise<void> {
    const end = await this.session.client.waitForStop(mark, this.limitMs);
    this.longestMs = Math.max(this.longestMs, performance.now() - begun);
    this.hasEnded = end.kind !== 'stopped';
    if (end.kind === 'stopped') this.thread = end.body.threadId ?? this.thread;
  }

  /** Evaluates in the innermost frame. @throws DapRequestError where it is refused */
  async evaluate(expression: string, context: 'watch' | 'repl' = 'watch'): Promise<string> {
    const [frame] = await this.session.frames(this.thread, 1);
    const args = { expression, context, frameId: frame?.id ?? 0 };
    return (await this.session.client.request('evaluate', args)).result;
  }

  /**
   * `start_ip` of the first region behind the case's place (`0x...`). Without awareness the adapter knows of none: then
   * what a session with it has told, since gdb loads a program at the same addresses each time.
   */
  async startOfRegion(): Promise<string> {
    const name = `${this.subject.sample} ${this.subject.before}`;
    const known = starts.get(name);
    if (known !== undefined) return known;
    const { regions } = await this.session.client.request('rseq/regions', {});
    const line = lineOf(this.source, this.subject.before);
    const behind = regions
      .filter(region => region.start !== undefined && region.path === this.source && (region.line ?? 0) >= line)
      .sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
    const start = behind[0]?.start ?? regions.find(region => region.start !== undefined)?.start;
    if (start === undefined) throw new Unfit('no region has a range');
    starts.set(name, start);
    return start;
  }

  /** Sets the breakpoint in front of the region, for the first thread alone; or none. */
  async breakInFront(isSet: boolean): Promise<void> {
    const { before } = this.subject;
    const breakpoint = { line: lineOf(this.source, before), condition: '$_gthread == 1' };
    const breakpoints = isSet ? [breakpoint] : [];
    await this.session.client.request('setBreakpoints', { source: { path: this.source }, breakpoints });
  }

  async breakInside(address: string | undefined, more: Readonly<Record<string, unknown>> = {}): Promise<void> {
    const breakpoints = address === undefined ? [] : [{ instructionReference: address, ...more }];
    await this.session.client.request('setInstructionBreakpoints', { breakpoints });
  }
}

/** The action has no meaning for this sample. */
export class Unfit extends Error {}
