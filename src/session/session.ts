import type { DebugProtocol as D } from '@vscode/debugprotocol';
import { optionalString, requireNumber } from '../dap/arguments.js';
import type { DapConnection } from '../dap/connection.js';
import type { RouteTable, SessionState } from '../dap/route.js';
import type { Breakpoint } from '../mi/breakpoint.js';
import { gdbSet } from '../mi/commands.js';
import { breakDelete } from '../mi/commandsBreakpoints.js';
import type { MiEvent } from '../mi/events.js';
import type { StepRequest } from '../stepping/types.js';
import { Announcements } from './announcements.js';
import { Breakpoints } from './breakpoints.js';
import { Execution } from './execution.js';
import { whyRefused } from './consoleBreakpoints.js';
import { takeResuming } from './consoleRoad.js';
import { GdbLink } from './gdbLink.js';
import { Inspection } from './inspection.js';
import type { RseqOptions } from './launchConfig.js';
import { Lifecycle } from './lifecycle.js';
import { Logpoints } from './logpoints.js';
import { Modules } from './modules.js';
import type { Client, Tell } from './ports.js';
import { summarize } from './position.js';
import { Restartable } from './restartable.js';

/** One debugging session with one client. */
export interface Session {
  readonly routes: RouteTable;
  state(): SessionState;
  /** Ends the program (or lets go of it) and gdb; settles when no process of ours is left. Never rejects. */
  end(): Promise<void>;
}

/** What the adapter can do: each has its route, see the composition below. */
const CAPABILITIES: D.Capabilities = {
  supportsCancelRequest: true,
  supportsConfigurationDoneRequest: true,
  supportsConditionalBreakpoints: true,
  supportsHitConditionalBreakpoints: true,
  supportsLogPoints: true,
  supportsFunctionBreakpoints: true,
  supportsInstructionBreakpoints: true,
  supportsSteppingGranularity: true,
  supportsDelayedStackTraceLoading: true,
  supportsTerminateRequest: true,
  supportTerminateDebuggee: true,
  supportsSetVariable: true,
  supportsSetExpression: true,
  supportsEvaluateForHovers: true,
  supportsValueFormattingOptions: true,
  supportsReadMemoryRequest: true,
  supportsWriteMemoryRequest: true,
  supportsDisassembleRequest: true,
  supportsClipboardContext: true,
};

/** Makes the subjects of a session and hands each what it needs of the others. */
export function createSession(connection: DapConnection): Session {
  return new Composition(connection);
}

class Composition implements Session {
  readonly routes: RouteTable;
  private rseq: RseqOptions = { stepping: 'through', breakpointsInside: 'move', log: false };
  private readonly client: Client;
  private readonly tell: Tell;
  private readonly link: GdbLink;
  private readonly modules: Modules;
  private readonly logpoints: Logpoints;
  private readonly announcements = new Announcements();
  private readonly breakpoints: Breakpoints;
  private readonly restartable: Restartable;
  private readonly execution: Execution;
  private readonly inspection: Inspection;
  private readonly lifecycle: Lifecycle;

  constructor(private readonly connection: DapConnection) {
    this.client = {
      emit: (event, ...body) => {
        connection.emit(event, ...body);
      },
      post: job => {
        connection.queue.post(job);
      },
    };
    this.tell = (category, output) => {
      connection.emit('output', { category, output });
    };
    this.link = this.makeLink();
    this.modules = new Modules(this.link, this.tell, () => this.rseq.stepping !== 'off');
    this.logpoints = new Logpoints(this.link, () => this.link.hasPython);
    this.breakpoints = this.makeBreakpoints();
    this.restartable = new Restartable({
      gdb: this.link,
      client: this.client,
      tell: this.tell,
      index: this.modules.index,
      mayLearn: () => this.rseq.stepping !== 'off' && this.execution.stopped?.reason !== 'end-stepping-range',
      armed: async descriptor => {
        const pid = this.lifecycle.processId;
        if (pid !== undefined) await this.modules.armed(descriptor, pid);
      },
      log: () => this.rseq.log,
    });
    this.execution = this.makeExecution();
    this.inspection = this.makeInspection();
    this.lifecycle = new Lifecycle({
      link: this.link,
      client: this.client,
      tell: this.tell,
      execution: this.execution,
      breakpoints: this.breakpoints,
      modules: this.modules,
      capabilities: CAPABILITIES,
      configured: config => {
        this.rseq = config.rseq;
      },
    });
    this.routes = {
      ...this.lifecycle.routes,
      ...this.breakpoints.routes,
      ...this.restartable.routes,
      ...this.inspection.routes,
      ...this.steppingRoutes(),
    };
  }

  state(): SessionState {
    return this.lifecycle.state();
  }

  end(): Promise<void> {
    return this.lifecycle.end();
  }

  private makeLink(): GdbLink {
    const { log } = this.connection;
    const listener = {
      event: (event: MiEvent) => {
        this.onEvent(event);
      },
      text: (kind: 'console' | 'log', text: string, collected: boolean) => {
        this.onText(kind, text, collected);
      },
      warning: (text: string) => {
        this.tell('important', `${text}\n`);
      },
      ended: (why: string) => {
        this.lifecycle.gdbEnded(why);
      },
      output: (stream: 'stdout' | 'stderr', text: string) => {
        this.tell(stream, text);
        this.followClient();
      },
    };
    return new GdbLink(listener, (direction, line) => {
      if (log.wants('trace')) log.trace(`${direction === 'toGdb' ? 'gdb <-' : 'gdb ->'} ${line}`);
    });
  }

  private makeBreakpoints(): Breakpoints {
    return new Breakpoints({
      gdb: this.link,
      client: this.client,
      logpoints: this.logpoints,
      regionAround: address => this.modules.index.inside(address)?.region,
      keeps: () => this.rseq.breakpointsInside === 'keep',
      sourceOf: address => this.modules.sourceOf(address),
      loaded: () => this.lifecycle.processId !== undefined,
      pendingChanged: async any => {
        await this.link.send(gdbSet('stop-on-solib-events', any ? 1 : 0));
      },
    });
  }

  private makeExecution(): Execution {
    return new Execution({
      gdb: this.link,
      client: this.client,
      tell: this.tell,
      processId: () => this.lifecycle.processId,
      regionsNear: addresses => this.modules.index.near(addresses),
      isInsideRegion: address => this.modules.index.inside(address)?.position === 'armed',
      noRegions: () => this.modules.index.isEmpty,
      breakpointsHit: stop => this.breakpoints.hitBy(stop),
      isSilent: stop => this.breakpoints.isSilent(stop),
      isEntry: stop => this.lifecycle.isEntry(stop.breakpointNumber),
      librariesChanged: () => this.breakpoints.settleAll(),
      passed: (passed, thread, isFree) => {
        this.restartable.passed(passed, thread, isFree);
      },
      exited: code => this.lifecycle.exited(code),
      pauseChanged: () => {
        this.onPauseChanged();
      },
    });
  }

  private makeInspection(): Inspection {
    const { execution } = this;
    return new Inspection({
      gdb: this.link,
      client: this.client,
      remember: (thread, frames) => {
        execution.rememberFrames(thread, frames.map(summarize));
      },
      mayCall: thread => {
        const pc = execution.pcOf(thread);
        return pc === undefined ? undefined : this.restartable.whyNoCall(pc);
      },
      extraScopes: async (thread, level) => {
        const pc = level === 0 ? execution.pcOf(thread) : undefined;
        return pc === undefined ? [] : this.restartable.scopes(thread, pc);
      },
      isStopped: () => execution.stopped !== undefined,
      intercept: (line, thread) =>
        takeResuming(line, thread, {
          anyRegion: () => !this.modules.index.isEmpty,
          step: request => execution.step(request),
          continue: () => execution.continue(),
        }),
      supports: () => this.lifecycle.client,
    });
  }

  private steppingRoutes(): RouteTable {
    const step = async (kind: StepRequest['kind'], args: D.NextArguments): Promise<void> => {
      const granularity = optionalString(args, 'granularity') === 'instruction' ? 'instruction' : 'line';
      await this.execution.step({ thread: requireNumber(args, 'threadId'), kind, granularity });
    };
    return {
      continue: {
        when: 'stopped',
        run: async () => {
          await this.execution.continue();
          return { allThreadsContinued: true };
        },
      },
      next: { when: 'stopped', run: args => step('next', args) },
      stepIn: { when: 'stopped', run: args => step('stepIn', args) },
      stepOut: { when: 'stopped', run: args => step('stepOut', args) },
      pause: {
        when: 'launched',
        overtakes: true,
        run: () => {
          this.execution.requestPause();
        },
      },
    };
  }

  private onEvent(event: MiEvent): void {
    switch (event.kind) {
      case 'running':
        this.execution.onRunning();
        return;
      case 'stopped':
        this.execution.onStopped(event);
        return;
      case 'threadCreated':
        this.client.emit('thread', { reason: 'started', threadId: event.threadId });
        return;
      case 'threadExited':
        this.client.emit('thread', { reason: 'exited', threadId: event.threadId });
        return;
      case 'groupStarted':
        this.lifecycle.processStarted(event.pid);
        return;
      case 'libraryLoaded':
        this.client.post(async () => {
          const pid = this.lifecycle.processId;
          if (pid !== undefined) await this.modules.libraryLoaded(event.library, pid);
        });
        return;
      case 'libraryUnloaded':
        this.modules.libraryUnloaded(event.library);
        return;
      case 'breakpointCreated':
        this.refuseHarmful(event.breakpoint);
        return;
      case 'breakpointModified':
        if (!this.breakpoints.onModified(event.breakpoint)) this.refuseHarmful(event.breakpoint);
        return;
      case 'breakpointDeleted':
        this.execution.breakpointDeleted(event.number);
        this.breakpoints.onDeleted(event.number);
        return;
      case 'parameterChanged':
        if (event.name === 'scheduler-locking') this.execution.schedulerLockingChanged(event.value);
        return;
      case 'threadSelected':
      case 'groupExited':
      case 'memoryChanged':
        return;
      case 'unknown':
        this.connection.log.debug(`gdb told something unknown: ${event.record.asyncClass}`);
    }
  }

  /** A breakpoint of the debug console's. */
  private refuseHarmful(breakpoint: Breakpoint): void {
    if (this.modules.index.isEmpty) return;
    const why = whyRefused(breakpoint, address => this.modules.index.inside(address) !== undefined);
    if (why === undefined) return;
    this.client.post(async () => {
      await this.link.send(breakDelete([breakpoint.number]));
      this.tell('important', `${why}\n`);
    });
  }

  private onText(kind: 'console' | 'log', text: string, collected: boolean): void {
    if (kind === 'log' && /^(Cannot|Could not) insert/.test(text)) this.execution.onInsertionFailure(text.trim());
    const { rest, messages } = kind === 'console' ? this.logpoints.split(text) : { rest: text, messages: [] };
    for (const message of messages) this.tell('console', message);
    const news = collected ? '' : this.announcements.strip(rest);
    if (news !== '') this.tell('console', news);
  }

  private onPauseChanged(): void {
    if (this.execution.stopped === undefined) this.breakpoints.onResumed();
    this.inspection.onPauseChanged();
  }

  /** A client that reads slowly must not make us hoard what the program prints. */
  private followClient(): void {
    if (!this.connection.needsDrain) return;
    this.link.holdOutput(true);
    this.connection.onDrain(() => {
      this.link.holdOutput(false);
    });
  }
}
