/** What came of a fault that was injected. All but `requests` and `recoveryMs` must be 0. */
export interface Outcome {
  /** Requests that the client has sent from the fault on. */
  readonly requests: number;
  readonly unanswered: number;
  /** What was said that is not so: in words, for the report. */
  readonly wrong: readonly string[];
  /** Processes that still exist when the session is over. */
  readonly left: number;
  /** From the fault until every request was answered and the client knew where it stood, in milliseconds. */
  readonly recoveryMs: number;
}

/** One fault, at one moment. */
export interface FaultCase {
  /** The row of the table that it belongs to. */
  readonly fault: string;
  /** A sentence about what must hold, for the tests. */
  readonly title: string;
  /** Whether the tests run it each time; the table runs all. */
  readonly always: boolean;
  run(): Promise<Outcome>;
}
