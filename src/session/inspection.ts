import type { DebugProtocol as D } from '@vscode/debugprotocol';
import type { RouteTable } from '../dap/route.js';
import type { FrameContext } from '../mi/commands.js';
import type { Frame } from '../mi/frame.js';
import { Disassembly } from './disassembly.js';
import { Evaluate } from './evaluate.js';
import { CallGuard } from './evaluateGuard.js';
import { Memory } from './memory.js';
import type { PauseAnswers } from './pauseAnswers.js';
import type { Client, Gdb } from './ports.js';
import { Scopes, type ExtraScope } from './scopes.js';
import { Stack } from './stack.js';
import { Threads } from './threads.js';
import { Variables } from './variables.js';
import type { ExpressionPlace } from './variablesContainer.js';

/** What looking at a stopped program needs of the rest of the session. */
export interface InspectionPorts {
  readonly gdb: Gdb;
  /** gdb for what only looks. */
  readonly answers: PauseAnswers;
  readonly client: Client;
  /** The innermost frames of a thread, as the client has just been told them. */
  readonly remember: (thread: number, frames: readonly Frame[]) => void;
  /** Why the thread must not call a function of the program now; undefined where it may. */
  readonly mayCall: (thread: number) => string | undefined;
  readonly extraScopes: (thread: number, frameLevel: number) => Promise<readonly ExtraScope[]>;
  readonly isStopped: () => boolean;
  /** The adapter's own way of a console command that resumes the program; undefined where the line is gdb's to run. */
  readonly intercept: (line: string, thread: number | undefined) => Promise<string | undefined>;
  /** What the client has said in `initialize`. */
  readonly supports: () => Pick<D.InitializeRequestArguments, 'supportsInvalidatedEvent'>;
}

/** The subjects that look at a stopped program, wired to each other. */
export class Inspection {
  readonly routes: RouteTable;
  private readonly stack: Stack;
  private readonly variables: Variables;

  constructor(ports: InspectionPorts) {
    const { answers, gdb, client } = ports;
    const guard = new CallGuard({ gdb, mayCall: ports.mayCall });
    const stack = new Stack({ gdb: answers, remember: ports.remember });
    const variables = new Variables({ gdb, answers, client, guard, supports: ports.supports });
    const written = (): Promise<void> => variables.written();
    const scopes = new Scopes({
      frameOf: id => stack.frameOf(id),
      frameScope: (context, kind) => variables.frameScope(context, kind),
      registers: context => variables.registers(context),
      open: (container, thread) => variables.open(container, thread),
      extraScopes: ports.extraScopes,
    });
    const evaluate = new Evaluate({
      gdb,
      guard,
      frameOf: id => stack.frameOf(id),
      isStopped: ports.isStopped,
      containerPorts: thread => variables.containerPorts(thread),
      intercept: ports.intercept,
      refresh: () => variables.refresh(),
      written,
    });
    this.stack = stack;
    this.variables = variables;
    this.routes = {
      ...new Threads({ gdb: answers }).routes,
      ...stack.routes,
      ...variables.routes,
      ...scopes.routes,
      ...evaluate.routes,
      ...new Memory({ gdb, written }).routes,
      ...new Disassembly({ gdb }).routes,
    };
  }

  /** gdb's setting `print max-depth` has been set, by the user or for a value of ours. */
  depthChanged(depth: string): void {
    this.variables.depthChanged(depth);
  }

  /** The frame that a frame id of the client stands for. @throws RequestError `staleHandle` */
  frameOf(frameId: number): FrameContext {
    return this.stack.frameOf(frameId);
  }

  /** The expression of something that the client was shown. @throws RequestError `staleHandle` */
  placeOf(variablesReference: number, name: string): Promise<ExpressionPlace | undefined> {
    return this.variables.placeOf(variablesReference, name);
  }

  /** The target has gone on or has stopped: what the client was shown of the last stop is stale. */
  onPauseChanged(): void {
    this.stack.onPauseChanged();
    this.variables.onPauseChanged();
  }
}
