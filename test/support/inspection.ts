import type { Arguments, Body, CommandName } from '../../src/dap/protocol.js';
import type { Frame } from '../../src/mi/frame.js';
import { Disassembly } from '../../src/session/disassembly.js';
import { Evaluate } from '../../src/session/evaluate.js';
import { CallGuard } from '../../src/session/evaluateGuard.js';
import { Memory } from '../../src/session/memory.js';
import { PauseAnswers } from '../../src/session/pauseAnswers.js';
import type { Gdb } from '../../src/session/ports.js';
import { Scopes, type ExtraScope } from '../../src/session/scopes.js';
import { Stack } from '../../src/session/stack.js';
import { Threads } from '../../src/session/threads.js';
import { Variables } from '../../src/session/variables.js';

/** The subjects that look at a stopped target, wired to each other and to nothing else of a session. */
export class Inspection {
  /** What the client was sent, by the event's name. */
  readonly events: { readonly event: string; readonly body: object | undefined }[] = [];
  readonly remembered: { readonly thread: number; readonly frames: readonly Frame[] }[] = [];
  isStopped = true;
  supportsInvalidated = true;
  /** Why no function may be called. */
  callRefusal: string | undefined;
  extraScopes: readonly ExtraScope[] = [];
  /** What the session does itself of the debug console's lines. */
  readonly intercepted = new Map<string, string>();

  readonly answers: PauseAnswers;
  readonly threads: Threads;
  readonly stack: Stack;
  readonly variables: Variables;
  readonly scopes: Scopes;
  readonly evaluate: Evaluate;
  readonly memory: Memory;
  readonly disassembly: Disassembly;

  constructor(gdb: Gdb) {
    const client = {
      emit: (event: string, body?: object) => {
        this.events.push({ event, body });
      },
      post: (job: () => Promise<void> | void) => {
        void job();
      },
    };
    const answers = new PauseAnswers(gdb);
    this.answers = answers;
    answers.begin(1, false);
    const guard = new CallGuard({ gdb, mayCall: () => this.callRefusal });
    this.threads = new Threads({ gdb: answers });
    this.stack = new Stack({
      gdb: answers,
      remember: (thread, frames) => {
        this.remembered.push({ thread, frames });
      },
    });
    this.variables = new Variables({
      gdb,
      answers,
      client,
      guard,
      supports: () => ({ supportsInvalidatedEvent: this.supportsInvalidated }),
    });
    const frameOf = this.stack.frameOf.bind(this.stack);
    this.scopes = new Scopes({
      frameOf,
      frameScope: this.variables.frameScope.bind(this.variables),
      registers: this.variables.registers.bind(this.variables),
      open: this.variables.open.bind(this.variables),
      extraScopes: () => Promise.resolve(this.extraScopes),
    });
    this.evaluate = new Evaluate({
      gdb,
      guard,
      frameOf,
      isStopped: () => this.isStopped,
      containerPorts: this.variables.containerPorts.bind(this.variables),
      intercept: line => Promise.resolve(this.intercepted.get(line)),
      refresh: () => this.variables.refresh(),
      written: () => this.variables.written(),
    });
    this.memory = new Memory({ gdb, written: () => this.variables.written() });
    this.disassembly = new Disassembly({ gdb });
  }

  /** The target has gone on or has stopped. */
  pauseChanged(): void {
    this.answers.begin(1, false);
    this.stack.onPauseChanged();
    this.variables.onPauseChanged();
  }

  /** Carries out a request of the client's. */
  async request<C extends CommandName>(command: C, args: Arguments<C>): Promise<NonNullable<Body<C>>> {
    const topics = [
      this.threads,
      this.stack,
      this.variables,
      this.scopes,
      this.evaluate,
      this.memory,
      this.disassembly,
    ];
    const route = topics.map(topic => topic.routes[command]).find(found => found !== undefined);
    if (route === undefined) throw new Error(`No subject answers '${command}'`);
    const body = await route.run(args, { command, seq: 1, signal: new AbortController().signal });
    return body as NonNullable<Body<C>>;
  }
}
