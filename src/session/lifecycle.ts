import { dirname, resolve } from 'node:path';
import { readlink } from 'node:fs/promises';
import type { DebugProtocol as D } from '@vscode/debugprotocol';
import { optionalBoolean } from '../dap/arguments.js';
import type { RouteTable, SessionState } from '../dap/route.js';
import {
  console as consoleCommand,
  enablePrettyPrinting,
  gdbShow,
  userCommand,
  type MiCommand,
} from '../mi/commands.js';
import { breakInsert } from '../mi/commandsBreakpoints.js';
import {
  environmentCd,
  fileExecAndSymbols,
  setEnvironment,
  targetAttach,
  unsetEnvironment,
} from '../mi/commandsTarget.js';
import { execContinue } from '../mi/commandsExecution.js';
import { textAt, tupleAt } from '../mi/fields.js';
import { messageOf, RequestError } from '../util/errors.js';
import type { Execution } from './execution.js';
import type { GdbLink } from './gdbLink.js';
import { Interrupter } from './interrupter.js';
import type { Request } from './config/attribute.js';
import { parseConfiguration, type Beginning, type Configuration } from './config/configuration.js';
import type { Modules } from './modules.js';
import { attachAdvice, checkProcess, kill, within } from './targetProcess.js';
import { rescue } from './orphanedCode.js';
import type { AllBreakpoints, Client, Tell } from './ports.js';

/** How long a program may take to end by itself when it is asked to, in milliseconds. */
const TERMINATION_MS = 1000;

/** What the life of a session touches: nearly everything; the composition root hands it over. */
export interface LifecyclePorts {
  readonly link: GdbLink;
  readonly client: Client;
  readonly tell: Tell;
  readonly execution: Execution;
  readonly breakpoints: AllBreakpoints;
  readonly modules: Modules;
  readonly capabilities: () => D.Capabilities;
  /** The configuration is known: before gdb is started. */
  configured(config: Configuration): void;
}

/** From `initialize` to the end: starts gdb and the program, lets go of them, and leaves nothing behind. */
export class Lifecycle {
  private initialized = false;
  /** What the client said of itself in `initialize`. */
  client: Partial<D.InitializeRequestArguments> = {};
  private config: Configuration | undefined;
  private pid: number | undefined;
  private hasExited = false;
  private terminatedSent = false;
  private exitListeners: (() => void)[] = [];
  /** What is done for a process whose gdb was killed. */
  private rescue: Promise<void> | undefined;
  /** gdb's number of the breakpoint that `stopOnEntry` asked for. */
  private entryBreakpoint: string | undefined;

  constructor(private readonly ports: LifecyclePorts) {}

  readonly routes: RouteTable = {
    initialize: {
      when: 'any',
      run: args => {
        this.initialized = true;
        this.client = args;
        return this.ports.capabilities();
      },
    },
    launch: { when: 'initialized', run: args => this.begin('launch', args) },
    attach: { when: 'initialized', run: args => this.begin('attach', args) },
    configurationDone: { when: 'initialized', run: () => this.run() },
    terminate: { when: 'any', overtakes: true, run: () => this.terminate() },
    disconnect: {
      when: 'any',
      overtakes: true,
      run: args => this.disconnect(optionalBoolean(args, 'terminateDebuggee')),
    },
  };

  /** The debuggee's process; undefined before it exists and after it has ended. */
  get processId(): number | undefined {
    return this.hasExited ? undefined : this.pid;
  }

  /** Whether a stop is the one that `stopOnEntry` asked for. */
  isEntry(breakpointNumber: string | undefined): boolean {
    return breakpointNumber !== undefined && breakpointNumber === this.entryBreakpoint;
  }

  state(): SessionState {
    if (!this.initialized) return 'created';
    if (this.hasExited || this.ports.execution.hasEnded) return 'ended';
    if (this.pid === undefined) return 'initialized';
    return this.ports.execution.stopped === undefined ? 'running' : 'stopped';
  }

  /** gdb has started or attached to a process. */
  processStarted(pid: number): void {
    if (this.pid === undefined || this.hasExited) this.pid = pid;
  }

  /** The program has ended by itself or by us: its output first, then its end. */
  async exited(exitCode: number): Promise<void> {
    this.hasExited = true;
    await this.ports.link.drainTerminal();
    this.ports.client.emit('exited', { exitCode });
    this.sendTerminated();
    for (const listener of this.exitListeners.splice(0)) listener();
  }

  /** gdb has ended; unless that was asked for, the session ends with it. */
  gdbEnded(why: string): void {
    const orphan = this.attachedTo;
    this.ports.execution.end();
    this.hasExited = true;
    for (const listener of this.exitListeners.splice(0)) listener();
    if (orphan !== undefined) this.rescue = rescue(orphan, this.ports.tell);
    if (this.terminatedSent) return;
    const left = orphan === undefined ? 'the program has ended with it' : 'the program goes on without it';
    this.ports.tell('important', `${why} The session is over; ${left}.\n`);
    this.sendTerminated();
  }

  /** Lets go of everything. Never rejects. */
  async end(): Promise<void> {
    this.terminatedSent = true;
    await this.endGdb();
  }

  /** Ends gdb; what it was attached to lives on unharmed. */
  private async endGdb(): Promise<void> {
    const orphan = this.attachedTo;
    const forced = await this.ports.link.end();
    if (forced && orphan !== undefined) this.rescue ??= rescue(orphan, this.ports.tell);
    await this.rescue;
  }

  /** The process that outlives gdb. */
  private get attachedTo(): number | undefined {
    return this.config?.request === 'attach' ? this.processId : undefined;
  }

  private async begin(request: Request, args: object): Promise<void> {
    this.refuseSecond();
    const config = parseConfiguration(request, args as Readonly<Record<string, unknown>>, text => {
      this.ports.tell('console', `${text}\n`);
    });
    this.ports.configured(config);
    const { beginning } = config;
    switch (beginning.kind) {
      case 'launch':
        await this.launch(config, resolve(beginning.program));
        break;
      case 'attach':
        await this.attach(config, beginning);
    }
    this.ports.client.emit('initialized');
  }

  private async launch(config: Configuration, program: string): Promise<void> {
    await this.ports.modules.readMain(program);
    await this.startGdb(config, async () => {
      const { link } = this.ports;
      await this.sendAll([
        fileExecAndSymbols(program),
        environmentCd(config.cwd ?? dirname(program)),
        ...link.restoreEnvironment,
        ...Object.entries(config.env).map(([name, value]) =>
          value === null ? unsetEnvironment(name) : setEnvironment(name, value),
        ),
      ]);
      await link.useTerminal(config.args);
    });
  }

  private async attach(config: Configuration, beginning: Beginning & { kind: 'attach' }): Promise<void> {
    const { processId } = beginning;
    checkProcess(processId);
    const program = beginning.program ?? (await readlink(`/proc/${processId}/exe`).catch(() => undefined));
    if (program !== undefined) await this.ports.modules.readMain(resolve(program));
    await this.startGdb(config, async () => {
      if (program !== undefined) await this.sendAll([fileExecAndSymbols(resolve(program))]);
      try {
        await this.ports.execution.runToStop(() => this.ports.link.send(targetAttach(processId)));
      } catch (error) {
        throw new RequestError('user', 'cannotAttach', attachAdvice(processId, messageOf(error)), { cause: error });
      }
      this.pid = processId;
    });
    await this.ports.modules.relocate(processId);
  }

  /** Starts gdb and makes it ready; where that fails, nothing is left running. */
  private async startGdb(config: Configuration, prepare: () => Promise<void>): Promise<void> {
    const { link, modules } = this.ports;
    try {
      await link.start(config);
      await this.sendAll([Interrupter.setup, enablePrettyPrinting()]);
      await prepare();
      for (const { text, ignoreFailures } of config.setupCommands) await this.setUp(text, ignoreFailures);
      await link.assertSettings();
      const { results } = await link.send(gdbShow('scheduler-locking'));
      this.ports.execution.schedulerLockingChanged(textAt(results, 'value') ?? 'replay');
      await modules.buildMain();
      this.config = config;
    } catch (error) {
      await link.end();
      throw error;
    }
  }

  private async setUp(text: string, ignoreFailures: boolean): Promise<void> {
    try {
      await this.ports.link.send(userCommand(text));
    } catch (error) {
      if (ignoreFailures) return;
      throw new RequestError('user', 'setupFailed', `The setup command '${text}' failed: ${messageOf(error)}`, {
        cause: error,
      });
    }
  }

  /** `configurationDone`: the breakpoints are known, the program runs. */
  private async run(): Promise<void> {
    const { config } = this;
    if (config === undefined) throw new RequestError('user', 'notLaunched', "Send 'launch' or 'attach' first.");
    if (config.request === 'launch') await this.startProgram(config);
    this.ports.client.emit('process', {
      name: nameOf(config),
      isLocalProcess: true,
      startMethod: config.request,
      ...(this.pid === undefined ? {} : { systemProcessId: this.pid }),
    });
    await this.ports.breakpoints.settleAll();
    await this.ports.link.send(execContinue());
  }

  /**
   * Starts the program and stops it before its first instruction: only now is it known where it lies, so only now can
   * breakpoints be moved out of regions or set at addresses.
   */
  private async startProgram(config: Configuration): Promise<void> {
    const { execution, link, modules } = this.ports;
    let pid: number;
    try {
      const stop = await execution.runToStop(() => link.send(consoleCommand('starti')));
      if (this.pid === undefined) throw new Error('gdb named no process');
      pid = this.pid;
      if (stop.reason !== undefined && stop.reason !== 'signal-received') throw new Error('the program ended at once');
    } catch (error) {
      this.hasExited = true;
      await link.end();
      this.sendTerminated();
      throw new RequestError('user', 'cannotStart', `The program could not be started: ${messageOf(error)}`, {
        cause: error,
      });
    }
    await modules.relocate(pid);
    if (config.stopOnEntry) await this.stopInMain();
  }

  private async stopInMain(): Promise<void> {
    try {
      const insert = breakInsert({ location: { kind: 'function', name: 'main' }, temporary: true });
      const { results } = await this.ports.link.send(insert);
      this.entryBreakpoint = textAt(tupleAt(results, 'bkpt') ?? {}, 'number');
    } catch (error) {
      this.ports.tell('important', `The program cannot be stopped on entry: ${messageOf(error)}\n`);
    }
  }

  /** Asks the program to end, then makes it, then does without gdb, which may hang. */
  private async terminate(): Promise<void> {
    const pid = this.processId;
    if (pid === undefined || this.config === undefined) {
      await this.endGdb();
      this.sendTerminated();
      return;
    }
    const exited = new Promise<boolean>(listener =>
      this.exitListeners.push(() => {
        listener(true);
      }),
    );
    void this.askToEnd(pid);
    if (await within(exited, TERMINATION_MS)) return;
    kill(pid, 'SIGKILL');
    if (await within(exited, TERMINATION_MS)) return;
    this.ports.link.kill();
    await exited;
  }

  /** SIGTERM, with nothing of ours left that could stop the program on its way out. */
  private async askToEnd(pid: number): Promise<void> {
    const { breakpoints, execution, link } = this.ports;
    try {
      await breakpoints.removeAll();
      await link.send(consoleCommand('handle SIGTERM nostop noprint pass'));
      kill(pid, 'SIGTERM');
      if (!execution.running) await link.send(execContinue());
    } catch {
      // gdb is busy or gone: what is left is the hard way.
      kill(pid, 'SIGKILL');
    }
  }

  private async disconnect(terminateDebuggee: boolean | undefined): Promise<void> {
    const launched = this.config?.request !== 'attach';
    const pid = this.processId;
    const keep = pid !== undefined && !(terminateDebuggee ?? launched);
    this.terminatedSent = true;
    if (keep) await this.ports.link.detach();
    else if (pid !== undefined && !launched) kill(pid, 'SIGKILL');
    await this.endGdb();
  }

  private refuseSecond(): void {
    if (this.config !== undefined) {
      throw new RequestError('user', 'alreadyLaunched', 'This session already has a program. Start another session.');
    }
  }

  private async sendAll(commands: readonly MiCommand[]): Promise<void> {
    await Promise.all(commands.map(command => this.ports.link.send(command)));
  }

  private sendTerminated(): void {
    if (this.terminatedSent) return;
    this.terminatedSent = true;
    this.ports.client.emit('terminated');
  }
}

/** What the program is called where the client shows it. */
function nameOf({ beginning }: Configuration): string {
  return beginning.kind === 'attach' ? (beginning.program ?? `process ${beginning.processId}`) : beginning.program;
}
