import type { DebugProtocol as D } from '@vscode/debugprotocol';
import type { RequestContext, RouteTable, SessionState } from '../dap/route.js';
import { gdbSet, gdbShow } from '../mi/commands.js';
import { execContinue } from '../mi/commandsExecution.js';
import { textAt } from '../mi/fields.js';
import { messageOf, RequestError } from '../util/errors.js';

import { ClientTerminal } from './clientTerminal.js';
import type { Request } from './config/attribute.js';
import { parseConfiguration, type Configuration } from './config/configuration.js';
import type { Execution } from './execution.js';
import { settings } from './gdbSetup.js';
import type { GdbLink } from './gdbLink.js';
import type { Modules } from './modules.js';
import type { AllBreakpoints, Client, Tell } from './ports.js';
import { untoldStop } from './stopWaiter.js';
import type { SystemEvents } from './systemEvents.js';
import { makeTarget } from './target/makeTarget.js';
import type { StopShown, Target } from './target/target.js';
import type { TargetProcess } from './target/targetProcess.js';
import { carryOut } from './userCommands.js';

/** What the life of a session touches: nearly everything; the composition root hands it over. */
export interface LifecyclePorts {
  readonly link: GdbLink;
  readonly client: Client;
  readonly tell: Tell;
  readonly execution: Execution;
  readonly breakpoints: AllBreakpoints;
  readonly modules: Modules;
  readonly process: TargetProcess;
  readonly capabilities: () => D.Capabilities;
  /** The reverse request of that name. */
  runInTerminal(args: D.RunInTerminalRequestArguments): Promise<unknown>;
  /** The configuration is known: before gdb is started. */
  configured(config: Configuration): void;
  readonly system: SystemEvents;
  /** Says that the session is over, once. */
  terminated(): void;
}

type RawArguments = Readonly<Record<string, unknown>>;

/** From `initialize` until the program runs, and when it is started anew. How it ends: `ending.ts`. */
export class Lifecycle {
  private initialized = false;
  /** What the client said of itself in `initialize`. */
  client: Partial<D.InitializeRequestArguments> = {};
  private config: Configuration | undefined;
  /** What is debugged, and how it was come by; from the beginning of `launch` or `attach`. */
  target: Target | undefined;
  /** gdb's number of the breakpoint that `stopOnEntry` asked for. */
  private entryBreakpoint: string | undefined;
  private readonly closing = new AbortController();

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
    launch: { when: 'initialized', run: (args, context) => this.begin('launch', args as RawArguments, context) },
    attach: { when: 'initialized', run: (args, context) => this.begin('attach', args as RawArguments, context) },
    configurationDone: { when: 'initialized', run: () => this.run() },
    restart: { when: 'launched', run: args => this.restart(args) },
  };

  /** Whether a stop is the one that `stopOnEntry` asked for. */
  isEntry(breakpointNumber: string | undefined): boolean {
    return breakpointNumber !== undefined && breakpointNumber === this.entryBreakpoint;
  }

  /** Commands for gdb before it is ended. */
  get exitCommands(): Configuration['exitCommands'] {
    return this.config?.exitCommands ?? [];
  }

  state(): SessionState {
    const { execution, process } = this.ports;
    if (!this.initialized) return 'created';
    if (process.hasEnded || execution.hasEnded) return 'ended';
    if (process.id === undefined) return 'initialized';
    if (execution.stopped === undefined) return 'running';
    return this.target?.isPostMortem === true ? 'postMortem' : 'stopped';
  }

  /** The session is over: nothing is waited for any longer. */
  close(): void {
    this.closing.abort();
    this.target?.close?.();
  }

  private async begin(request: Request, args: RawArguments, context: RequestContext): Promise<void> {
    if (this.config !== undefined) {
      throw new RequestError('user', 'alreadyLaunched', 'This session already has a program. Start another session.');
    }
    const config = this.parse(request, args);
    this.ports.configured(config);
    const waiting = AbortSignal.any([context.signal, this.closing.signal]);
    this.target = await makeTarget(this.targetPorts(config), waiting);
    await this.bringUp(config, this.target);
    const { isLocal, isPostMortem } = this.target;
    await this.ports.system.begin(config, args, isLocal && !isPostMortem);
    this.config = config;
    this.ports.client.emit('initialized');
  }

  /** Starts gdb and gives it the program; where that fails, nothing is left running. */
  private async bringUp(config: Configuration, target: Target): Promise<void> {
    const { link, modules, process } = this.ports;
    try {
      const program = await target.program();
      if (program !== undefined) await modules.checkMain(program);
      await link.start(config);
      await Promise.all(settings(config).map(command => link.send(command)));
      await this.ports.system.symbols.begin(config.symbolLoadInfo);
      await carryOut(config.preConnectCommands, 'preConnectCommands', this.ports);
      await carryOut(config.setupCommands, 'setupCommands', this.ports);
      await target.prepare();
      await carryOut(config.initCommands, 'initCommands', this.ports);
      await link.assertSettings();
      const { results } = await link.send(gdbShow('scheduler-locking'));
      this.ports.execution.single.modeChanged(textAt(results, 'value') ?? 'replay');
      await modules.buildMain(process.id !== undefined);
    } catch (error) {
      target.close?.();
      await link.end();
      throw error;
    }
  }

  /** `configurationDone`: the breakpoints are known, the program runs. */
  private async run(): Promise<void> {
    const { config, target } = this;
    if (config === undefined || target === undefined) {
      throw new RequestError('user', 'notLaunched', "Send 'launch' or 'attach' first.");
    }
    try {
      await carryOut(config.preRunCommands, 'preRunCommands', this.ports);
      await target.start();
    } catch (error) {
      this.ports.process.exited();
      target.close?.();
      await this.ports.link.end();
      this.ports.terminated();
      throw error;
    }
    await this.setGoing(target);
  }

  /** The process is there and stopped at its beginning: brings regions and breakpoints to it, and lets it go. */
  private async setGoing(target: Target): Promise<void> {
    const { breakpoints, link, modules, system } = this.ports;
    await modules.relocate();
    this.tellProcess();
    await system.symbols.load();
    await breakpoints.settleAll();
    await this.holdThreads(target);
    if (target.begin === 'run') await link.send(execContinue());
    else await this.show(target.begin);
  }

  /** Tells the client which process is debugged; `name` where it is not what was begun with. */
  tellProcess(name?: string): void {
    const { target } = this;
    const { client, process } = this.ports;
    if (target === undefined) return;
    client.emit('process', {
      name: name ?? target.name,
      isLocalProcess: target.isLocal,
      startMethod: target.startMethod,
      ...(process.localId === undefined ? {} : { systemProcessId: process.localId }),
    });
  }

  /** gdb takes the mode only where there is a process. */
  private async holdThreads({ isPostMortem }: Target): Promise<void> {
    const mode = this.config?.schedulerLocking;
    if (mode === undefined || isPostMortem) return;
    await this.ports.link.send(gdbSet('scheduler-locking', mode));
    this.ports.execution.single.modeChanged(mode);
  }

  /** Tells the client of a target that is stopped already. */
  private async show(as: StopShown): Promise<void> {
    const stop = await untoldStop(this.ports.link);
    if (stop !== undefined) this.ports.execution.report(stop, as);
  }

  /** Starts the program anew in this session: the breakpoints stay, changed arguments count. */
  private async restart({ arguments: given }: D.RestartArguments): Promise<void> {
    const { config, target } = this;
    if (config === undefined || target === undefined) return;
    const wanted = isRecord(given) ? this.parse(config.request, given) : config;
    const { breakpoints, execution, modules, process } = this.ports;
    if (wanted.customResetCommands.length > 0) {
      await execution.silent.whileStopped(() =>
        carryOut(wanted.customResetCommands, 'customResetCommands', this.ports),
      );
      return;
    }
    await breakpoints.lift();
    await target.reset(wanted);
    const program = await target.program();
    if (program !== undefined) await modules.useMain(program);
    this.config = wanted;
    if (!target.isPostMortem) process.forget();
    execution.beginAnew();
    await carryOut(wanted.preRunCommands, 'preRunCommands', this.ports);
    await target.start();
    await this.setGoing(target);
  }

  private parse(request: Request, args: RawArguments): Configuration {
    return parseConfiguration(request, args, text => {
      this.ports.tell('console', `${text}\n`);
    });
  }

  private targetPorts(config: Configuration): Parameters<typeof makeTarget>[0] {
    const { link, client, tell, execution, process } = this.ports;
    return {
      config,
      link,
      client,
      tell,
      execution,
      process,
      openTerminal: (wanted, cwd) => this.openTerminal(wanted, cwd),
      entryBreakpoint: number => {
        this.entryBreakpoint = number;
      },
    };
  }

  private async openTerminal({ console, program }: Configuration, cwd: string): Promise<ClientTerminal | undefined> {
    const withoutIt = 'Its output appears in the debug console instead.';
    if (this.client.supportsRunInTerminalRequest !== true) {
      this.ports.tell('important', `The client has no terminal to give to the program. ${withoutIt}\n`);
      return undefined;
    }
    try {
      return await ClientTerminal.open({
        kind: console === 'externalTerminal' ? 'external' : 'integrated',
        title: program ?? 'program',
        cwd,
        run: args => this.ports.runInTerminal(args),
      });
    } catch (error) {
      this.ports.tell('important', `${messageOf(error)} ${withoutIt}\n`);
      return undefined;
    }
  }
}

function isRecord(value: unknown): value is RawArguments {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
