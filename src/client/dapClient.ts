import type { DebugProtocol } from '@vscode/debugprotocol';
import { encodeFrame, FrameDecoder } from '../dap/framing.js';
import type {
  Arguments,
  Body,
  CommandName,
  EventName,
  Events,
  ReverseCommandName,
  ReverseRequests,
} from '../dap/protocol.js';
import { messageOf } from '../util/errors.js';
import { DapRequestError } from './requestError.js';
import { Transcript, type TranscriptEntry } from './transcript.js';
import { type AdapterExit, connectTransport, type SpawnOptions, spawnTransport, type Transport } from './transport.js';

/** What an adapter tells of one run through a restartable sequence. */
export type RunThrough = Events['rseq'];

/** Settings of a client. */
export interface ClientOptions {
  /** For requests and waits that name no time of their own; undefined waits as long as the adapter lives. */
  readonly timeoutMs?: number;
}

/** What to wait for besides the event's name. */
export interface WaitOptions<E extends EventName> {
  /** Only events behind this {@link DapClient.mark}. Without it: behind the last event of this name that was waited for. */
  readonly after?: number;
  readonly where?: (body: Events[E]) => boolean;
  readonly timeoutMs?: number;
}

/** Answers a request of the adapter; what it throws becomes the error response. */
export type ReverseHandler<C extends ReverseCommandName> = (
  args: ReverseRequests[C]['arguments'],
) => Promise<ReverseRequests[C]['body']> | ReverseRequests[C]['body'];

/** Where a resumed program came to: a stop, or its end. */
export type StepEnd =
  | { readonly kind: 'stopped'; readonly body: Events['stopped'] }
  | { readonly kind: 'exited'; readonly body: Events['exited'] }
  | { readonly kind: 'terminated' };

interface PendingRequest {
  readonly resolve: (body: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly command: string;
  readonly timer: NodeJS.Timeout | undefined;
}

/** A debug adapter client without a user interface. Nothing that the adapter says is ever lost: see {@link transcript}. */
export class DapClient {
  readonly #transport: Transport;
  readonly #options: ClientOptions;
  readonly #transcript = new Transcript();
  readonly #pending = new Map<number, PendingRequest>();
  readonly #cursors = new Map<EventName, number>();
  readonly #handlers = new Map<string, (args: never) => unknown>();
  readonly #output = new Map<string, string>();
  #seq = 1;
  #ended: Error | undefined;

  private constructor(transport: Transport, options: ClientOptions) {
    this.#transport = transport;
    this.#options = options;
    const decoder = new FrameDecoder(problem => {
      this.#end(new Error(`The adapter sent ${problem}.`));
    });
    transport.input.on('data', (chunk: Buffer) => {
      for (const message of decoder.push(chunk)) this.#receive(message);
    });
    void transport.ended.then(exit => {
      this.#end(new Error(transport.describeEnd(exit)));
    });
  }

  /** Starts an adapter and speaks to it over stdio. If it cannot be started, the first request tells. */
  static spawn(command: string, args: readonly string[], options: ClientOptions & SpawnOptions = {}): DapClient {
    return new DapClient(spawnTransport(command, args, options), options);
  }

  /** Connects to an adapter's TCP port. @throws the socket's error */
  static async connect(host: string, port: number, options: ClientOptions = {}): Promise<DapClient> {
    return new DapClient(await connectTransport(host, port), options);
  }

  /** Every message sent and received, in order. */
  get transcript(): readonly TranscriptEntry[] {
    return this.#transcript.entries;
  }

  /** The present, for {@link WaitOptions.after}: everything received later lies behind it. */
  mark(): number {
    return this.#transcript.entries.length;
  }

  /** All text of `output` events of one category so far (`console` where the adapter names none). */
  output(category: string): string {
    return this.#output.get(category) ?? '';
  }

  /** Sets who answers a request of the adapter; without a handler it is refused. */
  handle<C extends ReverseCommandName>(command: C, handler: ReverseHandler<C>): void {
    this.#handlers.set(command, handler);
  }

  /**
   * @returns the body of the response
   * @throws DapRequestError if the adapter refuses; Error if it ends or does not answer in time
   */
  request<C extends CommandName>(
    command: C,
    args?: Arguments<C> | Readonly<Record<string, unknown>>,
    options: ClientOptions = {},
  ): Promise<Body<C>> {
    return this.sendRequest(command, args, options) as Promise<Body<C>>;
  }

  /** As {@link request} without the protocol's types: any command, any arguments. */
  sendRequest(command: string, args?: unknown, options: ClientOptions = {}): Promise<unknown> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    const seq = this.#seq++;
    const timeoutMs = options.timeoutMs ?? this.#options.timeoutMs;
    return new Promise((resolve, reject) => {
      const expire = (): void => {
        this.#pending.delete(seq);
        const text = `No answer to '${command}' within ${timeoutMs ?? 0} ms. The last messages:`;
        reject(new Error(`${text}\n${this.#transcript.tail()}`));
      };
      const timer = timeoutMs === undefined ? undefined : setTimeout(expire, timeoutMs);
      this.#pending.set(seq, { resolve, reject, command, timer });
      const request = { seq, type: 'request', command, ...(args === undefined ? {} : { arguments: args }) };
      this.#send(request);
    });
  }

  /** Sends bytes as they stand, whether or not they are a message: for tests of an adapter. */
  sendBytes(bytes: Buffer): void {
    this.#transport.output.write(bytes);
  }

  /** Waits for an event; one that has arrived already behind the cursor counts. @returns its body */
  async waitFor<E extends EventName>(event: E, options: WaitOptions<E> = {}): Promise<Events[E]> {
    const { where, timeoutMs = this.#options.timeoutMs } = options;
    const from = options.after ?? this.#cursors.get(event) ?? 0;
    const wanted = (found: DebugProtocol.Event): boolean =>
      found.event === event && (where === undefined || where(found.body as Events[E]));
    const found = await this.#transcript.find(`event '${event}'`, from, wanted, timeoutMs);
    this.#cursors.set(event, Math.max(found.index + 1, this.#cursors.get(event) ?? 0));
    return found.event.body as Events[E];
  }

  /** Sends a request that resumes the program, and waits for where it comes to: the first stop or end behind it. */
  async stepAndWait(
    command: 'next' | 'stepIn' | 'stepOut' | 'continue' | 'stepBack' | 'reverseContinue',
    threadId: number,
    args: Readonly<Record<string, unknown>> = {},
  ): Promise<StepEnd> {
    const after = this.mark();
    await this.request(command, { threadId, ...args });
    return this.waitForStop(after);
  }

  /** Waits for the first stop or end of the program behind a {@link mark}. */
  async waitForStop(after: number, timeoutMs: number | undefined = this.#options.timeoutMs): Promise<StepEnd> {
    const ends: readonly string[] = ['stopped', 'exited', 'terminated'];
    const { event, index } = await this.#transcript.find('stop', after, found => ends.includes(found.event), timeoutMs);
    this.#cursors.set(event.event as EventName, index + 1);
    if (event.event === 'stopped') return { kind: 'stopped', body: event.body as Events['stopped'] };
    if (event.event === 'exited') return { kind: 'exited', body: event.body as Events['exited'] };
    return { kind: 'terminated' };
  }

  /** Ends the connection; a process is made to go and is reaped. @returns how it ended */
  close(): Promise<AdapterExit> {
    this.#end(new Error('The client has closed the connection.'));
    return this.#transport.close();
  }

  /** Settles when the adapter has ended by itself or by {@link close}. */
  get ended(): Promise<AdapterExit> {
    return this.#transport.ended;
  }

  #receive(message: DebugProtocol.ProtocolMessage): void {
    if (message.type === 'event') this.#collectOutput(message as DebugProtocol.Event);
    this.#transcript.add({ direction: 'received', message });
    if (message.type === 'response') this.#settle(message as DebugProtocol.Response);
    else if (message.type === 'request') void this.#answer(message as DebugProtocol.Request);
  }

  #settle(response: DebugProtocol.Response): void {
    const pending = this.#pending.get(response.request_seq);
    if (pending === undefined) return; // It came too late; the transcript has it.
    this.#pending.delete(response.request_seq);
    clearTimeout(pending.timer);
    if (response.success) pending.resolve(response.body);
    else pending.reject(new DapRequestError(response));
  }

  async #answer(request: DebugProtocol.Request): Promise<void> {
    const answer = { type: 'response', request_seq: request.seq, command: request.command };
    try {
      const handler = this.#handlers.get(request.command);
      if (handler === undefined) throw new Error(`this client cannot do '${request.command}'`);
      const body = await handler(request.arguments as never);
      this.#send({ ...answer, seq: this.#seq++, success: true, body });
    } catch (error) {
      this.#send({ ...answer, seq: this.#seq++, success: false, message: messageOf(error) });
    }
  }

  #collectOutput(event: DebugProtocol.Event): void {
    if (event.event !== 'output') return;
    const { category = 'console', output } = event.body as Events['output'];
    this.#output.set(category, this.output(category) + output);
  }

  #send(message: DebugProtocol.Request | DebugProtocol.Response): void {
    this.#transcript.add({ direction: 'sent', message });
    this.#transport.output.write(encodeFrame(message));
  }

  #end(error: Error): void {
    this.#ended ??= error;
    for (const pending of this.#pending.values()) {
      clearTimeout(pending.timer);
      pending.reject(new Error(`'${pending.command}' was not answered. ${error.message}`));
    }
    this.#pending.clear();
    this.#transcript.fail(error);
  }
}
