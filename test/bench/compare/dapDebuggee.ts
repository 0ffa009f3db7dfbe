import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import type { DebugProtocol as D } from '@vscode/debugprotocol';
import { encodeFrame, FrameDecoder } from '../../../src/dap/framing.js';
import type { Debuggee, Start } from './debuggee.js';

/** How a debug adapter is started and told what to launch. */
export interface DapAdapter {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  /** The arguments of its `launch`. */
  launch(start: Start): object;
}

/** Some adapters wait for the program after `disconnect`. In milliseconds. */
const END_TIMEOUT_MS = 2000;

/** One peer answers a page of a large array with all of it, in one message of 100 MB. */
const MOST_BYTES = 2 ** 30;

interface Scope {
  readonly name: string;
  readonly presentationHint?: string;
  readonly variablesReference: number;
}

/** A program under a debug adapter, driven as an editor would. */
export class DapDebuggee implements Debuggee {
  private readonly child: ChildProcessWithoutNullStreams;
  private seq = 0;
  private readonly pending = new Map<number, { resolve: (body: unknown) => void; reject: (error: Error) => void }>();
  private readonly listeners = new Map<string, (body: unknown) => void>();
  private thread = 0;
  private frame = 0;
  private printed = 0;

  private constructor(
    adapter: DapAdapter,
    private readonly start: Start,
    private readonly onStderr: (text: string) => void,
  ) {
    // A group of its own: a peer that is ended by force leaves a gdb behind, which may go on computing for minutes.
    this.child = spawn(adapter.command, adapter.args, {
      stdio: 'pipe',
      env: adapter.env ?? process.env,
      detached: true,
    });
    const decoder = new FrameDecoder(problem => {
      throw new Error(`The adapter sent ${problem}`);
    }, MOST_BYTES);
    this.child.stdout.on('data', (chunk: Buffer) => {
      for (const message of decoder.push(chunk)) this.receive(message);
    });
    this.child.stderr.setEncoding('utf8').on('data', this.onStderr);
    this.child.stdin.on('error', () => undefined); // `close` tells.
    this.child.on('close', () => {
      for (const { reject } of this.pending.values()) reject(new Error('the adapter has ended'));
    });
  }

  static async start(
    adapter: DapAdapter,
    start: Start,
    onStderr: (text: string) => void = () => undefined,
  ): Promise<DapDebuggee> {
    const debuggee = new DapDebuggee(adapter, start, onStderr);
    await debuggee.request('initialize', {
      adapterID: 'bench',
      clientID: 'bench',
      linesStartAt1: true,
      columnsStartAt1: true,
      pathFormat: 'path',
      supportsVariableType: true,
      supportsVariablePaging: true,
    });
    const initialized = debuggee.event('initialized');
    const launched = debuggee.request('launch', adapter.launch(start));
    await Promise.race([initialized, launched.then(() => initialized)]);
    await debuggee.setBreakpoints(start.lines);
    const stopped = debuggee.stopped();
    await debuggee.request('configurationDone', {});
    await launched;
    await stopped;
    return debuggee;
  }

  get adapterPid(): number | undefined {
    return this.child.pid;
  }

  async step(granularity: 'line' | 'instruction'): Promise<void> {
    const stopped = this.stopped();
    await this.request('next', { threadId: this.thread, granularity });
    await stopped;
  }

  async continue(): Promise<void> {
    const stopped = this.stopped();
    await this.resume();
    await stopped;
  }

  async resume(): Promise<void> {
    await this.request('continue', { threadId: this.thread });
  }

  async refresh(): Promise<void> {
    await this.request('threads');
    await this.frames(20);
    const { scopes } = await this.request<{ scopes: Scope[] }>('scopes', { frameId: this.frame });
    const locals = scopes.find(scope => scope.presentationHint === 'locals' || /^locals?$/i.test(scope.name));
    if (locals === undefined) throw new Error('there is no scope of locals');
    await this.request('variables', { variablesReference: locals.variablesReference });
  }

  async frames(count: number): Promise<number> {
    const { stackFrames } = await this.request<D.StackTraceResponse['body']>('stackTrace', {
      threadId: this.thread,
      startFrame: 0,
      levels: count,
    });
    this.frame = stackFrames[0]?.id ?? 0;
    return stackFrames.length;
  }

  async page(array: string, start: number, count: number): Promise<number> {
    const { variablesReference } = await this.evaluate(array);
    const { variables } = await this.request<D.VariablesResponse['body']>('variables', {
      variablesReference,
      filter: 'indexed',
      start,
      count,
    });
    return variables.length;
  }

  async setBreakpoints(lines: readonly number[]): Promise<void> {
    const breakpoints = lines.map(line => ({ line }));
    const { breakpoints: set } = await this.request<D.SetBreakpointsResponse['body']>('setBreakpoints', {
      source: { path: this.start.source },
      breakpoints,
      lines,
    });
    if (set.length !== lines.length) throw new Error(`${set.length} of ${lines.length} breakpoints`);
  }

  /** All in flight together, as editors send them. */
  async watch(expressions: readonly string[]): Promise<void> {
    await Promise.all(expressions.map(expression => this.evaluate(expression)));
  }

  async finish(): Promise<number> {
    this.printed = 0;
    const ended = this.event('terminated');
    await this.resume();
    await ended;
    return this.printed;
  }

  async close(): Promise<void> {
    const ended = once(this.child, 'close');
    const { pid } = this.child;
    const timer = setTimeout(() => {
      if (pid !== undefined) process.kill(-pid, 'SIGKILL');
    }, END_TIMEOUT_MS);
    this.request('disconnect', { terminateDebuggee: true })
      .catch(() => undefined)
      .finally(() => this.child.stdin.end())
      .catch(() => undefined);
    await ended;
    clearTimeout(timer);
  }

  private evaluate(expression: string): Promise<D.EvaluateResponse['body']> {
    return this.request('evaluate', { expression, frameId: this.frame, context: 'watch' });
  }

  private request<T>(command: string, args?: object): Promise<T> {
    const seq = ++this.seq;
    this.child.stdin.write(encodeFrame({ seq, type: 'request', command, arguments: args }));
    return new Promise((resolve, reject) => {
      this.pending.set(seq, { resolve: resolve as (body: unknown) => void, reject });
    });
  }

  /** The next event of a name. */
  private event(name: string): Promise<unknown> {
    return new Promise(resolve => {
      this.listeners.set(name, resolve);
    });
  }

  private async stopped(): Promise<void> {
    const body = (await this.event('stopped')) as D.StoppedEvent['body'];
    this.thread = body.threadId ?? this.thread;
  }

  private receive(message: D.ProtocolMessage): void {
    if (message.type === 'event') {
      const { event, body } = message as D.ProtocolMessage & { readonly event: string; readonly body?: unknown };
      if (event === 'output') this.count(body as D.OutputEvent['body']);
      const listener = this.listeners.get(event);
      this.listeners.delete(event);
      listener?.(body);
    } else if (message.type === 'response') {
      const response = message as D.Response;
      const pending = this.pending.get(response.request_seq);
      this.pending.delete(response.request_seq);
      if (response.success) pending?.resolve(response.body);
      else pending?.reject(new Error(`${response.command}: ${response.message ?? JSON.stringify(response.body)}`));
    }
  }

  private count({ category, output }: D.OutputEvent['body']): void {
    if (category === 'stdout') this.printed += output.length;
  }
}
