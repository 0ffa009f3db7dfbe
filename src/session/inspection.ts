import type { AbortUnwinding } from './abortUnwinding.js';
import type { DebugProtocol as D } from '@vscode/debugprotocol';
import type { RouteTable } from '../dap/route.js';
import type { FrameContext } from '../mi/commands.js';
import type { Address } from '../util/address.js';
import { Changes } from './changes.js';
import { Completions } from './completions.js';
import { Disassembly } from './disassembly.js';
import { Evaluate } from './evaluate.js';
import { CallGuard, mayCall } from './evaluateGuard.js';
import type { FunctionCalls } from './functionCalls.js';
import { Locations } from './locations.js';
import { LoadedModules } from './loadedModules.js';
import { Memory } from './memory.js';
import { targetMap } from './memoryMap.js';
import type { Places } from './pause.js';
import type { PauseAnswers } from './pauseAnswers.js';
import type { Client, Gdb } from './ports.js';
import { summarize } from './position.js';
import { Scopes, type ExtraScope } from './scopes.js';
import { Sources } from './sources.js';
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
  /** The target's process where it is one of this machine's. */
  readonly processId: () => number | undefined;
  readonly places: Places;
  /** What stands at an address that no symbol names. */
  readonly placeAt: (address: Address) => string | undefined;
  readonly unwinding: Pick<AbortUnwinding, 'meet'>;
  /** Why a thread that stands at `pc` must not call a function of the program; undefined where it may. */
  readonly whyNoCall: (pc: Address) => string | undefined;
  readonly anyRegion: () => boolean;
  readonly calls: Pick<FunctionCalls, 'run'>;
  readonly extraScopes: (thread: number, frameLevel: number) => Promise<readonly ExtraScope[]>;
  /** The thread that has stopped. */
  readonly stoppedThread: () => number | undefined;
  /** gdb's convenience variable that holds what a function has returned to a frame at this stop. */
  readonly returned: (thread: number, frameLevel: number) => string | undefined;
  readonly hasPython: () => boolean;
  readonly isStopped: () => boolean;
  /** The adapter's own way of a console command that resumes the program; undefined where the line is gdb's to run. */
  readonly intercept: (line: string, thread: number | undefined) => Promise<string | undefined>;
  /** Types a line into the running program's terminal; false where it does not run, or has no terminal of ours. */
  readonly type: (line: string) => boolean;
  /** What an instruction is to a restartable sequence, in words for a reader of assembly. */
  readonly markOf: (start: Address, end: Address) => string | undefined;
  /** What the client has said in `initialize`. */
  readonly supports: () => Pick<
    D.InitializeRequestArguments,
    'supportsInvalidatedEvent' | 'supportsMemoryEvent' | 'columnsStartAt1'
  >;
}

/** The subjects that look at a stopped program, wired to each other. */
export class Inspection {
  readonly routes: RouteTable;
  readonly loaded: LoadedModules;
  readonly threads: Threads;
  private readonly isStopped: () => boolean;
  private readonly changes: Changes;
  private readonly locations: Locations;
  private readonly memory: Memory;
  private readonly stack: Stack;
  readonly sources: Sources;
  private readonly variables: Variables;

  constructor(ports: InspectionPorts) {
    const { answers, gdb, client } = ports;
    const guard = new CallGuard({
      gdb,
      mayCall: caller => mayCall(caller, ports),
      calling: (caller, isNamed, job) =>
        ports.calls.run(isNamed, job).finally(() => {
          ports.places.othersRan(caller === 'several' ? undefined : caller);
        }),
    });
    const loaded = new LoadedModules({
      gdb,
      client,
      map: targetMap(gdb, ports.processId),
      isStopped: ports.isStopped,
    });
    const threads = new Threads({ gdb, answers, processId: ports.processId });
    const disassembly = new Disassembly({ gdb, markOf: ports.markOf });
    const sources = new Sources({
      gdb,
      client,
      listing: (address, before, behind) => disassembly.listing(address, before, behind),
    });
    const stack = new Stack({
      gdb: answers,
      remember: (thread, frames) => {
        ports.places.rememberFrames(thread, frames.map(summarize));
      },
      placeAt: ports.placeAt,
      unwind: (thread, address) => ports.unwinding.meet(thread, address),
      moduleAt: address => loaded.idAt(address),
      assemblyAt: (address, name) => sources.assemblyAt(address, name),
    });
    const locations = new Locations({ gdb, hasPython: ports.hasPython });
    const variables: Variables = new Variables({
      gdb,
      answers,
      guard,
      locations,
      written: thread => changes.afterCommand(thread, true),
    });
    const changes: Changes = new Changes({
      client,
      supports: ports.supports,
      refresh: () => variables.refresh(),
      gdb,
      stoppedThread: ports.stoppedThread,
      places: ports.places,
    });
    const frameOf = (id: number): FrameContext => stack.frameOf(id);
    const scopes = new Scopes({
      frameOf,
      frameScope: (context, kind) => variables.frameScope(context, kind),
      registers: context => variables.registers(context),
      globals: context => (ports.hasPython() ? variables.globals(context) : undefined),
      returned: context => {
        const variable = ports.returned(context.thread, context.frame ?? 0);
        return variable === undefined ? undefined : variables.held(variable, 'returned', context);
      },
      open: (container, thread) => variables.open(container, thread),
      extraScopes: ports.extraScopes,
    });
    const evaluate = new Evaluate({
      gdb,
      guard,
      frameOf,
      isStopped: ports.isStopped,
      containerPorts: thread => variables.containerPorts(thread),
      intercept: ports.intercept,
      type: ports.type,
      refresh: () => variables.refresh(),
      afterCommand: (thread, mayWrite) => {
        threads.changed();
        return changes.afterCommand(thread, mayWrite);
      },
    });
    const completions = new Completions({
      gdb,
      frameOf,
      isStopped: ports.isStopped,
      columnsStartAt1: () => ports.supports().columnsStartAt1 !== false,
    });
    const memory = new Memory({ gdb, client, supports: ports.supports, written: () => changes.written() });
    this.isStopped = ports.isStopped;
    this.changes = changes;
    this.memory = memory;
    this.locations = locations;
    this.loaded = loaded;
    this.threads = threads;
    this.stack = stack;
    this.sources = sources;
    this.variables = variables;
    this.routes = {
      ...threads.routes,
      ...stack.routes,
      ...variables.routes,
      ...scopes.routes,
      ...evaluate.routes,
      ...completions.routes,
      ...locations.routes,
      ...memory.routes,
      ...disassembly.routes,
      ...sources.routes,
      ...loaded.routes,
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
    this.loaded.onPauseChanged();
    this.stack.onPauseChanged();
    this.variables.onPauseChanged();
    this.locations.onPauseChanged();
  }

  /** What a client may show for code without a source file, and the line in it. */
  assemblyAt(address: Address, name: string): { readonly source: D.Source; readonly line: number } {
    return this.sources.assemblyAt(address, name);
  }

  /** gdb has told that memory was written by the user, in whatever way. */
  memoryChanged(address: Address, length: number): void {
    if (!this.isStopped()) return;
    this.changes.memoryWritten();
    this.memory.changed(address, length);
  }
}
