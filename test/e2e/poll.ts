/** As long as the slowest wait on a loaded machine takes, in milliseconds; reached only where something hangs. */
export const PATIENCE_MS = 60_000;

const INTERVAL_MS = 100;

/**
 * Asks again until the answer is as wanted: an editor tells nobody when it has drawn something.
 *
 * @param what for the message of a failure
 * @throws Error with the last answer
 */
export async function until<T>(
  what: string,
  ask: () => Promise<T>,
  isWanted: (answer: T) => boolean,
  timeoutMs = PATIENCE_MS,
): Promise<T> {
  const end = performance.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (isWanted(answer)) return answer;
    if (performance.now() > end) {
      throw new Error(`${what}: not within ${timeoutMs} ms; the last answer is ${JSON.stringify(answer)}`);
    }
    await new Promise(resolve => setTimeout(resolve, INTERVAL_MS));
  }
}
