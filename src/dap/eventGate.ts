/**
 * Holds events back while requests are being carried out, so that a response always precedes the events that its
 * request caused. `output` and `progress*` pass at once: they belong to no response, and a slow request is when a user
 * wants to see them.
 */
export class EventGate {
  #requests = 0;
  #held: (() => void)[] = [];

  /** A request begins; every call is paired with one of {@link leave}. */
  enter(): void {
    this.#requests++;
  }

  /** A request's response has been sent; behind the last one the events that were held follow in their order. */
  leave(): void {
    this.#requests--;
    while (this.#requests === 0) {
      const send = this.#held.shift();
      if (send === undefined) return;
      send();
    }
  }

  /** Sends the event now or as soon as no request is in progress. */
  pass(event: string, send: () => void): void {
    if (this.#requests === 0 || event === 'output' || event.startsWith('progress')) send();
    else this.#held.push(send);
  }
}
