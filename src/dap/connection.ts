import type { Readable, Writable } from 'node:stream';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { Event } from '@vscode/debugadapter/lib/messages.js';
import { messageOf, RequestError } from '../util/errors.js';
import type { Logger } from '../util/log.js';
import { SerialQueue } from '../util/serialQueue.js';
import { RequestTimer, type RequestTime } from '../util/timing.js';
import { Dispatcher, type RequestHandler } from './dispatcher.js';
import { errorResponse } from './errorResponse.js';
import { EventGate } from './eventGate.js';
import { encodeFrame, FrameDecoder } from './framing.js';
import type { EventBody, EventName, ReverseCommandName, ReverseRequests } from './protocol.js';
import { ReverseRequestTable } from './reverseRequests.js';
import { Wire } from './wire.js';

/** One client: what it sends goes to the handler's routes; what the session tells goes to it, in the protocol's order. */
export class DapConnection {
  /**
   * The queue of the requests. A reaction to what gdb reports is posted here, so that it comes behind the request in
   * progress and its response.
   */
  readonly queue: SerialQueue;
  readonly log: Logger;
  readonly #input: Readable;
  readonly #output: Writable;
  readonly #decoder: FrameDecoder;
  readonly #wire: Wire;
  readonly #gate = new EventGate();
  readonly #dispatcher: Dispatcher;
  readonly #reverse: ReverseRequestTable;
  readonly #closeListeners: (() => void)[] = [];
  readonly #disconnectListeners: (() => void)[] = [];
  #drainListeners: (() => void)[] = [];
  #timer: RequestTimer | undefined;
  #needsDrain = false;
  #started = false;
  #closed = false;

  constructor(input: Readable, output: Writable, log: Logger) {
    this.#input = input;
    this.#output = output;
    this.log = log;
    this.queue = new SerialQueue(error => {
      log.error('A reaction failed by a defect of the adapter', error);
    });
    this.#decoder = new FrameDecoder(problem => {
      log.warn(`The client sent ${problem}; it is skipped.`);
    });
    this.#wire = new Wire({
      request: request => {
        this.#dispatcher.dispatch(request);
      },
      response: response => {
        this.#takeResponse(response);
      },
      send: message => {
        this.#write(message);
      },
    });
    this.#reverse = new ReverseRequestTable((command, args) => this.#wire.postRequest(command, args));
    this.#dispatcher = new Dispatcher({
      queue: this.queue,
      gate: this.#gate,
      log,
      timer: () => this.#timer,
      send: response => {
        this.#wire.sendResponse(response);
      },
      answered: command => {
        if (command !== 'disconnect') return;
        for (const listener of this.#disconnectListeners) listener();
      },
    });
  }

  /** Sets what answers the client's requests; the first call starts reading. */
  serve(handler: RequestHandler): void {
    this.#dispatcher.handleWith(handler);
    if (this.#started) return;
    this.#started = true;
    this.#input.on('data', (chunk: Buffer) => {
      this.#receive(chunk);
    });
    this.#input.on('end', () => {
      this.close();
    });
    this.#input.on('close', () => {
      this.close();
    });
    this.#input.on('error', error => {
      this.#fail('reading from', error);
    });
    this.#output.on('close', () => {
      this.close();
    });
    this.#output.on('error', error => {
      this.#fail('writing to', error);
    });
    this.#output.on('drain', () => {
      this.#drained();
    });
  }

  /** What times requests, to be told when gdb works; undefined until somebody wants to know. */
  get timer(): RequestTimer | undefined {
    return this.#timer;
  }

  /** Times requests from now on. @returns what ends it */
  time(listener: (time: RequestTime) => void): () => void {
    this.#timer ??= new RequestTimer();
    return this.#timer.tell(listener);
  }

  /** Sends an event, held back while requests are in progress except `output` and `progress*`; see {@link EventGate}. */
  emit<E extends EventName>(event: E, ...[body]: EventBody<E>): void {
    this.#gate.pass(event, () => {
      this.#wire.sendEvent(new Event(event, body));
    });
  }

  /**
   * Asks the client for something.
   *
   * @param timeoutMs how long to wait; without it, until the client is gone
   * @throws RequestError `clientRefused`, `clientSilent` or `clientGone`
   */
  sendRequest<C extends ReverseCommandName>(
    command: C,
    args: ReverseRequests[C]['arguments'],
    timeoutMs?: number,
  ): Promise<ReverseRequests[C]['body']> {
    return this.#reverse.send(command, args, timeoutMs);
  }

  /** Whether the client reads more slowly than it is told: stop reading the program's output until {@link onDrain}. */
  get needsDrain(): boolean {
    return this.#needsDrain;
  }

  /** Calls `listener` once, when the client has caught up or is gone; at once if there is nothing to wait for. */
  onDrain(listener: () => void): void {
    if (this.#needsDrain) this.#drainListeners.push(listener);
    else listener();
  }

  /** Calls `listener` once when the client is gone or {@link close} was called; at once if that has happened. */
  onClose(listener: () => void): void {
    if (this.#closed) listener();
    else this.#closeListeners.push(listener);
  }

  /** Calls `listener` after each `disconnect` request, when its response and the events behind it have been sent. */
  onDisconnect(listener: () => void): void {
    this.#disconnectListeners.push(listener);
  }

  /** Stops listening to the client and sending to it; the streams are the caller's to end. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#input.pause();
    this.#dispatcher.abandon();
    this.#reverse.close();
    this.#drained();
    for (const listener of this.#closeListeners.splice(0)) listener();
  }

  #receive(chunk: Buffer): void {
    for (const message of this.#decoder.push(chunk)) {
      if (this.#closed) return;
      if (this.log.wants('trace')) this.log.trace(`client -> ${JSON.stringify(message)}`);
      this.#wire.handleMessage(message);
    }
  }

  #takeResponse(response: DebugProtocol.Response): void {
    if (!this.#reverse.settle(response)) this.log.debug('The client answered a request that nobody made or awaits.');
  }

  #write(message: DebugProtocol.ProtocolMessage): void {
    if (this.#closed) return;
    const frame = this.#encode(message);
    if (this.log.wants('trace')) this.log.trace(`client <- ${frame.toString('utf8', frame.indexOf('{'))}`);
    if (frame.length > 0) this.#needsDrain = !this.#output.write(frame);
  }

  /** A body that JSON cannot express (a bigint) must not leave the request unanswered. */
  #encode(message: DebugProtocol.ProtocolMessage): Buffer {
    try {
      return encodeFrame(message);
    } catch (error) {
      if (message.type !== 'response') {
        this.log.error('A message cannot be expressed in JSON', error);
        return Buffer.alloc(0);
      }
      const { command, request_seq, seq } = message as DebugProtocol.Response;
      const cause = new RequestError('internal', 'badBody', `its answer cannot be expressed (${messageOf(error)})`);
      return encodeFrame({ ...errorResponse({ command, seq: request_seq, type: 'request' }, cause, this.log), seq });
    }
  }

  #fail(doing: string, error: Error): void {
    // A client that is killed leaves EPIPE or ECONNRESET: no defect of ours, and the session is ended by onClose.
    this.log.info(`The connection broke while ${doing} the client: ${error.message}`);
    this.close();
  }

  #drained(): void {
    this.#needsDrain = false;
    const listeners = this.#drainListeners;
    this.#drainListeners = [];
    for (const listener of listeners) listener();
  }
}
