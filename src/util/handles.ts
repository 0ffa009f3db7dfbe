import { RequestError } from './errors.js';

/**
 * Numbers that stand for objects on the wire (frame ids, variables references).
 *
 * A number is never given out twice, not even after {@link Handles.reset}: a client that asks with a number from before
 * the reset gets a clear error, and never another object's data.
 */
export class Handles<T> {
  readonly #what: string;
  readonly #objects = new Map<number, T>();
  #next: number;

  /**
   * @param what  the word for the object in messages, e.g. `stack frame`
   * @param first the first number; DAP forbids 0 for a variables reference
   */
  constructor(what: string, first = 1) {
    this.#what = what;
    this.#next = first;
  }

  /** Gives `object` a number of its own, in `[1, 2^31)` as DAP asks. */
  create(object: T): number {
    if (this.#next >= 2 ** 31)
      throw new RequestError('internal', 'handlesExhausted', `No ${this.#what} numbers are left.`);
    const handle = this.#next++;
    this.#objects.set(handle, object);
    return handle;
  }

  /** @throws RequestError `staleHandle` if the number is unknown or from before the last reset */
  get(handle: number): T {
    if (this.#objects.has(handle)) return this.#objects.get(handle) as T;
    throw new RequestError(
      'nobody',
      'staleHandle',
      `The ${this.#what} ${handle} is no longer valid: the program has run since. Ask for it again at this stop.`,
    );
  }

  /** Forgets every object; the numbers given so far become stale. */
  reset(): void {
    this.#objects.clear();
  }
}
