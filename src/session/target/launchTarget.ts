import { dirname, resolve } from 'node:path';
import { console as consoleCommand } from '../../mi/commands.js';
import { breakInsert } from '../../mi/commandsBreakpoints.js';
import { environmentCd, fileExecAndSymbols, inferiorTtySet } from '../../mi/commandsTarget.js';
import { textAt, tupleAt } from '../../mi/fields.js';
import { messageOf, RequestError } from '../../util/errors.js';
import type { ClientTerminal } from '../clientTerminal.js';
import type { Configuration } from '../config/configuration.js';
import { setArguments } from '../inferiorIo.js';
import { carryOut } from '../userCommands.js';
import { environmentCommands, readEnvFile, type Variables } from './environment.js';
import { stdioRedirections, takeRedirections, type Redirected } from './redirections.js';
import type { StopShown, Target, TargetPorts } from './target.js';

/** A program that gdb starts. */
export class LaunchTarget implements Target {
  readonly startMethod = 'launch';
  readonly isLocal = true;
  readonly isPostMortem = false;
  readonly isOurs = true;
  private config: Configuration;
  private path: string;
  private given: Variables = {};
  private terminal: ClientTerminal | undefined;
  private shown: StopShown | undefined;

  constructor(
    private readonly ports: TargetPorts,
    program: string,
    /** Commands that give gdb the program, instead of its path. */
    private readonly setup?: Configuration['customLaunchSetupCommands'],
  ) {
    this.config = ports.config;
    this.path = resolve(program);
  }

  get name(): string {
    return this.config.program ?? this.path;
  }

  get begin(): Target['begin'] {
    return this.shown ?? 'run';
  }

  program(): Promise<string> {
    return Promise.resolve(this.path);
  }

  async prepare(): Promise<void> {
    const { link } = this.ports;
    await Promise.all([
      this.setup === undefined
        ? link.send(fileExecAndSymbols(this.path))
        : carryOut(this.setup, 'customLaunchSetupCommands', this.ports),
      ...link.restoreEnvironment.map(each => link.send(each)),
    ]);
    await this.equip();
  }

  /**
   * Starts the program and stops it before its first instruction: only now is it known where it lies, so only now can
   * breakpoints be moved out of regions or set at addresses.
   */
  async start(): Promise<void> {
    const { execution, link, process } = this.ports;
    try {
      const stop = await execution.silent.runToStop(() => link.send(consoleCommand('starti')));
      const pid = process.id;
      if (pid === undefined) throw new Error('gdb named no process');
      if (stop.reason !== undefined && stop.reason !== 'signal-received') throw new Error('the program ended at once');
      this.terminal?.serves(pid);
    } catch (error) {
      const message = `The program could not be started: ${messageOf(error)}`;
      throw new RequestError('user', 'cannotStart', message, { cause: error });
    }
    await this.stopOnEntry();
  }

  async reset(config: Configuration): Promise<void> {
    const { link, process } = this.ports;
    if (process.id !== undefined) await link.send(consoleCommand('kill'));
    await this.leaveChild();
    await link.drainTerminal();
    const path = resolve(config.program ?? this.path);
    if (path !== this.path || process.hasBecomeOther) await link.send(fileExecAndSymbols(path));
    this.path = path;
    this.config = config;
    await this.equip();
  }

  async ended(exitCode: number): Promise<void> {
    this.terminal?.end(exitCode);
    this.terminal = undefined;
    await this.ports.link.drainTerminal();
  }

  /** Without the program the terminal is the shell's again. */
  close(): void {
    this.terminal?.end(0);
    this.terminal = undefined;
  }

  /** Where a child was followed, arguments and environment are still the first group's, whose number is 1. */
  private async leaveChild(): Promise<void> {
    const { link, process } = this.ports;
    const number = /^i(\d+)$/.exec(process.group ?? '')?.[1];
    if (number === undefined || number === '1') return;
    await link.send(consoleCommand('inferior 1'));
    await link.send(consoleCommand(`remove-inferiors ${number}`));
  }

  /** What the next process gets: folder, environment, terminal and arguments. */
  private async equip(): Promise<void> {
    const { config, path } = this;
    const { link } = this.ports;
    const cwd = resolve(config.cwd ?? dirname(path));
    const wanted = { ...(config.envFile === undefined ? {} : await readEnvFile(config.envFile)), ...config.env };
    await Promise.all([
      link.send(environmentCd(cwd)),
      ...environmentCommands(wanted, this.given).map(command => link.send(command)),
    ]);
    this.given = wanted;
    await this.connectStreams(this.redirected(cwd), cwd);
  }

  private async connectStreams({ args, shell }: Redirected, cwd: string): Promise<void> {
    const { link } = this.ports;
    if (this.config.console === 'internalConsole') {
      await link.useTerminal(args, shell);
      return;
    }
    this.terminal ??= await this.ports.openTerminal(this.config, cwd);
    if (this.terminal === undefined) {
      await link.useTerminal(args, shell);
      return;
    }
    await link.send(inferiorTtySet(this.terminal.path));
    await link.send(setArguments(args, shell));
    for (const command of this.terminal.setupCommands(this.given)) await link.send(command);
  }

  private redirected(cwd: string): Redirected {
    const { args, stdio } = this.config;
    if (stdio !== undefined) return { args, shell: stdioRedirections(stdio, cwd) };
    const taken = takeRedirections(args, cwd);
    if (taken.shell !== '') {
      const text = `The arguments hold redirections, which are carried out: ${taken.shell}. To hand them to the program set 'stdio' to [].`;
      this.ports.tell('console', `${text}\n`);
    }
    return taken;
  }

  private async stopOnEntry(): Promise<void> {
    const { stopOnEntry } = this.config;
    this.shown = undefined;
    if (stopOnEntry === false) return;
    if (stopOnEntry === 'instruction') {
      this.shown = { reason: 'entry', description: 'Paused at the first instruction' };
      return;
    }
    const name = stopOnEntry === true ? 'main' : stopOnEntry;
    try {
      const insert = breakInsert({ location: { kind: 'function', name }, temporary: true });
      const { results } = await this.ports.link.send(insert);
      this.ports.entryBreakpoint(textAt(tupleAt(results, 'bkpt') ?? {}, 'number') ?? '');
    } catch (error) {
      const why = messageOf(error);
      this.ports.tell('important', `The program cannot be stopped in ${name}, so it stops at once: ${why}\n`);
      this.shown = { reason: 'entry', description: 'Paused at the first instruction' };
    }
  }
}
