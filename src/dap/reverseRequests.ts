import type { DebugProtocol } from '@vscode/debugprotocol';
import { RequestError } from '../util/errors.js';
import type { ReverseCommandName, ReverseRequests } from './protocol.js';

interface Waiting {
  readonly command: string;
  readonly resolve: (body: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout | undefined;
}

/** Pairs the requests that the adapter sends to its client with their responses. */
export class ReverseRequestTable {
  readonly #post: (command: string, args: object) => number;
  readonly #waiting = new Map<number, Waiting>();
  #closed = false;

  /** @param post sends a request and returns its `seq` */
  constructor(post: (command: string, args: object) => number) {
    this.#post = post;
  }

  /**
   * @param timeoutMs how long to wait for the response; without it, until the client is gone
   * @throws RequestError `clientRefused` with the client's words, `clientSilent`, or `clientGone`
   */
  send<C extends ReverseCommandName>(
    command: C,
    args: ReverseRequests[C]['arguments'],
    timeoutMs?: number,
  ): Promise<ReverseRequests[C]['body']> {
    return new Promise((resolve, reject) => {
      if (this.#closed) {
        reject(clientGone(command));
        return;
      }
      const seq = this.#post(command, args);
      const timer =
        timeoutMs === undefined
          ? undefined
          : setTimeout(() => {
              this.#expire(seq, timeoutMs);
            }, timeoutMs);
      this.#waiting.set(seq, {
        command,
        resolve: body => {
          resolve(body as ReverseRequests[C]['body']);
        },
        reject,
        timer,
      });
    });
  }

  /** @returns false if nobody waits for this response */
  settle(response: DebugProtocol.Response): boolean {
    const waiting = this.#take(response.request_seq);
    if (waiting === undefined) return false;
    if (response.success) waiting.resolve(response.body);
    else {
      const reason = response.message ?? 'no reason given';
      waiting.reject(new RequestError('user', 'clientRefused', `The client refused '${waiting.command}': ${reason}.`));
    }
    return true;
  }

  /** The client is gone: everybody who waits is told. */
  close(): void {
    this.#closed = true;
    for (const seq of [...this.#waiting.keys()]) {
      const waiting = this.#take(seq);
      waiting?.reject(clientGone(waiting.command));
    }
  }

  #expire(seq: number, timeoutMs: number): void {
    const waiting = this.#take(seq);
    const text = `The client did not answer '${waiting?.command ?? ''}' within ${timeoutMs} ms.`;
    waiting?.reject(new RequestError('user', 'clientSilent', text));
  }

  #take(seq: number): Waiting | undefined {
    const waiting = this.#waiting.get(seq);
    this.#waiting.delete(seq);
    clearTimeout(waiting?.timer);
    return waiting;
  }
}

function clientGone(command: string): RequestError {
  return new RequestError('nobody', 'clientGone', `The client closed the connection before it answered '${command}'.`);
}
