import type { Arguments, Body, CommandName } from '../../src/dap/protocol.js';
import type { FrameSummary } from '../../src/stepping/types.js';
import { Inspection as Composition } from '../../src/session/inspection.js';
import { PauseAnswers } from '../../src/session/pauseAnswers.js';
import type { Gdb } from '../../src/session/ports.js';
import type { ExtraScope } from '../../src/session/scopes.js';

/** The subjects that look at a stopped target, with nothing of the rest of a session behind them. */
export class Inspection {
  /** What the client was sent, by the event's name. */
  readonly events: { readonly event: string; readonly body: object | undefined }[] = [];
  readonly remembered: { readonly thread: number; readonly frames: readonly FrameSummary[] }[] = [];
  /** Where threads are known to stand. */
  readonly places = new Map<number, bigint>();
  isStopped = true;
  supportsInvalidated = true;
  supportsMemory = true;
  hasPython = true;
  columnsStartAt1 = true;
  /** Why no function may be called. */
  callRefusal: string | undefined;
  extraScopes: readonly ExtraScope[] = [];
  /** The convenience variable that holds what the last function returned. */
  returned: string | undefined;
  /** What the session does itself of the debug console's lines. */
  readonly intercepted = new Map<string, string>();
  readonly answers: PauseAnswers;
  readonly composition: Composition;

  constructor(gdb: Gdb) {
    this.answers = new PauseAnswers(gdb);
    this.answers.begin(1, false);
    this.composition = new Composition({
      gdb,
      answers: this.answers,
      client: {
        emit: (event: string, body?: object) => {
          this.events.push({ event, body });
        },
        post: (job: () => Promise<void> | void) => {
          void job();
        },
      },
      processId: () => undefined,
      placeAt: () => undefined,
      unwinding: { meet: () => Promise.resolve(false) },
      places: {
        rememberFrames: (thread, frames) => {
          this.remembered.push({ thread, frames });
        },
        pcOf: thread => this.places.get(thread) ?? (this.callRefusal === undefined ? undefined : 0n),
        othersRan: () => undefined,
      },
      calls: { run: (_isNamed, job) => job() },
      stoppedThread: () => undefined,
      whyNoCall: () => this.callRefusal,
      anyRegion: () => this.callRefusal !== undefined,
      extraScopes: () => Promise.resolve(this.extraScopes),
      returned: () => this.returned,
      hasPython: () => this.hasPython,
      isStopped: () => this.isStopped,
      type: () => false,
      markOf: () => undefined,
      intercept: line => Promise.resolve(this.intercepted.get(line)),
      supports: () => ({
        supportsInvalidatedEvent: this.supportsInvalidated,
        supportsMemoryEvent: this.supportsMemory,
        columnsStartAt1: this.columnsStartAt1,
      }),
    });
  }

  /** The target has gone on or has stopped. */
  pauseChanged(): void {
    this.answers.begin(1, false);
    this.composition.onPauseChanged();
  }

  /** Carries out a request of the client's. */
  async request<C extends CommandName>(command: C, args: Arguments<C>): Promise<NonNullable<Body<C>>> {
    const route = this.composition.routes[command];
    if (route === undefined) throw new Error(`No subject answers '${command}'`);
    const body = await route.run(args, { command, seq: 1, signal: new AbortController().signal });
    return body as NonNullable<Body<C>>;
  }
}
