import { console as consoleCommand } from '../mi/commands.js';
import type { StoppedEvent } from '../mi/events.js';
import { messageOf } from '../util/errors.js';
import type { Configuration } from './config/configuration.js';
import type { RawArguments } from './config/childConfiguration.js';
import type { ConsoleCatchpoints } from './consoleCatchpoints.js';
import type { Execution } from './execution.js';
import { Forks, type ForksPorts } from './forks.js';
import type { Lifecycle } from './lifecycle.js';
import type { LoadedModules } from './loadedModules.js';
import type { Modules } from './modules.js';
import type { AllBreakpoints } from './ports.js';
import { SymbolLoading, type SymbolLoadingPorts } from './symbolLoading.js';
import type { TargetProcess } from './target/targetProcess.js';

/** Whom the program's doings with the system concern. */
export interface SystemEventsPorts extends Omit<ForksPorts, 'catch'>, SymbolLoadingPorts {
  readonly modules: Modules;
  readonly process: TargetProcess;
  execution(): Execution;
  breakpoints(): AllBreakpoints;
  loaded(): LoadedModules;
  /** Those of the debug console. */
  catchpoints(): ConsoleCatchpoints;
  lifecycle(): Pick<Lifecycle, 'tellProcess'>;
}

/** gdb says nothing else of the number that a catchpoint of its command line gets. */
const CATCHPOINT = /^Catchpoint (\d+) \(/m;

/**
 * What the program does that gdb stops it for and that is the adapter's business alone: libraries come and go
 * (`stop-on-solib-events`), it forks, it becomes another program.
 */
export class SystemEvents {
  readonly forks: Forks;
  readonly symbols: SymbolLoading;
  /** gdb's number of the catchpoint of `exec`. */
  private execCatchpoint: string | undefined;
  /** Whether a library has gone since gdb told of a stop. */
  private hasUnloaded = false;

  constructor(private readonly ports: SystemEventsPorts) {
    this.forks = new Forks({ ...ports, catch: event => this.catch(event) });
    this.symbols = new SymbolLoading(ports);
  }

  /** gdb has the program. `given` is what the client has sent; `isLocal`: its processes are this machine's. */
  async begin(config: Configuration, given: RawArguments, isLocal: boolean): Promise<void> {
    if (isLocal) this.execCatchpoint = await this.catch('exec');
    await this.forks.begin(config.followFork, given, isLocal);
  }

  /** gdb says that a library has gone, and with it the code that breakpoints stand in. */
  libraryUnloaded(): void {
    this.hasUnloaded = true;
  }

  /**
   * Whether a stop is one of these; what follows from it is done when this settles.
   *
   * One that gdb gives no reason for, behind a library that has gone, is one: breakpoints at addresses of that library are set
   * anew when it goes (gdb 18) or when the next one comes, where no memory is left, and gdb stops over that.
   *
   * @param isUntold gdb has not told of the stop at all
   */
  async take(stop: StoppedEvent, isUntold: boolean): Promise<boolean> {
    const hasReason = !isUntold && stop.reason !== undefined;
    const isForLibraries = hasReason ? stop.reason === 'solib-event' : this.hasUnloaded;
    this.hasUnloaded = false;
    if (isForLibraries && stop.breakpointNumber === undefined) {
      await this.symbols.load();
      await this.ports.breakpoints().settleAll();
      return true;
    }
    if (stop.reason === 'exec' && stop.breakpointNumber === this.execCatchpoint && stop.newProgram !== undefined) {
      await this.becomes(stop.newProgram);
      return true;
    }
    return this.forks.take(stop);
  }

  private async catch(event: 'exec' | 'fork'): Promise<string | undefined> {
    const { console } = await this.ports.gdb.send(consoleCommand(`catch ${event}`));
    const number = CATCHPOINT.exec(console)?.[1];
    if (number !== undefined) this.ports.catchpoints().disown(number);
    return number;
  }

  /**
   * The process stands before the first instruction of another program. Nothing is left of the one before: neither its
   * regions nor the breakpoints in its code, which gdb has disabled, nor the step that was under way.
   */
  private async becomes(path: string): Promise<void> {
    const { modules, process, tell } = this.ports;
    await this.ports.execution().drivers.cancel();
    await this.ports.breakpoints().lift();
    process.becameOther();
    try {
      await modules.becomes(path);
    } catch (error) {
      tell('important', `The restartable sequences of ${path} are not known: ${messageOf(error)}\n`);
    }
    if (process.id !== undefined) this.ports.loaded().programReplaced(process.id);
    await this.symbols.load();
    await this.ports.breakpoints().settleAll();
    this.ports.lifecycle().tellProcess(path);
  }
}
