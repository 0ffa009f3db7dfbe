import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DapClient, type RunThrough } from '../client/dapClient.js';
import type { DemoCase } from './demoCases.js';

/** Far more than any answer takes; a step that takes longer has no end. */
const PATIENCE_MS = 10_000;

/** One step as it was seen. */
export interface DemoStep {
  /** `function:line`, or the address where no line is known. */
  readonly where: string;
  readonly hasLine: boolean;
  /** Regions that the thread was run through in the step, and how each ended. */
  readonly passed: readonly RunThrough[];
}

/** A program under a real adapter, stopped in front of a critical section. */
export class DemoSession {
  private thread = 0;

  private constructor(
    private readonly client: DapClient,
    private readonly source: string,
    private readonly marker: string,
  ) {}

  /**
   * Starts an adapter as an editor would, and the program up to the marker.
   *
   * @param samples the folder of the samples, built
   * @throws Error where the adapter refuses or does not answer
   */
  static async start(one: DemoCase, samples: string, main: string, stepping: 'through' | 'off'): Promise<DemoSession> {
    const client = DapClient.spawn(process.execPath, [main], { timeoutMs: PATIENCE_MS });
    const session = new DemoSession(client, join(samples, one.source), one.marker);
    await client.request('initialize', { adapterID: 'demo' });
    const program = join(samples, 'build', one.sample);
    await client.request('launch', { program, args: one.args, rseq: stepping });
    await session.breakAtMarker(true);
    const mark = client.mark();
    await client.request('configurationDone', {});
    session.thread = (await client.waitFor('stopped', { after: mark })).threadId ?? 0;
    return session;
  }

  /** One step of the stopped thread; undefined where the program has ended in it, or it has not ended within `limitMs`. */
  async step(
    kind: 'next' | 'stepIn',
    granularity: 'line' | 'instruction',
    limitMs = PATIENCE_MS,
  ): Promise<DemoStep | undefined> {
    const { client, thread } = this;
    const mark = client.mark();
    await client.request(kind, { threadId: thread, granularity });
    const end = await client.waitForStop(mark, limitMs).catch(() => undefined);
    if (end?.kind !== 'stopped') return undefined;
    const { stackFrames } = await client.request('stackTrace', { threadId: thread, levels: 1 });
    const [frame] = stackFrames;
    const hasLine = frame !== undefined && frame.line > 0;
    const where = hasLine ? `${frame.name}:${frame.line}` : `${frame?.instructionPointerReference ?? '?'} (no line)`;
    return { where, hasLine, passed: this.passedSince(mark) };
  }

  /** Continues to the marker; false where the program has ended. */
  async toMarker(): Promise<boolean> {
    const end = await this.client.stepAndWait('continue', this.thread);
    if (end.kind === 'stopped') this.thread = end.body.threadId ?? this.thread;
    return end.kind === 'stopped';
  }

  /** A number that the program keeps, read where it is stopped (stopping it if need be); undefined where there is none. */
  async read(expression: string): Promise<number | undefined> {
    try {
      const mark = this.client.mark();
      await this.client.request('pause', { threadId: this.thread });
      const stopped = await this.client.request('stackTrace', { threadId: this.thread, levels: 1 }).catch(async () => {
        await this.client.waitFor('stopped', { after: mark });
        return this.client.request('stackTrace', { threadId: this.thread, levels: 1 });
      });
      const frameId = stopped.stackFrames[0]?.id ?? 0;
      const { result } = await this.client.request('evaluate', { expression, frameId, context: 'watch' });
      return /^\d+$/.test(result) ? Number(result) : undefined;
    } catch {
      // The sample keeps no such number, or cannot be stopped: then there is nothing to show.
      return undefined;
    }
  }

  /** Lets the program run to its end. @returns its last line of output */
  async finish(): Promise<string> {
    await this.breakAtMarker(false);
    const mark = this.client.mark();
    await this.client.request('continue', { threadId: this.thread });
    await this.client.waitFor('terminated', { after: mark });
    return this.client.output('stdout').trim().split('\n').at(-1) ?? '';
  }

  /** Ends the session, and the program with it. */
  async close(): Promise<void> {
    await this.client.request('disconnect', {}).catch(() => undefined);
    await this.client.close();
  }

  private async breakAtMarker(isSet: boolean): Promise<void> {
    const breakpoints = isSet ? [{ line: lineOf(this.source, this.marker) }] : [];
    await this.client.request('setBreakpoints', { source: { path: this.source }, breakpoints });
  }

  private passedSince(mark: number): RunThrough[] {
    return this.client.transcript.slice(mark).flatMap(({ message }) => {
      const event = message as { type: string; event?: string; body?: unknown };
      return event.type === 'event' && event.event === 'rseq' ? [event.body as RunThrough] : [];
    });
  }
}

/** The line (from 1) that bears `@marker`. @throws Error where the file has no such line */
function lineOf(path: string, marker: string): number {
  const index = readFileSync(path, 'utf8')
    .split('\n')
    .findIndex(line => new RegExp(`@${marker}(?![\\w-])`).test(line));
  if (index < 0) throw new Error(`${path} has no marker @${marker}`);
  return index + 1;
}
