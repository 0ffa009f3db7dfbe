import { join } from 'node:path';
import { DapClient } from '../../src/client/dapClient.js';
import { DapRequestError } from '../../src/client/requestError.js';
import type { Events } from '../../src/dap/protocol.js';
import { ROOT, sampleProgram } from '../support/debugSession.js';
import { descendants, exists, nameOf, statOf, tracerOf } from '../support/processes.js';
import type { Outcome } from './faultCase.js';

const MAIN = join(ROOT, 'dist', 'src', 'main.js');

/** A request that is not answered for so long will not be; in milliseconds. */
const PATIENCE_MS = 10_000;

/** How long processes may take to end when the session is over, on a busy machine; in milliseconds. */
const ENDING_MS = 5_000;

/** How a request was answered. */
export type Answer =
  | { readonly kind: 'ok'; readonly body: unknown }
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'unanswered' };

/** A session with a real adapter and a real gdb in which something will go wrong. */
export class FaultSession {
  private requests = 0;
  private unanswered = 0;
  private readonly wrong: string[] = [];
  private injected = performance.now();
  private isDisconnected = false;
  private readonly family = new Set<number>();
  private readonly disowned = new Set<number>();

  private constructor(
    readonly client: DapClient,
    private readonly log: { readonly text: string },
  ) {}

  static start(env: Readonly<Record<string, string>> = {}): FaultSession {
    const log = { text: '' };
    const client = DapClient.spawn(process.execPath, [MAIN], {
      timeoutMs: PATIENCE_MS,
      env: { ...process.env, ...env },
      onStderr: text => {
        log.text += text;
      },
    });
    return new FaultSession(client, log);
  }

  /** A session whose program has stopped in `main`. */
  static async stopped(sample: string, configuration: Readonly<Record<string, unknown>> = {}): Promise<FaultSession> {
    const session = FaultSession.start();
    await session.client.request('initialize', { adapterID: 'test' });
    await session.client.request('launch', { program: sampleProgram(sample), stopOnEntry: true, ...configuration });
    await session.client.request('configurationDone', {});
    await session.client.waitFor('stopped');
    return session;
  }

  /** gdb's process: this program's tracer, whatever else is called gdb here. */
  get gdb(): number {
    const pid = tracerOf(this.target);
    if (nameOf(pid) !== 'gdb') throw new Error(`the program is traced by ${pid} '${nameOf(pid)}'`);
    return pid;
  }

  /** The program's process, as the client was told. */
  get target(): number {
    const events = this.eventsOf('process');
    const pid = events.at(-1)?.systemProcessId;
    if (pid === undefined) throw new Error('no process was told');
    return pid;
  }

  /** Kills the program, if it has not ended at a request just sent. */
  killTarget(): void {
    const { target } = this;
    if (exists(target)) process.kill(target, 'SIGKILL');
  }

  /** Remembers every process that the session has by now, and begins to count. */
  inject(fault?: () => void): void {
    this.look();
    this.requests = 0;
    this.injected = performance.now();
    fault?.();
  }

  /** Sends a request; never rejects. */
  async send(command: string, args: unknown = {}): Promise<Answer> {
    this.requests += 1;
    this.isDisconnected ||= command === 'disconnect';
    try {
      return { kind: 'ok', body: await this.client.sendRequest(command, args) };
    } catch (error) {
      if (error instanceof DapRequestError) return { kind: 'refused', message: error.message };
      this.unanswered += 1;
      return { kind: 'unanswered' };
    }
  }

  /** Notes what must hold and does not. */
  expect(holds: boolean, otherwise: string): void {
    if (!holds) this.wrong.push(otherwise);
  }

  /** The bodies of all events of a name so far. */
  eventsOf<E extends keyof Events>(event: E): Events[E][] {
    return this.client.transcript.flatMap(({ message }) => {
      const { type, event: name, body } = message as { type: string; event?: string; body?: unknown };
      return type === 'event' && name === event ? [body as Events[E]] : [];
    });
  }

  /** Waits until the client has been told that the session is over. */
  async over(timeoutMs?: number): Promise<void> {
    try {
      await this.client.waitFor('terminated', { after: 0, ...(timeoutMs === undefined ? {} : { timeoutMs }) });
    } catch (error) {
      this.wrong.push(`the client was not told of the end: ${String(error).slice(0, 300)}`);
    }
    this.expect(this.eventsOf('terminated').length <= 1, 'the end was told twice');
  }

  /** Ends the session as a client does, and counts what is left. */
  async end(): Promise<Outcome> {
    const recoveryMs = performance.now() - this.injected;
    this.look();
    if (!this.isDisconnected) await this.send('disconnect');
    const { code } = await this.client.close();
    this.expect(code === 0, `the adapter ended with ${String(code)}: ${this.log.text.slice(-500)}`);
    this.expect(!this.log.text.includes('defect of the adapter'), `a defect was logged: ${this.log.text.slice(-1500)}`);
    return this.outcome(recoveryMs);
  }

  /** What came of it, where the adapter has been ended already. */
  async outcome(recoveryMs = performance.now() - this.injected): Promise<Outcome> {
    const left = await this.remaining();
    return { requests: this.requests, unanswered: this.unanswered, wrong: this.wrong, left, recoveryMs };
  }

  /** Adds the processes that descend from us and are not the test's own. */
  look(): void {
    for (const pid of descendants(process.pid)) this.family.add(pid);
  }

  /** A process that is not the session's to end. */
  disown(pid: number): void {
    this.disowned.add(pid);
  }

  /** Kills the adapter. */
  kill(): void {
    this.look();
    const adapter = [...this.family].find(pid => statOf(pid)?.parent === process.pid && nameOf(pid) === 'node');
    if (adapter !== undefined) process.kill(adapter, 'SIGKILL');
  }

  /** How many of the session's processes exist, when those that are ending have had a moment. */
  private async remaining(): Promise<number> {
    const limit = performance.now() + ENDING_MS;
    let alive = [...this.family].filter(pid => !this.disowned.has(pid) && exists(pid));
    while (alive.length > 0 && performance.now() < limit) {
      await new Promise(resolve => setTimeout(resolve, 10));
      alive = alive.filter(exists);
    }
    for (const pid of alive) {
      this.wrong.push(`left: ${nameOf(pid)} ${pid}`);
      process.kill(pid, 'SIGKILL');
    }
    return alive.length;
  }
}
