/** Adds up for how long at least one of something was in progress. */
export class BusyClock {
  #count = 0;
  #since = 0;
  #total = 0;

  /** One begins; every call is paired with one of {@link leave}. */
  enter(): void {
    if (this.#count++ === 0) this.#since = performance.now();
  }

  /** One has ended. */
  leave(): void {
    if (--this.#count === 0) this.#total += performance.now() - this.#since;
  }

  /** The sum so far, in milliseconds. */
  total(): number {
    return this.#total + (this.#count === 0 ? 0 : performance.now() - this.#since);
  }
}

/** Where the time of one request went, in milliseconds. */
export interface RequestTime {
  readonly command: string;
  /** The request's `seq`. */
  readonly seq: number;
  /** Behind requests and reactions that came before it. */
  readonly queue: number;
  /** While gdb had a command of ours to work on. */
  readonly gdb: number;
  /** The rest, up to the response. */
  readonly adapter: number;
}

/** Measures requests while they are carried out one after another. */
export class RequestTimer {
  /** To be entered while gdb has a command. */
  readonly gdb = new BusyClock();
  readonly #listeners = new Set<(time: RequestTime) => void>();

  /** Tells each request's time when it has been answered. @returns what ends it */
  tell(listener: (time: RequestTime) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** A request has come. @returns to be called when its turn has come; what that returns, when it has been answered */
  received({ command, seq }: { readonly command: string; readonly seq: number }): () => () => void {
    const received = performance.now();
    return () => {
      const started = performance.now();
      const gdbBefore = this.gdb.total();
      return () => {
        const whole = performance.now() - started;
        const gdb = this.gdb.total() - gdbBefore;
        const time = { command, seq, queue: started - received, gdb, adapter: whole - gdb };
        for (const listener of this.#listeners) listener(time);
      };
    };
  }
}
