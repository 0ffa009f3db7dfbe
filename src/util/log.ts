/** From the most to the least urgent. */
export const LOG_LEVELS = ['error', 'warn', 'info', 'debug', 'trace'] as const;

/** `error`: a defect of ours. `warn`: the user should know. `info`: milestones. `debug`: decisions. `trace`: every message. */
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Where log lines go. `text` may hold line breaks and ends without one. Never stdout: there the protocol speaks. */
export type LogSink = (level: LogLevel, text: string) => void;

/** Filters by level; building a message that nobody wants is the caller's to avoid with {@link Logger.wants}. */
export class Logger {
  readonly #sink: LogSink;
  #mirror: LogSink | undefined;

  /** @param level the least urgent level that is still written; it may be changed while running */
  constructor(
    sink: LogSink,
    public level: LogLevel = 'warn',
  ) {
    this.#sink = sink;
  }

  /** A logger of its own to the same place. */
  branch(): Logger {
    return new Logger(this.#sink, this.level);
  }

  /** Hands lines of every level to a second place as well, until it is called without one. */
  mirror(sink: LogSink | undefined): void {
    this.#mirror = sink;
  }

  wants(level: LogLevel): boolean {
    return this.#mirror !== undefined || this.#isUrgent(level);
  }

  error(text: string, cause?: unknown): void {
    this.#write('error', cause === undefined ? text : `${text}\n${describe(cause)}`);
  }

  warn(text: string): void {
    this.#write('warn', text);
  }

  info(text: string): void {
    this.#write('info', text);
  }

  debug(text: string): void {
    this.#write('debug', text);
  }

  trace(text: string): void {
    this.#write('trace', text);
  }

  #write(level: LogLevel, text: string): void {
    if (this.#isUrgent(level)) this.#sink(level, text);
    this.#mirror?.(level, text);
  }

  #isUrgent(level: LogLevel): boolean {
    return LOG_LEVELS.indexOf(level) <= LOG_LEVELS.indexOf(this.level);
  }
}

/** An error with its stack and the chain of its causes. */
function describe(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const own = cause.stack ?? `${cause.name}: ${cause.message}`;
  return cause.cause === undefined ? own : `${own}\ncaused by: ${describe(cause.cause)}`;
}
