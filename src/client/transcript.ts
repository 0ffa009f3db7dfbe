import type { DebugProtocol } from '@vscode/debugprotocol';

/** One message of a conversation, seen from the client. */
export interface TranscriptEntry {
  readonly direction: 'sent' | 'received';
  readonly message: DebugProtocol.ProtocolMessage;
}

/** Picks an event; a type guard is not needed, the caller knows what it looks for. */
export type EventPredicate = (event: DebugProtocol.Event) => boolean;

interface Waiter {
  readonly wanted: EventPredicate;
  readonly resolve: (found: { event: DebugProtocol.Event; index: number }) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout | undefined;
}

/**
 * Everything that was said, in order, and the waiting for what is still to be said. An event that came before the wait
 * for it began is found all the same.
 */
export class Transcript {
  readonly #entries: TranscriptEntry[] = [];
  readonly #waiters = new Set<Waiter>();
  #failure: Error | undefined;

  get entries(): readonly TranscriptEntry[] {
    return this.#entries;
  }

  add(entry: TranscriptEntry): void {
    const index = this.#entries.push(entry) - 1;
    const event = receivedEvent(entry);
    if (event === undefined) return;
    for (const waiter of [...this.#waiters]) {
      if (waiter.wanted(event))
        this.#settle(waiter, () => {
          waiter.resolve({ event, index });
        });
    }
  }

  /**
   * The first event from index `from` on that is wanted.
   *
   * @param what      for the message of a failure
   * @param timeoutMs rejects after this time, with the last messages; undefined waits as long as the adapter lives
   */
  find(
    what: string,
    from: number,
    wanted: EventPredicate,
    timeoutMs: number | undefined,
  ): Promise<{ event: DebugProtocol.Event; index: number }> {
    for (let index = from; index < this.#entries.length; index++) {
      const event = receivedEvent(this.#entries[index]);
      if (event !== undefined && wanted(event)) return Promise.resolve({ event, index });
    }
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      const expire = (): void => {
        const text = `No ${what} within ${timeoutMs ?? 0} ms. The last messages:\n${this.tail()}`;
        this.#settle(waiter, () => {
          reject(new Error(text));
        });
      };
      const timer = timeoutMs === undefined ? undefined : setTimeout(expire, timeoutMs);
      const waiter: Waiter = { wanted, resolve, reject, timer };
      this.#waiters.add(waiter);
    });
  }

  /** Nothing more will come: who waits, now or later, is told why. */
  fail(error: Error): void {
    this.#failure ??= error;
    for (const waiter of [...this.#waiters])
      this.#settle(waiter, () => {
        waiter.reject(error);
      });
  }

  /** The last messages, one a line, for the text of an error. */
  tail(count = 8): string {
    const lines = this.#entries.slice(-count).map(({ direction, message }) => {
      const text = JSON.stringify(message);
      return `  ${direction === 'sent' ? '->' : '<-'} ${text.length > 300 ? `${text.slice(0, 300)}...` : text}`;
    });
    return lines.length === 0 ? '  (none)' : lines.join('\n');
  }

  #settle(waiter: Waiter, how: () => void): void {
    clearTimeout(waiter.timer);
    this.#waiters.delete(waiter);
    how();
  }
}

function receivedEvent(entry: TranscriptEntry | undefined): DebugProtocol.Event | undefined {
  if (entry?.direction !== 'received' || entry.message.type !== 'event') return undefined;
  return entry.message as DebugProtocol.Event;
}
