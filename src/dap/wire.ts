import type { DebugProtocol } from '@vscode/debugprotocol';
import { ProtocolServer } from '@vscode/debugadapter/lib/protocol.js';

/** Where the messages of a {@link Wire} go. */
export interface WireListener {
  request(request: DebugProtocol.Request): void;
  response(response: DebugProtocol.Response): void;
  /** A message to send, with its `seq`. It must not throw: the library would swallow it. */
  send(message: DebugProtocol.ProtocolMessage): void;
}

/** The wire library's protocol server between our own framing and our own dispatcher: it numbers and types messages. */
export class Wire extends ProtocolServer {
  readonly #listener: WireListener;
  #lastSeq = 0;

  constructor(listener: WireListener) {
    super();
    this.#listener = listener;
    this.onDidSendMessage(sent => {
      const message = sent as DebugProtocol.ProtocolMessage;
      this.#lastSeq = message.seq;
      listener.send(message);
    });
  }

  override handleMessage(message: DebugProtocol.ProtocolMessage): void {
    if (message.type === 'response') this.#listener.response(message as DebugProtocol.Response);
    else super.handleMessage(message);
  }

  /**
   * Sends a request; its response comes to the listener.
   *
   * The library's own waiting is left aside (a timeout of 0, a callback that does nothing): its timer is not cleared when
   * the response comes, and a real timeout would keep the process alive until then.
   *
   * @returns the request's `seq`
   */
  postRequest(command: string, args: object): number {
    this.sendRequest(command, args, 0, () => undefined);
    return this.#lastSeq;
  }

  protected override dispatchRequest(request: DebugProtocol.Request): void {
    this.#listener.request(request);
  }
}
