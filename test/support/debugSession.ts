import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DebugProtocol as D } from '@vscode/debugprotocol';
import { DapClient } from '../../src/client/dapClient.js';
import type { Events } from '../../src/dap/protocol.js';
import { faultsOf } from './dapValidation.js';

/** The project's folder: compiled tests lie in dist/test. */
export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');
const MAIN = join(ROOT, 'dist', 'src', 'main.js');

/** Time enough for the slowest single answer on a loaded machine, in milliseconds; reached only where something hangs. */
const PATIENCE_MS = 15_000;

/** Iterations for a sample that is to run until it is ended: hours of them on the fastest machine. */
export const FOREVER = '1000000000000';

/** The path of a sample's source file. */
export function sampleSource(file: string): string {
  return join(ROOT, 'samples', file);
}

/** The path of a built sample. */
export function sampleProgram(name: string): string {
  return join(ROOT, 'samples', 'build', name);
}

/** The line (from 1) that bears the marker `@name` in a source file. */
export function lineOf(path: string, marker: string): number {
  const lines = readFileSync(path, 'utf8').split('\n');
  const index = lines.findIndex(line => new RegExp(`@${marker}(?![\\w-])`).test(line));
  assert.notEqual(index, -1, `${path} has no marker @${marker}`);
  return index + 1;
}

/** How a program ended. */
export interface ProgramEnd {
  readonly exitCode: number;
  readonly stdout: string;
}

/** Sessions whose adapter runs; a test that fails leaves its own here. */
const open = new Set<DebugSession>();

/** Ends what a failed test has left running, so that mocha can end. For `afterEach`. */
export async function closeLeftSessions(): Promise<void> {
  const left = [...open];
  open.clear();
  await Promise.all(left.map(session => session.client.close()));
  for (const session of left) session.checkMessages();
}

/** A real adapter process with a real gdb, driven as an editor would. */
export class DebugSession {
  private constructor(
    readonly client: DapClient,
    readonly trace: () => string,
  ) {}

  /** Starts an adapter and initializes it; `trace` keeps what goes to gdb, `client` is what the client says of itself. */
  static async start(
    options: { readonly trace?: boolean; readonly client?: Partial<D.InitializeRequestArguments> } = {},
  ): Promise<DebugSession> {
    const args = [MAIN, ...(options.trace === true ? ['--log-level=trace'] : [])];
    let trace = '';
    const client = DapClient.spawn(process.execPath, args, {
      timeoutMs: PATIENCE_MS,
      onStderr: text => {
        trace += text;
      },
    });
    const session = new DebugSession(client, () => trace);
    open.add(session);
    await client.request('initialize', { adapterID: 'test', ...options.client });
    return session;
  }

  /** Launches a sample up to `configurationDone`, which the caller sends by {@link run}. */
  async launch(sample: string, more: Readonly<Record<string, unknown>> = {}): Promise<void> {
    const program = sampleProgram(sample);
    await this.client.request('launch', { program, args: ['--pin'], ...more });
  }

  /** Sets breakpoints at markers of a source file. */
  async breakAt(path: string, ...markers: readonly string[]): Promise<D.Breakpoint[]> {
    const breakpoints = markers.map(marker => ({ line: lineOf(path, marker) }));
    const { breakpoints: answer } = await this.client.request('setBreakpoints', { source: { path }, breakpoints });
    return answer;
  }

  /** Lets the program start; resolves at its first stop. */
  async run(): Promise<Events['stopped']> {
    const mark = this.client.mark();
    await this.client.request('configurationDone', {});
    return this.client.waitFor('stopped', { after: mark });
  }

  /** Continues to the next stop. */
  async continue(threadId: number): Promise<Events['stopped']> {
    const mark = this.client.mark();
    await this.client.request('continue', { threadId });
    return this.client.waitFor('stopped', { after: mark });
  }

  /** One step to its stop; fails if the program ends instead. */
  async step(
    kind: 'next' | 'stepIn' | 'stepOut',
    threadId: number,
    granularity: D.SteppingGranularity = 'line',
  ): Promise<Events['stopped']> {
    const end = await this.client.stepAndWait(kind, threadId, { granularity });
    assert.equal(end.kind, 'stopped', `the program ended in a step: ${JSON.stringify(end)}`);
    return (end as { body: Events['stopped'] }).body;
  }

  /** The innermost frames of a thread. */
  async frames(threadId: number, levels = 3): Promise<D.StackFrame[]> {
    const { stackFrames } = await this.client.request('stackTrace', { threadId, levels });
    return stackFrames;
  }

  /** The bodies of all `rseq` events so far. */
  runThroughs(): Events['rseq'][] {
    return this.eventsOf('rseq');
  }

  /** The bodies of all events of a name so far. */
  eventsOf<E extends keyof Events>(name: E): Events[E][] {
    return this.client.transcript.flatMap(({ message }) => {
      const event = message as D.Event;
      return event.type === 'event' && event.event === name ? [event.body as Events[E]] : [];
    });
  }

  /** Continues without breakpoints to the program's end. */
  async finish(threadId: number, ...paths: readonly string[]): Promise<ProgramEnd> {
    for (const path of paths) await this.breakAt(path);
    const mark = this.client.mark();
    await this.client.request('continue', { threadId });
    const { exitCode } = await this.client.waitFor('exited', { after: mark });
    await this.client.waitFor('terminated', { after: mark });
    return { exitCode, stdout: this.client.output('stdout') };
  }

  /** Everything that the adapter has said so far keeps to the protocol, to the letter. */
  checkMessages(): void {
    const received = this.client.transcript.filter(({ direction }) => direction === 'received');
    assert.deepEqual(faultsOf(received.map(({ message }) => message)), []);
  }

  /** Ends the session; the adapter must exit by itself, have logged no defect of its own, and have kept to the protocol. */
  async close(): Promise<void> {
    await this.client.request('disconnect', {});
    const { code } = await this.client.close();
    open.delete(this);
    assert.equal(code, 0, `the adapter's exit code; it wrote: ${this.trace()}`);
    assert.doesNotMatch(this.trace(), /defect of the adapter/);
    this.checkMessages();
  }
}

/** What a sample prints at its end: `sum=200 expected=200 aborts=0 retries=0`. */
export function readReport(stdout: string): { sum: number; expected: number; aborts: number; retries: number } {
  const match = /sum=(\d+) expected=(\d+) aborts=(\d+) retries=(\d+)/.exec(stdout);
  assert.ok(match, `no report in ${JSON.stringify(stdout)}`);
  const [sum = 0, expected = 0, aborts = 0, retries = 0] = match.slice(1).map(Number);
  return { sum, expected, aborts, retries };
}
