import { dirname, resolve } from 'node:path';
import { console as consoleCommand, gdbSet, quoteCliWord } from '../../mi/commands.js';
import { fileExecAndSymbols, targetAttach, targetDetach, targetSelect } from '../../mi/commandsTarget.js';
import { messageOf, RequestError } from '../../util/errors.js';
import type { Configuration } from '../config/configuration.js';
import type { RemoteOptions } from '../config/targetAttributes.js';
import { carryOut } from '../userCommands.js';
import { setArguments } from '../inferiorIo.js';
import { environmentCommands } from './environment.js';
import { Gdbserver } from './gdbserver.js';
import type { Target, TargetPorts } from './target.js';

/** A program behind a gdbserver, or behind anything else that speaks its protocol. */
export class RemoteTarget implements Target {
  readonly startMethod;
  readonly isLocal = false;
  readonly isPostMortem = false;
  readonly isOurs;
  private server: Gdbserver | undefined;

  constructor(
    private readonly ports: TargetPorts,
    private readonly remote: RemoteOptions,
  ) {
    this.startMethod = ports.config.request;
    this.isOurs = ports.config.request === 'launch';
  }

  get name(): string {
    return this.ports.config.program ?? this.remote.remoteProgram ?? 'remote target';
  }

  get begin(): Target['begin'] {
    return this.ports.config.stopAtConnect ? { reason: 'entry', description: 'Paused after connecting' } : 'run';
  }

  program(): Promise<string | undefined> {
    const { program } = this.ports.config;
    return Promise.resolve(program === undefined ? undefined : resolve(program));
  }

  async prepare(): Promise<void> {
    const { config, link } = this.ports;
    if (config.program !== undefined) await link.send(fileExecAndSymbols(resolve(config.program)));
    await this.readSymbols();
    // A running target hands no files out: the regions of a library can only be read in a stop at its loading.
    await link.send(gdbSet('stop-on-solib-events', 1));
    await this.startServer();
    await this.ports.execution.silent.swallowStop(() => this.connect());
    await this.loadImage();
    await carryOut(config.postRemoteConnectCommands, 'postRemoteConnectCommands', this.ports);
  }

  /** With `extended-remote` the server starts a program, or attaches to one; else it has one already. */
  async start(): Promise<void> {
    const { execution, link, process } = this.ports;
    if (process.id !== undefined) return;
    try {
      const { processId } = this.remote;
      if (processId !== undefined) {
        await execution.silent.runToStop(() => link.send(targetAttach(processId)));
      } else {
        await this.equip();
        await execution.silent.runToStop(() => link.send(consoleCommand('starti')));
      }
    } catch (error) {
      const message = `The server cannot start the program: ${messageOf(error)}`;
      throw new RequestError('user', 'cannotStart', message, { cause: error });
    }
  }

  async reset(): Promise<void> {
    const { link, process } = this.ports;
    if (this.remote.type !== 'extended-remote') {
      const advice = "Use 'target.type' \"extended-remote\", or give 'customResetCommands'.";
      throw new RequestError('user', 'cannotRestart', `A server of type 'remote' starts no program anew. ${advice}`);
    }
    if (process.id === undefined) return;
    await link.send(this.remote.processId === undefined ? consoleCommand('kill') : targetDetach());
  }

  async ended(): Promise<void> {
    await this.server?.drain();
  }

  /** The session is over: so is a server that it has started. */
  close(): void {
    this.server?.end();
  }

  private async readSymbols(): Promise<void> {
    const { symbolFileName: file, symbolOffset: offset } = this.ports.config.imageAndSymbols ?? {};
    if (file === undefined) return;
    const path = quoteCliWord(resolve(file));
    const command = offset === undefined ? `add-symbol-file ${path}` : `add-symbol-file ${path} -o ${offset}`;
    await this.ports.link.send(consoleCommand(command));
  }

  private async loadImage(): Promise<void> {
    const { imageFileName: file, imageOffset: offset } = this.ports.config.imageAndSymbols ?? {};
    if (file === undefined) return;
    await this.ports.link.send(consoleCommand(`load ${quoteCliWord(resolve(file))} ${offset ?? ''}`.trim()));
  }

  private async startServer(): Promise<void> {
    const { config, tell } = this.ports;
    const { server, serverParameters, serverPortRegExp, serverStartupDelay: delay } = this.remote;
    const { serverStartupTimeout: timeout } = this.remote;
    if (server === undefined) return;
    const args = serverParameters ?? ['--once', 'localhost:0', ...programLine(config)];
    const { program } = config;
    this.server = await Gdbserver.start({
      server,
      args,
      cwd: resolve(config.cwd ?? (program === undefined ? '.' : dirname(program))),
      env: environmentOf(config),
      portPattern: portPattern(serverPortRegExp),
      delay,
      timeout,
      output: tell,
    });
  }

  private async connect(): Promise<void> {
    const { link } = this.ports;
    const { connectCommands, type } = this.remote;
    if (connectCommands !== undefined) {
      await carryOut(connectCommands, 'target.connectCommands', this.ports);
      return;
    }
    const parameters = this.address();
    try {
      await link.send(targetSelect(type, parameters));
    } catch (error) {
      const message = `gdb cannot connect to ${parameters}: ${messageOf(error)}`;
      throw new RequestError('user', 'cannotConnect', message, { cause: error });
    }
  }

  private address(): string {
    const { host, port, parameters } = this.remote;
    if (parameters !== undefined) return typeof parameters === 'string' ? parameters : parameters.join(' ');
    const number = port ?? this.server?.port;
    if (number === undefined) {
      const message = "'target' must say where to connect: 'port' (and 'host'), 'parameters', or a 'server' to start.";
      throw new RequestError('user', 'badConfiguration', message);
    }
    return `${host ?? 'localhost'}:${number}`;
  }

  /** What a server that starts programs needs to know of this one. */
  private async equip(): Promise<void> {
    const { config, link } = this.ports;
    const path = this.remote.remoteProgram ?? (config.program === undefined ? undefined : resolve(config.program));
    if (path !== undefined) await link.send(gdbSet('remote exec-file', path));
    if (config.cwd !== undefined) await link.send(gdbSet('cwd', config.cwd));
    for (const command of environmentCommands(config.env)) await link.send(command);
    await link.send(setArguments(config.args));
  }
}

function programLine({ program, args }: Configuration): readonly string[] {
  if (program !== undefined) return [resolve(program), ...args];
  throw new RequestError('user', 'badConfiguration', "'target.server' needs 'program', or 'target.serverParameters'.");
}

function environmentOf({ env }: Configuration): NodeJS.ProcessEnv {
  const all: NodeJS.ProcessEnv = { ...process.env };
  for (const [name, value] of Object.entries(env)) all[name] = value ?? undefined;
  return all;
}

function portPattern(text: string): RegExp {
  try {
    return new RegExp(text);
  } catch (error) {
    const message = `'target.serverPortRegExp' is no regular expression: ${messageOf(error)}`;
    throw new RequestError('user', 'badConfiguration', message, { cause: error });
  }
}
