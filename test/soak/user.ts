import { DapRequestError } from '../../src/client/requestError.js';
import { type DebugSession, sampleSource } from '../support/debugSession.js';
import type { Chance } from './chance.js';
import type { Subject } from './subjects.js';

/** A request or a step that takes longer hangs; in milliseconds. */
const HANGS_AFTER_MS = 20_000;

/** A program that has not stopped by then may have nothing to stop at; in milliseconds. */
const RUNS_ON_MS = 50;

/** What gdb or the adapter may refuse, since the thread is gone, its frame is the last, or the line would do harm. */
const REFUSALS =
  /not meaningful in the outermost|Invalid thread|No thread|is refused|No function of the program|not stopped|no longer valid|cannot be stepped|cannot be evaluated|while making a function call|Cannot find bounds of current function|in a function called from GDB/;

/** Lines of the debug console that let the program go on, and others. */
const RESUMING = ['next', 'step', 'nexti', 'stepi', 'finish', 'continue', 'next 3', 'step 2', 'stepi 7', 'nexti 5'];
const LOOKING = ['print 1 + 1', 'info threads', 'bt 3', 'x/4i $pc', 'thread apply all print $pc', 'info registers rip'];
const REFUSED = ['until', 'advance 1', 'jump 1', 'record full', 'set displaced-stepping on', 'signal 0'];
const CALLS = ['call (int)getpid()', 'thread apply all print (int)getpid()'];

/** Nonsense that must be answered, and harm nothing. */
const NONSENSE: readonly (readonly [string, unknown])[] = [
  ['next', { threadId: 'x' }],
  ['stackTrace', { threadId: 999_999 }],
  ['variables', { variablesReference: -1 }],
  ['setInstructionBreakpoints', { breakpoints: [{ instructionReference: 'no address' }] }],
  ['evaluate', { expression: '((', context: 'watch' }],
  ['disassemble', { memoryReference: '0xffffffffffffffff', instructionCount: 3 }],
  ['noSuchRequest', {}],
];

/** A user who does what chance says, and what they have done. */
export class User {
  readonly log: string[] = [];
  actions = 0;
  slowest = 0;
  isEnded = false;
  private thread = 1;
  private isFinishing = false;

  constructor(
    private readonly session: DebugSession,
    private readonly subject: Subject,
    private readonly chance: Chance,
  ) {}

  /** One action. @throws where a request is not answered, or something is refused that must not be */
  async act(): Promise<void> {
    this.actions += 1;
    switch (this.chance.below(20)) {
      case 0:
      case 1:
        return this.breakpoints();
      case 2:
      case 3:
        return this.instructionBreakpoints();
      case 4:
        return this.look();
      case 5:
        return this.otherThread();
      case 6:
        return this.pause();
      case 7:
        return this.filters();
      case 8:
        return this.runToCommit();
      case 9:
        return this.type(this.chance.pick([...LOOKING, ...REFUSED, ...CALLS]));
      case 10:
      case 11:
        return this.resume('evaluate', { expression: this.chance.pick(RESUMING), context: 'repl' });
      case 12:
        return this.nonsense();
      case 13:
      case 14:
        return this.resume('continue', this.chance.below(6) === 0 ? { singleThread: true } : {});
      default:
        return this.step();
    }
  }

  /** Takes everything back that stops the program. */
  async clear(): Promise<void> {
    const { client } = this.session;
    await client.request('setBreakpoints', { source: { path: sampleSource(this.subject.source) }, breakpoints: [] });
    await client.request('setInstructionBreakpoints', { breakpoints: [] });
    await client.request('setExceptionBreakpoints', { filters: [] });
  }

  /** Lets the program run to its end. */
  async finish(): Promise<void> {
    this.isFinishing = true;
    while (!this.isEnded) await this.resume('continue');
    await this.session.client.waitFor('terminated', { after: 0 });
  }

  private step(): Promise<void> {
    const kind = this.chance.pick(['next', 'next', 'stepIn', 'stepOut'] as const);
    const granularity = this.chance.pick(['line', 'statement', 'instruction'] as const);
    return this.resume(kind, { granularity, ...(this.chance.below(8) === 0 ? { singleThread: true } : {}) });
  }

  /** Sends what lets the program go on, and waits for its stop; one that is held for others is paused. */
  private async resume(command: string, args: Readonly<Record<string, unknown>> = {}): Promise<void> {
    const { client } = this.session;
    const frame = command === 'evaluate' ? { frameId: await this.frame() } : { threadId: this.thread };
    this.log.push(`${command} ${JSON.stringify({ ...frame, ...args })}`);
    const begun = performance.now();
    const mark = client.mark();
    if (!(await this.attempt(command, { ...frame, ...args }))) return;
    await this.stopped(mark);
    this.slowest = Math.max(this.slowest, performance.now() - begun);
  }

  /** Waits for the stop. What runs on without one, since nothing stops it or since it is alone and waits for a thread that is held, is paused. */
  private async stopped(mark: number): Promise<void> {
    const { client } = this.session;
    const isRunning = await client.waitForStop(mark, RUNS_ON_MS).then(
      () => false,
      () => true,
    );
    if (isRunning && !this.isFinishing) {
      this.log.push('pause');
      await client.request('pause', { threadId: this.thread }).catch(ignoreRefusal);
    }
    const end = await client.waitForStop(mark, HANGS_AFTER_MS);
    this.isEnded = end.kind !== 'stopped';
    if (end.kind === 'stopped') this.thread = end.body.threadId ?? this.thread;
  }

  /** @returns whether it was carried out; what may be refused may */
  private async attempt(command: string, args: unknown): Promise<boolean> {
    try {
      await this.session.client.sendRequest(command, args);
      return true;
    } catch (error) {
      if (error instanceof DapRequestError && REFUSALS.test(error.message)) return false;
      throw error;
    }
  }

  private async frame(): Promise<number> {
    const body = await this.session.frames(this.thread, 1).catch(ignoreRefusal);
    return body?.[0]?.id ?? 0;
  }

  private async type(expression: string): Promise<void> {
    // Where no region is known (yet), gdb does as it is told.
    const { regions } = await this.session.client.request('rseq/regions', {});
    if (REFUSED.includes(expression) && regions.length === 0) return;
    this.log.push(`type ${expression}`);
    const { client } = this.session;
    const mark = client.mark();
    const isDone = await this.attempt('evaluate', { expression, context: 'repl', frameId: await this.frame() });
    // Meanwhile another thread has stopped at something: gdb gives the call up, and the client is told of the stop.
    const answer = client.transcript
      .slice(mark)
      .find(({ message }) => (message as { success?: boolean }).success === false);
    if (JSON.stringify(answer ?? '').includes('stopped in another thread while making')) await this.stopped(mark);
    if (isDone && REFUSED.includes(expression)) throw new Error(`'${expression}' was not refused`);
  }

  private async pause(): Promise<void> {
    const wait = this.chance.below(6);
    this.log.push(`continue, pause after ${wait} ms`);
    const mark = this.session.client.mark();
    await this.session.client.request('continue', { threadId: this.thread });
    if (wait > 0) await new Promise(resolve => setTimeout(resolve, wait));
    await this.session.client.request('pause', { threadId: this.thread }).catch(ignoreRefusal);
    await this.stopped(mark);
  }

  private async breakpoints(): Promise<void> {
    const [first, last] = this.subject.lines;
    const breakpoints = Array.from({ length: this.chance.below(3) }, () => ({
      line: first + this.chance.below(last - first),
      ...this.modifiers(),
      ...(this.chance.below(5) === 0 ? { logMessage: 'hit' } : {}),
    }));
    this.log.push(`break ${JSON.stringify(breakpoints)}`);
    await this.session.client.request('setBreakpoints', {
      source: { path: sampleSource(this.subject.source) },
      breakpoints,
    });
  }

  private modifiers(): Readonly<Record<string, string>> {
    return this.chance.pick([{}, {}, { condition: '0' }, { condition: '$_gthread == 1' }, { hitCondition: '%7' }]);
  }

  /** In front of a region, at its arming store, its start, inside, on its exits, or nowhere. */
  private async instructionBreakpoints(): Promise<void> {
    const { regions } = await this.session.client.request('rseq/regions', {});
    if (regions.length === 0) return;
    const region = this.chance.pick(regions);
    const places = [region.start, region.preludes[0], region.abort, region.end].filter(place => place !== undefined);
    const count = places.length === 0 ? 0 : this.chance.below(3);
    const breakpoints = Array.from({ length: count }, () => ({
      instructionReference: this.chance.pick(places),
      offset: this.chance.pick([0, 0, 0, -1, 3, 5, -5, -9]),
      ...this.modifiers(),
    }));
    const aligned = await this.atInstructions(breakpoints);
    this.log.push(`break * ${JSON.stringify(aligned)}`);
    await this.session.client.request('setInstructionBreakpoints', { breakpoints: aligned });
  }

  /** An offset in bytes may lie within an instruction, where a breakpoint changes the program: counted in instructions instead. */
  private async atInstructions<B extends { instructionReference: string; offset: number }>(
    breakpoints: readonly B[],
  ): Promise<B[]> {
    const aligned: B[] = [];
    for (const each of breakpoints) {
      const count = Math.max(-1, Math.min(1, each.offset));
      const args = { memoryReference: each.instructionReference, instructionOffset: count, instructionCount: 1 };
      // In front of an abort handler stands its signature, which is no instruction.
      const isAbort = each.offset < 0 && (await this.isAbort(each.instructionReference));
      const code = count === 0 || isAbort ? undefined : await this.session.client.request('disassemble', args);
      const address = code?.instructions[0]?.address ?? each.instructionReference;
      aligned.push({ ...each, instructionReference: address, offset: 0 });
    }
    return aligned;
  }

  private async isAbort(address: string): Promise<boolean> {
    const { regions } = await this.session.client.request('rseq/regions', {});
    return regions.some(({ abort }) => abort === address);
  }

  private async filters(): Promise<void> {
    const filters = this.chance.pick([[], [], ['rseq-abort']]);
    this.log.push(`filters ${filters.join(' ')}`);
    await this.session.client.request('setExceptionBreakpoints', { filters });
  }

  private async runToCommit(): Promise<void> {
    const { regions } = await this.session.client.request('rseq/regions', {});
    if (regions.length > 0) await this.resume('rseq/runToCommit', { region: this.chance.pick(regions).id });
  }

  private async look(): Promise<void> {
    this.log.push('look');
    const frameId = await this.frame();
    if (frameId === 0) return;
    const { scopes } = await this.session.client.request('scopes', { frameId });
    for (const { variablesReference } of scopes) {
      await this.session.client.request('variables', { variablesReference });
    }
  }

  private async otherThread(): Promise<void> {
    const { threads } = await this.session.client.request('threads', {});
    this.thread = this.chance.pick(threads).id;
    this.log.push(`thread ${this.thread}`);
  }

  private async nonsense(): Promise<void> {
    const [command, args] = this.chance.pick(NONSENSE);
    this.log.push(`nonsense ${command}`);
    await this.session.client.sendRequest(command, args).catch(ignoreRefusal);
    // An address that is none takes the others away.
    await this.session.client.request('setInstructionBreakpoints', { breakpoints: [] });
  }
}

/** A refusal is an answer; no answer is not. */
function ignoreRefusal(error: unknown): undefined {
  if (error instanceof DapRequestError) return undefined;
  throw error;
}
