import { existsSync, readFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { DapClient, type RunThrough, type StepEnd } from '../client/dapClient.js';
import type { Expectation, SourcePlace, Statement } from './runScript.js';

/** The program is not where an expectation wants it. */
export class ExpectationFailed extends Error {}

type MoveStatement = Statement & { readonly kind: 'move' };

/** Where a stopped program stands. */
interface Position {
  readonly function: string;
  readonly path: string | undefined;
  readonly line: number;
  readonly frameId: number;
}

/** What a script's statements do to one program under a real adapter. */
export class RunSession {
  private readonly settings: Record<string, unknown> = {};
  private readonly breakpoints = new Map<string, { line: number; condition?: string }[]>();
  private readonly functions: { name: string; condition?: string }[] = [];
  private isStarted = false;
  private hasLaunched = false;
  private stop: { readonly threadId: number; readonly reason: string } | undefined;
  private exitCode: number | undefined;
  private readonly seen = { committed: 0, aborted: 0, exited: 0 };

  /**
   * @param folder what relative paths of the script begin at
   * @param client speaks to an adapter that nothing was said to yet
   */
  constructor(
    private readonly folder: string,
    private readonly client: DapClient,
    private readonly stepMs: number,
  ) {}

  /**
   * Carries one statement out.
   *
   * @returns what came of it, for the transcript
   * @throws ExpectationFailed; any other error means that the script cannot be run
   */
  async perform(statement: Statement): Promise<string | undefined> {
    switch (statement.kind) {
      case 'set':
        this.settings[statement.name] = statement.value;
        return undefined;
      case 'launch':
        return this.launch(statement.program, statement.args);
      case 'break':
        return this.addBreakpoint(statement.place, statement.condition);
      case 'clear':
        return this.clear();
      case 'move':
        return this.move(statement);
      case 'print':
        return this.evaluate(statement.expression);
      case 'expect':
        await this.expect(statement.expectation);
        return undefined;
    }
  }

  /** Ends the session, and the program with it. */
  async close(): Promise<void> {
    if (this.hasLaunched) await this.client.request('disconnect', {}).catch(() => undefined);
    await this.client.close();
  }

  private async launch(program: string, args: readonly string[]): Promise<undefined> {
    await this.client.request('initialize', { adapterID: 'rseq-dap run' });
    const path = resolve(this.folder, program);
    if (!existsSync(path)) throw new Error(`there is no program ${path}`);
    await this.client.request('launch', { ...this.settings, program: path, args: [...args] });
    this.hasLaunched = true;
    return undefined;
  }

  private async addBreakpoint(place: SourcePlace | string, condition: string | undefined): Promise<string> {
    this.needLaunch();
    const more = condition === undefined ? {} : { condition };
    if (typeof place === 'string') {
      this.functions.push({ name: place, ...more });
      const { breakpoints } = await this.client.request('setFunctionBreakpoints', { breakpoints: this.functions });
      return told(breakpoints.at(-1));
    }
    const path = resolve(this.folder, place.file);
    const list = [...(this.breakpoints.get(path) ?? []), { line: lineOf(path, place), ...more }];
    this.breakpoints.set(path, list);
    const { breakpoints } = await this.client.request('setBreakpoints', { source: { path }, breakpoints: list });
    return told(breakpoints.at(-1));
  }

  private async clear(): Promise<undefined> {
    for (const path of this.breakpoints.keys()) {
      await this.client.request('setBreakpoints', { source: { path }, breakpoints: [] });
    }
    this.breakpoints.clear();
    this.functions.length = 0;
    await this.client.request('setFunctionBreakpoints', { breakpoints: [] });
    return undefined;
  }

  /** The first motion starts the program, as `run` does in gdb: it goes to the first breakpoint. */
  private async move({ motion, byInstruction, count }: MoveStatement): Promise<string> {
    this.needLaunch();
    let told = '';
    for (let done = 0; done < count; done++) {
      const mark = this.client.mark();
      if (this.isStarted) {
        const { threadId } = this.needStop();
        const granularity = byInstruction ? 'instruction' : 'line';
        await this.client.request(motion, { threadId, ...(motion === 'continue' ? {} : { granularity }) });
      } else {
        if (motion !== 'continue') throw new Error("the program has not been started: 'continue' starts it");
        this.isStarted = true;
        await this.client.request('configurationDone', {});
      }
      told = await this.arrived(await this.client.waitForStop(mark, this.stepMs), this.runThroughsSince(mark));
    }
    return told;
  }

  private async arrived(end: StepEnd, through: readonly RunThrough[]): Promise<string> {
    for (const { outcome } of through) this.seen[outcome] += 1;
    const passed = through.map(({ region, outcome }) => `, through ${region}: ${outcome}`).join('');
    if (end.kind === 'stopped') {
      this.stop = { threadId: end.body.threadId ?? 0, reason: end.body.reason };
      const { function: name, path, line } = await this.position();
      return `${name}, ${path === undefined ? 'no line' : `${basename(path)}:${line}`} (${end.body.reason})${passed}`;
    }
    this.stop = undefined;
    if (end.kind === 'exited') this.exitCode = end.body.exitCode;
    return `the program has ended with exit code ${this.exitCode ?? 'unknown'}${passed}`;
  }

  private async expect(expectation: Expectation): Promise<void> {
    switch (expectation.kind) {
      case 'place': {
        const { path, line } = await this.position();
        const wanted = lineOf(resolve(this.folder, expectation.place.file), expectation.place);
        const file = basename(expectation.place.file);
        check(`${file}:${wanted}`, path === undefined ? 'no line' : `${basename(path)}:${line}`);
        return;
      }
      case 'function':
        check(expectation.name, (await this.position()).function);
        return;
      case 'reason':
        check(expectation.reason, this.needStop().reason);
        return;
      case 'value':
        check(expectation.value, await this.evaluate(expectation.expression));
        return;
      case 'runs':
        check(String(expectation.count), String(this.seen[expectation.outcome]));
        return;
      case 'output': {
        const output = this.client.output('stdout');
        if (!output.includes(expectation.text)) check(expectation.text, output.trimEnd());
        return;
      }
      case 'exit':
        check(String(expectation.code), String(this.exitCode ?? 'the program has not ended'));
        return;
    }
  }

  private async evaluate(expression: string): Promise<string> {
    const { frameId } = await this.position();
    const { result } = await this.client.request('evaluate', { expression, frameId, context: 'watch' });
    return result;
  }

  private async position(): Promise<Position> {
    const { threadId } = this.needStop();
    const { stackFrames } = await this.client.request('stackTrace', { threadId, levels: 1 });
    const [frame] = stackFrames;
    if (frame === undefined) throw new Error('the stopped thread has no frame');
    return { function: frame.name, path: frame.source?.path, line: frame.line, frameId: frame.id };
  }

  private needLaunch(): void {
    if (!this.hasLaunched) throw new Error("no program: 'launch PROGRAM' comes first");
  }

  private needStop(): { readonly threadId: number; readonly reason: string } {
    if (this.stop === undefined) throw new ExpectationFailed('the program is not stopped');
    return this.stop;
  }

  private runThroughsSince(mark: number): RunThrough[] {
    return this.client.transcript.slice(mark).flatMap(({ message }) => {
      const event = message as { type: string; event?: string; body?: unknown };
      return event.type === 'event' && event.event === 'rseq' ? [event.body as RunThrough] : [];
    });
  }
}

function check(wanted: string, found: string): void {
  if (wanted !== found) throw new ExpectationFailed(`expected ${wanted}, found ${found}`);
}

/** What the adapter answers to a breakpoint. @throws Error where it cannot be set */
function told(breakpoint: { verified: boolean; line?: number; message?: string; reason?: string } | undefined): string {
  if (breakpoint === undefined || breakpoint.reason === 'failed') {
    throw new Error(`the breakpoint cannot be set: ${breakpoint?.message ?? 'no answer'}`);
  }
  const place = breakpoint.line === undefined ? 'set' : `set at line ${breakpoint.line}`;
  return breakpoint.message === undefined ? place : `${place}: ${breakpoint.message}`;
}

/** The line (from 1) of a place. @throws Error where the file cannot be read or has no such marker */
function lineOf(path: string, { at }: SourcePlace): number {
  if (typeof at === 'number') return at;
  const lines = readFileSync(path, 'utf8').split('\n');
  const index = lines.findIndex(line => new RegExp(`@${at}(?![\\w-])`).test(line));
  if (index < 0) throw new Error(`${path} has no marker @${at}`);
  return index + 1;
}
