/**
 * Who has to act on an error: the `user` (wrong input, wrong state), `nobody` (it happens: the program has exited
 * meanwhile), or us (`internal`: a defect of the adapter; it is logged with its stack).
 */
export type Blame = 'user' | 'nobody' | 'internal';

/**
 * A request that could not be carried out. The message is shown to the user as it stands: it says what failed, why, and
 * what can be done.
 */
export class RequestError extends Error {
  /**
   * @param blame who has to act
   * @param code  a stable camelCase word for clients and tests (DAP `Message.variables.code`), e.g. `notStopped`
   */
  constructor(
    readonly blame: Blame,
    readonly code: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'RequestError';
  }
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
