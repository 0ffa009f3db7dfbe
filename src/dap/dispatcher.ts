import type { DebugProtocol } from '@vscode/debugprotocol';
import { Response } from '@vscode/debugadapter/lib/messages.js';
import { messageOf, RequestError } from '../util/errors.js';
import type { Logger } from '../util/log.js';
import type { SerialQueue } from '../util/serialQueue.js';
import type { RequestTimer } from '../util/timing.js';
import { optionalNumber } from './arguments.js';
import { cancelledError, errorResponse } from './errorResponse.js';
import type { EventGate } from './eventGate.js';
import type { CommandName } from './protocol.js';
import { checkState, type RequestContext, type RouteCondition, type RouteTable, type SessionState } from './route.js';

/** What answers the requests of a connection. */
export interface RequestHandler {
  readonly routes: RouteTable;
  state(): SessionState;
}

/** What the dispatcher works with. */
export interface DispatcherParts {
  readonly queue: SerialQueue;
  readonly gate: EventGate;
  readonly log: Logger;
  /** What times requests, while somebody wants to know. */
  timer(): RequestTimer | undefined;
  send(response: DebugProtocol.Response): void;
  /** Called when a request has been answered and the events held behind it have been sent. */
  answered(command: string): void;
}

/** A route whose command is not known at compile time. */
interface AnyRoute {
  readonly when: RouteCondition;
  readonly overtakes?: boolean;
  run(args: object, context: RequestContext): unknown;
}

interface Entry {
  readonly request: DebugProtocol.Request;
  readonly abort: AbortController;
  /** Tells the timer that the request's turn has come. */
  readonly begun: (() => () => void) | undefined;
  state: 'queued' | 'running' | 'answered';
}

/** What ends a session. */
const ENDINGS: ReadonlySet<string> = new Set<CommandName>(['disconnect', 'terminate']);

/**
 * Sees to it that every request gets exactly one response.
 *
 * Requests are jobs of one queue, so a handler never runs beside another, nor beside a reaction to what gdb reports;
 * only routes that say so overtake. `cancel` is answered here; a route for it is run besides, for its `progressId`.
 */
export class Dispatcher {
  readonly #parts: DispatcherParts;
  readonly #open = new Map<number, Entry>();
  #handler: RequestHandler | undefined;

  constructor(parts: DispatcherParts) {
    this.#parts = parts;
  }

  /** Sets what answers requests from now on. */
  handleWith(handler: RequestHandler): void {
    this.#handler = handler;
  }

  /** Takes a request as it came from the wire; nothing in it is trusted. */
  dispatch(request: DebugProtocol.Request): void {
    const begun = this.#parts.timer()?.received(request);
    const entry: Entry = { request, abort: new AbortController(), begun, state: 'queued' };
    this.#open.set(request.seq, entry);
    const overtakes = request.command === 'cancel' || this.#route(request.command)?.overtakes === true;
    if (overtakes) void this.#carryOut(entry);
    else this.#parts.queue.post(() => this.#carryOut(entry));
  }

  /** The client is gone: what is queued will not be run, what is running is told. */
  abandon(): void {
    for (const entry of this.#open.values()) {
      if (entry.state === 'queued') entry.state = 'answered';
      entry.abort.abort();
    }
    this.#open.clear();
  }

  async #carryOut(entry: Entry): Promise<void> {
    if (entry.state === 'answered') return;
    entry.state = 'running';
    const answered = entry.begun?.();
    this.#parts.gate.enter();
    try {
      const body = await this.#run(entry);
      if (entry.request.command === 'disconnect') this.#giveUpOthers(entry);
      this.#answer(entry, success(entry.request, body));
    } catch (error) {
      this.#fail(entry, entry.abort.signal.aborted ? cancelledError() : this.#excused(entry, error));
    } finally {
      this.#parts.gate.leave();
    }
    answered?.();
    this.#parts.answered(entry.request.command);
  }

  /** @returns the body or a promise of it; throws at once or rejects, as the handler does */
  #run(entry: Entry): unknown {
    const { command, seq } = entry.request;
    const args = checkedArguments(entry.request);
    if (command === 'cancel') this.#cancel(args);
    const route = this.#route(command);
    if (route === undefined) {
      if (command === 'cancel') return undefined;
      throw new RequestError('nobody', 'unsupported', `The request '${command}' is not supported.`);
    }
    checkState(command, route.when, this.#handler?.state() ?? 'created');
    return route.run(args, { command: command as CommandName, seq, signal: entry.abort.signal });
  }

  #route(command: string): AnyRoute | undefined {
    const routes = this.#handler?.routes ?? {};
    // A client's `toString` must not find what every object has.
    return Object.hasOwn(routes, command) ? routes[command as CommandName] : undefined;
  }

  #cancel(args: object): void {
    const target = this.#open.get(optionalNumber<{ requestId?: number }>(args, 'requestId') ?? -1);
    if (target === undefined) return; // Answered already: the protocol asks for a best effort only.
    target.abort.abort();
    if (target.state === 'queued') this.#fail(target, cancelledError());
  }

  /** Behind the answer to `disconnect` a client listens no more: what is still open is answered before it. */
  #giveUpOthers(disconnect: Entry): void {
    const why = 'The session was disconnected before this was done.';
    for (const entry of [...this.#open.values()]) {
      if (entry === disconnect) continue;
      entry.abort.abort();
      this.#fail(entry, new RequestError('nobody', 'disconnected', why));
    }
  }

  /** What a request fails by whose session ends under it is nobody's defect. */
  #excused({ request }: Entry, error: unknown): unknown {
    const isEnding = [...this.#open.values()].some(open => ENDINGS.has(open.request.command));
    if (error instanceof RequestError || (!isEnding && this.#handler?.state() !== 'ended')) return error;
    const text = `'${request.command}' was not done: the session has ended meanwhile (${messageOf(error)}).`;
    return new RequestError('nobody', 'ended', text, { cause: error });
  }

  #fail(entry: Entry, error: unknown): void {
    this.#answer(entry, errorResponse(entry.request, error, this.#parts.log));
  }

  #answer(entry: Entry, response: DebugProtocol.Response): void {
    if (entry.state === 'answered') return;
    entry.state = 'answered';
    if (this.#open.get(entry.request.seq) === entry) this.#open.delete(entry.request.seq);
    this.#parts.send(response);
  }
}

function success(request: DebugProtocol.Request, body: unknown): DebugProtocol.Response {
  const response: DebugProtocol.Response = new Response(request);
  if (body !== undefined) response.body = body;
  return response;
}

/** Clients may leave arguments out, or send null, where every argument is optional. */
function checkedArguments(request: DebugProtocol.Request): object {
  if (typeof request.command !== 'string') {
    throw new RequestError('nobody', 'badRequest', 'A request came without a command.');
  }
  const args: unknown = request.arguments ?? {};
  if (typeof args !== 'object' || args === null || Array.isArray(args)) {
    throw new RequestError('nobody', 'badArguments', `The arguments of '${request.command}' must be an object.`);
  }
  return args;
}
