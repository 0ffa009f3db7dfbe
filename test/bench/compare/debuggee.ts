/** What a program is started with, and where it stops first. */
export interface Start {
  readonly program: string;
  readonly args: readonly string[];
  /** The source file and the lines of its breakpoints. */
  readonly source: string;
  readonly lines: readonly number[];
}

/**
 * A program under a debugger, as the benchmark drives it: each method is the work of one thing that a user of an editor
 * does, in the contestant's own protocol. All settle when the client has everything that it asked for.
 */
export interface Debuggee {
  /** The process between the client and the debugger; undefined where there is none. */
  readonly adapterPid: number | undefined;
  /** One step to its stop. */
  step(granularity: 'line' | 'instruction'): Promise<void>;
  /** Goes on to the next stop. */
  continue(): Promise<void>;
  /** Goes on, without waiting for a stop. */
  resume(): Promise<void>;
  /** What an editor asks for at a stop: the threads, 20 frames of the stopped one, the scopes and locals of the first. */
  refresh(): Promise<void>;
  /** The innermost frames of the stopped thread; the number of those that came. */
  frames(count: number): Promise<number>;
  /** The elements `[start, start + count)` of a global array, which has not been looked at during this stop; how many came. */
  page(array: string, start: number, count: number): Promise<number>;
  /** Makes the breakpoints of the source file those of these lines. */
  setBreakpoints(lines: readonly number[]): Promise<void>;
  /** The values of watch expressions in the first frame. */
  watch(expressions: readonly string[]): Promise<void>;
  /** Goes on to the program's end; the number of bytes that it printed meanwhile. */
  finish(): Promise<number>;
  /** Ends everything that was started. */
  close(): Promise<void>;
}

/** One that takes part. */
export interface Contestant {
  /** A word for the command line and the table's head. */
  readonly name: string;
  /** What it is, with its version. */
  readonly description: string;
  /** Starts a program; settles at its first stop. */
  start(start: Start): Promise<Debuggee>;
}
