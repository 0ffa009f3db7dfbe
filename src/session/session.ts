import type { DapConnection } from '../dap/connection.js';
import type { RouteTable, SessionState } from '../dap/route.js';
import { markOf } from '../rseq/marks.js';
import { breakpointIds, BreakpointKinds } from './breakpointKinds.js';
import { Breakpoints } from './breakpoints.js';
import { Exceptions } from './exceptions.js';
import { capabilitiesOf } from './capabilities.js';
import { clientPort } from './clientPort.js';
import { UNCONFIGURED, type Configuration } from './config/configuration.js';
import { DataBreakpoints } from './dataBreakpoints.js';
import { Ending } from './ending.js';
import { Execution } from './execution.js';
import { consoleIntercept } from './consoleIntercept.js';
import { Control } from './control.js';
import type { GdbAhead } from './gdbAhead.js';
import { GdbEvents } from './gdbEvents.js';
import type { GdbLink } from './gdbLink.js';
import { HardwareInsertion } from './hardwareInsertion.js';
import { Inspection } from './inspection.js';
import { LibraryWatch } from './libraryWatch.js';
import { Lifecycle } from './lifecycle.js';
import { Logpoints } from './logpoints.js';
import { targetMap } from './memoryMap.js';
import { Modules } from './modules.js';
import { PauseAnswers } from './pauseAnswers.js';
import { AbortUnwinding } from './abortUnwinding.js';
import type { AllBreakpoints, Client, Tell } from './ports.js';
import { Progress } from './progress.js';
import { Restartable } from './restartable.js';
import { createLink } from './sessionLink.js';
import { SessionLog } from './sessionLog.js';
import { SystemEvents } from './systemEvents.js';
import { RunToCommit } from './runToCommit.js';
import { TargetProcess } from './target/targetProcess.js';

/** One debugging session with one client. */
export interface Session {
  readonly routes: RouteTable;
  state(): SessionState;
  /** Ends the program (or lets go of it) and gdb; settles when no process of ours is left. Never rejects. */
  end(): Promise<void>;
}

/**
 * Makes the subjects of a session and hands each what it needs of the others.
 *
 * @param ahead a gdb that has been started for it already
 */
export function createSession(connection: DapConnection, ahead?: GdbAhead): Session {
  return new Composition(connection, ahead);
}

class Composition implements Session {
  readonly routes: RouteTable;
  private settings: Pick<Configuration, 'rseq' | 'hardwareBreakpoints'> = UNCONFIGURED;
  private readonly client: Client;
  private readonly tell: Tell;
  private readonly log: SessionLog;
  private readonly progress: Progress;
  private readonly link: GdbLink;
  private readonly answers: PauseAnswers;
  private readonly modules: Modules;
  private readonly logpoints: Logpoints;
  private readonly breakpoints: Breakpoints;
  private readonly dataBreakpoints: DataBreakpoints;
  private readonly hardware: HardwareInsertion;
  private readonly nextBreakpointId = breakpointIds();
  private readonly exceptions: Exceptions;
  private readonly allBreakpoints: AllBreakpoints;
  private readonly libraries: LibraryWatch;
  private readonly unwinding: AbortUnwinding;
  private readonly restartable: Restartable;
  private readonly runToCommit: RunToCommit;
  private readonly execution: Execution;
  private readonly inspection: Inspection;
  private readonly control: Control;
  private readonly system: SystemEvents;
  private readonly lifecycle: Lifecycle;
  private readonly ending: Ending;
  private readonly process = new TargetProcess(() => this.lifecycle.target?.isLocal === true);
  private readonly events: GdbEvents;

  constructor(connection: DapConnection, ahead: GdbAhead | undefined) {
    this.client = clientPort(connection, () => this.process.localId);
    this.tell = (category, output) => {
      connection.emit('output', { category, output });
    };
    this.log = new SessionLog(connection, this.tell);
    this.progress = new Progress(this.client, () => this.lifecycle.client.supportsProgressReporting === true);
    this.link = createLink(connection, ahead, {
      tell: this.tell,
      events: () => this.events,
      busy: command => this.progress.start('gdb is busy', command),
      ended: why => {
        this.ending.gdbEnded(why);
      },
    });
    this.answers = new PauseAnswers(this.link);
    const map = targetMap(this.link, () => this.process.localId);
    this.modules = new Modules(this.link, this.tell, () => this.settings.rseq.stepping !== 'off', map);
    this.unwinding = new AbortUnwinding(this.link, this.modules, this.answers, this.tell);
    this.logpoints = new Logpoints(this.link, () => this.link.hasPython);
    this.libraries = new LibraryWatch(this.link);
    this.system = new SystemEvents({
      ...this.common,
      modules: this.modules,
      process: this.process,
      execution: () => this.execution,
      breakpoints: () => this.allBreakpoints,
      loaded: () => this.inspection.loaded,
      catchpoints: () => this.exceptions.catchpoints,
      lifecycle: () => this.lifecycle,
      watch: () => this.libraries.set('symbols', true),
      canStartDebugging: () => this.lifecycle.client.supportsStartDebuggingRequest === true,
      startDebugging: args => connection.sendRequest('startDebugging', args),
    });
    this.hardware = new HardwareInsertion(this.link, () =>
      this.process.localId === undefined ? undefined : this.link.path,
    );
    this.breakpoints = this.makeBreakpoints();
    this.dataBreakpoints = this.makeDataBreakpoints();
    this.restartable = new Restartable({
      ...this.common,
      answers: this.answers,
      index: this.modules.index,
      mayLearn: () => this.settings.rseq.stepping !== 'off' && this.execution.stopped?.reason !== 'end-stepping-range',
      armed: async descriptor => {
        const start = await this.modules.armed(descriptor, this.process.id !== undefined);
        if (this.process.id !== undefined) await this.dataBreakpoints.regionsChanged();
        return start;
      },
      isStopped: () => this.execution.stopped !== undefined,
      linesOf: range => this.modules.linesOf(range),
      runToCommit: (region, thread) => this.runToCommit.start(region, thread),
      log: () => this.settings.rseq.log,
    });
    this.runToCommit = new RunToCommit(this.link, () => this.execution, this.restartable);
    this.exceptions = this.makeExceptions();
    this.allBreakpoints = new BreakpointKinds([this.breakpoints, this.dataBreakpoints, this.exceptions]);
    this.execution = this.makeExecution();
    this.inspection = this.makeInspection();
    this.control = this.makeControl();
    const { client, tell, link, execution, process } = this;
    const shared = { client, tell, link, execution, process, breakpoints: this.allBreakpoints };
    this.lifecycle = new Lifecycle({
      ...shared,
      modules: this.modules,
      system: this.system,
      runInTerminal: args => connection.sendRequest('runInTerminal', args),
      terminated: () => {
        this.ending.terminated();
      },
      capabilities: () => capabilitiesOf(this.routes),
      configured: config => {
        this.settings = config;
        this.log.configure(config.logging);
        this.exceptions.configure(config.signals);
      },
    });
    this.ending = new Ending({ ...shared, lifecycle: this.lifecycle });
    this.events = new GdbEvents({
      ...this.common,
      log: connection.log,
      execution: this.execution,
      breakpoints: this.breakpoints,
      dataBreakpoints: this.dataBreakpoints,
      control: this.control,
      exceptions: this.exceptions,
      modules: this.modules,
      unwinding: this.unwinding,
      system: this.system,
      logpoints: this.logpoints,
      inspection: this.inspection,
      progress: this.progress,
      process: this.process,
      gdbPid: () => this.link.pid,
      followed: () => {
        this.lifecycle.tellProcess();
      },
    });
    this.routes = {
      ...this.lifecycle.routes,
      ...this.ending.routes,
      ...this.breakpoints.routes,
      ...this.dataBreakpoints.routes,
      ...this.control.routes,
      ...this.exceptions.routes,
      ...this.restartable.routes,
      ...this.inspection.routes,
      ...this.progress.routes,
    };
  }

  state(): SessionState {
    return this.lifecycle.state();
  }

  async end(): Promise<void> {
    await this.ending.end();
    await this.log.end();
  }

  private get common(): { gdb: GdbLink; client: Client; tell: Tell } {
    return { gdb: this.link, client: this.client, tell: this.tell };
  }

  private makeBreakpoints(): Breakpoints {
    return new Breakpoints({
      ...this.common,
      hardware: this.hardware,
      prefersHardware: () => this.settings.hardwareBreakpoints.require,
      nextId: this.nextBreakpointId,
      logpoints: this.logpoints,
      modules: this.modules,
      keeps: () => this.settings.rseq.breakpointsInside === 'keep',
      whileStopped: job => this.execution.silent.whileStopped(job),
      loaded: () => this.process.id !== undefined,
      pendingChanged: any => this.libraries.set('breakpoints', any || this.lifecycle.target?.isLocal === false),
    });
  }

  private makeDataBreakpoints(): DataBreakpoints {
    return new DataBreakpoints({
      ...this.common,
      hardware: this.hardware,
      nextId: this.nextBreakpointId,
      whileStopped: job => this.execution.silent.whileStopped(job),
      loaded: () => this.process.id !== undefined,
      anyRegion: () => !this.modules.index.isEmpty,
    });
  }

  private makeControl(): Control {
    const { execution, inspection, modules } = this;
    return new Control({
      ...this.common,
      execution,
      regionAt: address => modules.regionNameAt(address),
      anyRegion: () => !modules.index.isEmpty,
      loaded: () => this.process.id !== undefined,
      placeOf: (reference, name) => inspection.placeOf(reference, name),
      frameOf: id => inspection.frameOf(id),
    });
  }

  private makeExceptions(): Exceptions {
    return new Exceptions({
      gdb: this.link,
      client: this.client,
      index: this.modules.index,
      ready: () => this.link.isUp,
      processId: () => this.process.id,
      isRunning: () => this.execution.running,
      isAware: () => this.settings.rseq.stepping !== 'off',
      nextId: this.nextBreakpointId,
      regions: this.restartable,
      unwinding: this.unwinding,
      watchLibraries: on => this.libraries.set('exceptions', on),
    });
  }

  private makeExecution(): Execution {
    return new Execution({
      ...this.common,
      gdb: this.system.forks.gdb,
      answers: this.answers,
      processId: () => this.process.localId,
      deadlySignal: () => this.process.deadlySignal,
      gdbPid: () => this.link.pid,
      isRemote: () => this.process.id !== undefined && this.process.localId === undefined,
      regionsNear: addresses => this.modules.index.near(addresses),
      isInsideRegion: address => this.modules.index.inside(address)?.position === 'armed',
      regionAround: address => this.modules.index.inside(address)?.region,
      regionById: id => this.modules.index.byId(id),
      noRegions: () => this.modules.index.isEmpty,
      breakpointsHit: stop => [...this.breakpoints.hitBy(stop), ...this.dataBreakpoints.hitBy(stop)],
      stopDetails: stop => ({
        ...this.breakpoints.reported(stop),
        ...this.dataBreakpoints.reported(stop),
        ...this.control.reported(stop),
        ...this.exceptions.report(stop),
      }),
      isSilent: async stop => (await this.breakpoints.isSilent(stop)) || (await this.dataBreakpoints.isSilent(stop)),
      isEntry: stop => this.lifecycle.isEntry(stop.breakpointNumber),
      isSystemEvent: (stop, isUntold) => this.system.take(stop, isUntold),
      mayInterrupt: () => this.system.forks.mayStop,
      abortAt: stop => this.exceptions.abortAt(stop, this.breakpoints.hitBy(stop).length > 0),
      examine: stop => this.exceptions.examine(stop),
      showsFirstAttempt: () => this.settings.rseq.stepping === 'firstIteration',
      passBegins: () => this.dataBreakpoints.passBegins(),
      changedInPass: () => this.dataBreakpoints.changedInPass(),
      passed: (passed, isFree) => {
        this.restartable.passed(passed, isFree);
      },
      exited: code => this.ending.exited(code),
      pauseChanged: () => {
        this.onPauseChanged();
      },
    });
  }

  private makeInspection(): Inspection {
    const { execution } = this;
    return new Inspection({
      gdb: this.link,
      answers: this.answers,
      client: this.client,
      processId: () => this.process.localId,
      placeAt: address => this.restartable.placeAt(address),
      unwinding: this.unwinding,
      places: execution,
      calls: execution.calls,
      whyNoCall: pc => this.restartable.whyNoCall(pc),
      anyRegion: () => !this.modules.index.isEmpty,
      extraScopes: async (thread, level) => {
        const pc = level === 0 ? execution.pcOf(thread) : undefined;
        return pc === undefined ? [] : this.restartable.scopes(thread, pc);
      },
      stoppedThread: () => execution.stopped?.threadId,
      returned: (thread, level) => {
        const stop = execution.stopped;
        return stop?.threadId === thread && level === 0 ? stop.returned?.variable : undefined;
      },
      hasPython: () => this.link.hasPython,
      isStopped: () => execution.stopped !== undefined,
      intercept: consoleIntercept(this.link, execution, () => !this.modules.index.isEmpty),
      markOf: (start, end) => markOf(this.modules.index, start, end),
      type: line => this.lifecycle.state() === 'running' && this.link.write(`${line}\n`),
      supports: () => this.lifecycle.client,
    });
  }

  private onPauseChanged(): void {
    const { stopped } = this.execution;
    this.inspection.onPauseChanged();
    this.control.onPauseChanged();
    if (stopped === undefined) {
      this.breakpoints.onResumed();
      this.exceptions.onResumed();
      this.answers.end();
    } else {
      // Pretty printers may call functions of the program, which the thread must not do inside a region.
      const pc = stopped.frame?.address;
      this.answers.begin(stopped.threadId, pc !== undefined && this.restartable.whyNoCall(pc) === undefined);
      if (this.runToCommit.isRunning) this.client.post(() => this.runToCommit.stopped(stopped));
    }
  }
}
