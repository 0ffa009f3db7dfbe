import { once } from 'node:events';
import { gdbSet, type MiCommand } from '../mi/commands.js';
import type { MiResult, MiTrace } from '../mi/client.js';
import { targetDetach } from '../mi/commandsTarget.js';
import { parseEvent, type MiEvent } from '../mi/events.js';
import { startGdb, type GdbProcess } from '../mi/gdbProcess.js';
import { RequestError } from '../util/errors.js';
import type { BusyClock } from '../util/timing.js';
import type { GdbAhead } from './gdbAhead.js';
import { gdbEnvironment } from './gdbSetup.js';
import { InferiorIo, type OutputStream } from './inferiorIo.js';
import type { Configuration } from './config/configuration.js';
import { GdbWatch } from './gdbWatch.js';
import type { Gdb } from './ports.js';

/** How long gdb may work on a command until the user is shown that it does, and how often it is looked at then; in milliseconds. */
const NOTICE_MS = 1_000;
const LOOK_MS = 500;

/** How long gdb may take to let go of a process, in milliseconds. */
const DETACH_MS = 2_000;

/** Who listens to gdb and to the program. All are called at once, in gdb's order. */
export interface GdbListener {
  event(event: MiEvent): void;
  /** Text of gdb's console or log; `collected`: it belongs to the answer of a command. */
  text(kind: 'console' | 'log', text: string, collected: boolean): void;
  /** What may not work with this gdb. */
  warning(text: string): void;
  /** gdb works on `command` for longer than a moment; what is returned is called when it has answered. */
  busy(command: string): { end(): void };
  /** gdb has ended without having been asked to. */
  ended(why: string): void;
  /** What the program printed. */
  output(stream: OutputStream, text: string): void;
}

/** Who looks at the traffic with gdb; asked when gdb starts. */
export interface GdbObservers {
  trace(): MiTrace | undefined;
  /** Counts for how long gdb has something to do. */
  clock(): BusyClock | undefined;
}

/** The gdb of a session, once it is there, and the program's terminals, which gdb's start opens. */
export class GdbLink implements Gdb {
  private process: GdbProcess | undefined;
  private gdb: string | undefined;
  private io: InferiorIo | undefined;
  private ending: Promise<boolean> | undefined;
  private watch: GdbWatch | undefined;
  /** Why gdb had to be killed. */
  private hung: string | undefined;
  private clock: BusyClock | undefined;

  constructor(
    private readonly listener: GdbListener,
    private readonly observers: GdbObservers,
    private readonly ahead: GdbAhead | undefined,
  ) {}

  /** gdb's own process. */
  get pid(): number | undefined {
    return this.process?.pid;
  }

  /** Which gdb the session uses: a path, or a name to look for in PATH. */
  get path(): string | undefined {
    return this.gdb;
  }

  /** Whether gdb is running in this session. */
  get isUp(): boolean {
    return this.process !== undefined && this.ending === undefined;
  }

  get hasPython(): boolean {
    return this.process?.features.has('python') === true;
  }

  /** Whether gdb is there and has not been told to end. */
  get isRunning(): boolean {
    return this.process !== undefined && this.ending === undefined;
  }

  /** What gives the program the environment that the adapter was started in. */
  get restoreEnvironment(): readonly MiCommand[] {
    return this.process?.restoreEnvironment ?? [];
  }

  send(command: MiCommand): Promise<MiResult> {
    if (this.process !== undefined) {
      this.watch?.sent();
      return this.timed(this.process.client.send(command));
    }
    return Promise.reject(new RequestError('nobody', 'noGdb', 'gdb is not running in this session.'));
  }

  /**
   * Starts gdb; for a program that is launched here with terminals for it.
   *
   * @throws RequestError `gdbNotUsable` or `terminalNotUsable`
   */
  async start(config: Configuration): Promise<void> {
    const output = (stream: OutputStream, text: string): void => {
      this.listener.output(stream, text);
    };
    const wanted = { gdb: config.gdb, args: config.gdbArguments, ownEnv: gdbEnvironment(config) };
    this.gdb = config.gdb;
    this.clock = this.observers.clock();
    const trace = this.observers.trace();
    const isLaunch = config.beginning.kind === 'launch';
    const ready = isLaunch ? this.ahead?.take(wanted, output) : undefined;
    if (isLaunch) this.io = ready?.io ?? new InferiorIo(output);
    else await this.ahead?.discard();
    const options = {
      ...wanted,
      env: process.env,
      cwd: process.cwd(),
      ...(this.io === undefined ? {} : { extraFds: this.io.masterFds }),
      ...(trace === undefined ? {} : { log: trace }),
    };
    const gdb = await startGdb(options, ready?.spawned);
    this.process = gdb;
    this.watch = this.watchOver(gdb, config.timeouts.gdb);
    this.listen(gdb);
    for (const warning of gdb.warnings) this.listener.warning(warning);
    await this.io?.prepare(gdb);
  }

  /** Makes the terminals the next program's own, and sets its arguments and redirections (shell text, quoted). */
  async useTerminal(args: readonly string[], redirections: string): Promise<void> {
    const commands = (await this.io?.setupCommands(args, redirections)) ?? [];
    await Promise.all(commands.map(command => this.send(command)));
  }

  /** Types text into the program's terminal; false where it has none of ours. */
  write(text: string): boolean {
    this.io?.write(text);
    return this.io !== undefined;
  }

  /** Ends a gdb that does not answer; the listener's `ended` is called. */
  kill(): void {
    this.hung ??= 'gdb did not answer.';
    this.process?.kill();
  }

  /** Stops or goes on reading what the program prints. */
  holdOutput(hold: boolean): void {
    if (hold) this.io?.pause();
    else this.io?.resume();
  }

  /** Resolves when everything that the program printed has been handed on. */
  async drainTerminal(): Promise<void> {
    await this.io?.drain();
  }

  /** What must not be otherwise, whatever the user's own commands have set: out of line, a region runs disarmed. */
  async assertSettings(): Promise<void> {
    await this.send(gdbSet('displaced-stepping', 'off'));
  }

  /** Lets the program go on without gdb; gives up on a gdb that does not answer, which {@link end} then forces. */
  async detach(): Promise<void> {
    const limit = AbortSignal.timeout(DETACH_MS);
    await Promise.race([this.send(targetDetach()), once(limit, 'abort')]);
    this.io?.handOver();
  }

  /**
   * Ends gdb, which kills a program that it started; gives the terminals back. Settles when nothing is left; never rejects.
   *
   * @returns whether gdb had to be forced, and so may have left something behind in a process that it was attached to
   */
  end(): Promise<boolean> {
    this.ending ??= this.endOnce();
    return this.ending;
  }

  private timed<T>(answer: Promise<T>): Promise<T> {
    const { clock } = this;
    if (clock === undefined) return answer;
    clock.enter();
    return answer.finally(() => {
      clock.leave();
    });
  }

  private async endOnce(): Promise<boolean> {
    this.watch?.end();
    await this.ahead?.discard();
    const forced = (await this.process?.end()) ?? false;
    this.io?.close();
    return forced;
  }

  private watchOver(gdb: GdbProcess, seconds: number): GdbWatch {
    const watched = {
      pid: gdb.pid,
      oldestPending: () => gdb.client.oldestPending,
      received: () => gdb.client.received,
    };
    const listener = {
      busy: (command: string) => this.listener.busy(command),
      hung: (why: string) => {
        this.hung = why;
        this.kill();
      },
    };
    return new GdbWatch(watched, listener, { notice: NOTICE_MS, look: LOOK_MS, silence: seconds * 1000 });
  }

  private listen(gdb: GdbProcess): void {
    gdb.client.onAsync(record => {
      this.listener.event(parseEvent(record));
    });
    gdb.client.onResumed(() => {
      // gdb's own `*running` may be read later than this: a request must not find the program standing in between.
      this.listener.event({ kind: 'running', threadId: 'all' });
    });
    gdb.client.onStream((record, collected) => {
      if (record.kind !== 'target') this.listener.text(record.kind, record.text, collected);
    });
    gdb.onExit(({ code, signal }) => {
      this.watch?.end();
      if (this.ending !== undefined) return;
      if (this.hung !== undefined) {
        this.listener.ended(`${this.hung} It was ended.`);
        return;
      }
      const how = signal === null ? `with exit code ${code ?? 'unknown'}` : `by ${signal}`;
      const said = gdb.stderr.trim() === '' ? '' : ` It wrote: ${gdb.stderr.trim()}`;
      this.listener.ended(`gdb has ended unexpectedly ${how}.${said}`);
    });
  }
}
