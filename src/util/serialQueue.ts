/** A piece of work; the next one starts when what it returns has settled. */
export type Job<T> = () => T | Promise<T>;

/**
 * Runs jobs one after the other, strictly in the order in which they were added.
 *
 * A job never starts inside the call that adds it: whoever adds a reaction to an event can finish its own update of the
 * state first. A job that throws or rejects does not stop the ones behind it. A job must not await `run` or `idle` of
 * its own queue: it would wait for itself.
 */
export class SerialQueue {
  readonly #onError: (error: unknown) => void;
  #jobs: (() => Promise<void>)[] = [];
  #draining = false;

  /** @param onError told of the failure of each job added by {@link post}; it must not throw */
  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  /** Adds a job whose outcome the caller wants. */
  run<T>(job: Job<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#add(async () => {
        try {
          resolve(await job());
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error), { cause: error }));
        }
      });
    });
  }

  /** Adds a reaction that nobody waits for, behind everything that is in the queue already. */
  post(job: Job<unknown>): void {
    this.#add(async () => {
      try {
        await job();
      } catch (error) {
        this.#onError(error);
      }
    });
  }

  /** Settles when every job added before this call has ended. */
  idle(): Promise<void> {
    return this.run(() => undefined);
  }

  #add(job: () => Promise<void>): void {
    this.#jobs.push(job);
    if (!this.#draining) {
      this.#draining = true;
      queueMicrotask(() => void this.#drain());
    }
  }

  async #drain(): Promise<void> {
    for (let job = this.#jobs.shift(); job !== undefined; job = this.#jobs.shift()) await job();
    this.#draining = false;
  }
}
