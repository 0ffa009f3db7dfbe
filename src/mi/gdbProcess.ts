import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import { messageOf, RequestError } from '../util/errors.js';
import { MiClient, type MiTrace } from './client.js';
import { console, gdbExit, gdbSet, listFeatures, type MiCommand } from './commands.js';
import { setEnvironment, unsetEnvironment } from './commandsTarget.js';
import { textsAt } from './fields.js';

/** The oldest gdb that the project's tests run with. */
const OLDEST_TESTED_MAJOR = 13;

/** A gdb whose init files load large Python packages needs seconds; what is silent for longer is not going to answer. In ms. */
const DEFAULT_START_TIMEOUT = 30_000;

/** How long gdb may take to kill its target and end after `-gdb-exit`, in ms. */
const END_TIMEOUT = 2_000;

/** How long the stderr of an ended process may stay open, in ms. */
const LAST_WORDS_TIMEOUT = 500;

/** How much of gdb's stderr is kept for messages, in characters. */
const KEPT_STDERR = 4_096;

/**
 * What this project relies on. Sent after the user's init files, which may say otherwise.
 *
 * `displaced-stepping off`: stepping out of line disarms a region silently. `non-stop off`: the stepping engine holds
 * the other threads itself. `unwindonsignal on`: a function that gdb calls and that a signal breaks off leaves its thread
 * where it stood. `startup-with-shell on`: quotes and redirections in the arguments. `style enabled off`: no escape
 * sequences in text that is parsed. `print sevenbit-strings off`: strings as UTF-8.
 * `print thread-events off`: clients show threads, and a line for each that comes or goes buries what matters.
 */
const SETTINGS: readonly (readonly [name: string, value: string])[] = [
  ['non-stop', 'off'],
  ['mi-async', 'on'],
  ['displaced-stepping', 'off'],
  ['unwindonsignal', 'on'],
  ['startup-with-shell', 'on'],
  ['pagination', 'off'],
  ['confirm', 'off'],
  ['width', '0'],
  ['height', '0'],
  ['style enabled', 'off'],
  ['print sevenbit-strings', 'off'],
  ['max-completions', '200'],
  ['print thread-events', 'off'],
];

/**
 * gdb stops and resumes all threads together, at the target too. By default it handles each by itself under the surface
 * of all-stop mode; then gdb 13 may stop for one thread in the middle of its step of another over a breakpoint, takes that
 * step for being under way for ever, and resumes nobody any more.
 */
const ALL_STOP_TARGET = console('maint set target-non-stop off');

/** How to start gdb. */
export interface GdbOptions {
  /** A path, or a name to look for in `PATH` of `env`. */
  readonly gdb: string;
  /** More options for gdb, in front of ours. */
  readonly args?: readonly string[];
  /** The environment for the target; gdb's own differs in a few variables, see {@link GdbProcess.restoreEnvironment}. */
  readonly env: NodeJS.ProcessEnv;
  /** Variables for gdb alone, which the target does not get; null removes one. */
  readonly ownEnv?: Readonly<Record<string, string | null>>;
  readonly cwd: string;
  /** Descriptors that gdb inherits, as 3, 4 and so on. */
  readonly extraFds?: readonly number[];
  /** Sees every line between us and gdb. */
  readonly log?: MiTrace;
  /** How long gdb may take until it answers, in ms. */
  readonly startTimeout?: number;
}

/** gdb's version, e.g. 13, 1, `GNU gdb (Debian 13.1-3) 13.1`. */
export interface GdbVersion {
  readonly major: number;
  readonly minor: number;
  readonly text: string;
}

/** How a process ended: an exit code, or a signal. */
export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A gdb that runs and has answered. */
export class GdbProcess {
  /** @param warnings for the user: what may not work with this gdb */
  constructor(
    private readonly child: RunningChild,
    readonly client: MiClient,
    readonly version: GdbVersion,
    readonly features: ReadonlySet<string>,
    readonly warnings: readonly string[],
    /**
     * Gives the target the environment of {@link GdbOptions.env}: gdb itself was started with variables of its own, and
     * adds LINES and COLUMNS. To be sent before the target is started.
     */
    readonly restoreEnvironment: readonly MiCommand[],
  ) {}

  get pid(): number {
    return this.child.pid;
  }

  /** The last that gdb wrote to stderr, where internal errors and warnings of its libraries go. */
  get stderr(): string {
    return this.child.stderr;
  }

  /** Calls the listener once when gdb has ended, at once if it has already. */
  onExit(listener: (end: ProcessEnd) => void): void {
    void this.child.ended.then(listener);
  }

  /**
   * Ends gdb, by force if it does not end by itself; it kills a target that it started. Resolves when it is gone.
   *
   * @returns whether it had to be forced: then it may have left breakpoint instructions in a process that it was attached to
   */
  async end(): Promise<boolean> {
    // A gdb that is gone already, or goes before it answers, is what was asked for.
    this.client.send(gdbExit()).catch(() => undefined);
    const { signal } = await this.child.end(END_TIMEOUT);
    return signal !== null;
  }

  /** Ends gdb at once and by force: it does not answer any more. {@link onExit} tells. */
  kill(): void {
    this.child.kill();
  }
}

/** A child process that is certain to be reaped; collects its stderr. */
export class RunningChild {
  stderr = '';
  readonly ended: Promise<ProcessEnd>;

  constructor(
    private readonly child: ChildProcess,
    readonly pid: number,
    private readonly stderrStream: Readable,
  ) {
    stderrStream.setEncoding('utf8').on('data', (text: string) => {
      this.stderr = (this.stderr + text).slice(-KEPT_STDERR);
    });
    this.ended = new Promise(resolve => {
      child.once('exit', (code, signal) => {
        resolve({ code, signal });
      });
    });
  }

  /** Waits for the end, and kills the process when it does not come within `timeout` ms. */
  async end(timeout: number): Promise<ProcessEnd> {
    const timer = setTimeout(() => this.child.kill('SIGKILL'), timeout);
    const end = await this.ended;
    clearTimeout(timer);
    return end;
  }

  kill(): void {
    this.child.kill('SIGKILL');
  }

  /** Waits for what the ended process wrote to stderr, unless a process that it started keeps that open. */
  async lastWords(): Promise<void> {
    if (!this.stderrStream.closed) {
      await once(this.stderrStream, 'close', { signal: AbortSignal.timeout(LAST_WORDS_TIMEOUT) }).catch(
        () => undefined,
      );
    }
  }
}

/**
 * Starts gdb, makes the project's settings and asks what it can do.
 *
 * mi3 and not mi4: mi4 only changes the form of a breakpoint's `script`, which the parser takes in both forms, and gdb
 * before 13 does not have it. The user's init file is read; one in the working directory is not, since opening a folder
 * must not run what is in it.
 *
 * @param spawned the process, where it has been started already with the same options
 * @throws RequestError `gdbNotUsable` where there is no such program, or it is not gdb, or does not answer
 */
export async function startGdb(options: GdbOptions, spawned = spawnGdb(options)): Promise<GdbProcess> {
  const { child, input, output } = await spawned;
  const client = new MiClient(input, output, options.log);
  try {
    const limit = options.startTimeout ?? DEFAULT_START_TIMEOUT;
    const { version, features } = await withTimeout(greet(client), limit, `it gave no answer within ${limit / 1000} s`);
    const warnings = version.major < OLDEST_TESTED_MAJOR ? [tooOld(options.gdb, version)] : [];
    return new GdbProcess(child, client, version, features, warnings, restoringCommands(options));
  } catch (error) {
    const endedByItself = !client.isOpen;
    const end = await child.end(endedByItself ? END_TIMEOUT : 0);
    await child.lastWords();
    throw notUsable(options.gdb, endedByItself ? endReason(end) : messageOf(error), child.stderr, error);
  }
}

/** A gdb process and its pipes, before anybody has spoken to it. */
export interface SpawnedGdb {
  readonly child: RunningChild;
  readonly input: Writable;
  readonly output: Readable;
}

/**
 * Starts the process, without speaking to it: {@link startGdb} does.
 *
 * @throws RequestError `gdbNotUsable` where there is no such program
 */
export async function spawnGdb(options: GdbOptions): Promise<SpawnedGdb> {
  const ours = ['--interpreter=mi3', '--quiet', '-iex', 'set auto-load local-gdbinit off'];
  const child = spawn(options.gdb, [...(options.args ?? []), ...ours], {
    cwd: options.cwd,
    env: ownEnvironment(options),
    stdio: ['pipe', 'pipe', 'pipe', ...(options.extraFds ?? [])],
    // A session of its own: a ^C on the adapter's terminal must not reach gdb, which would stop the target with it. gdb
    // still ends with the adapter, when its stdin does.
    detached: true,
  });
  try {
    await once(child, 'spawn');
  } catch (error) {
    throw notUsable(options.gdb, spawnFailure(error, options.cwd), '', error);
  }
  const [input, output, errors] = child.stdio;
  if (child.pid === undefined || input === null || output === null || errors === null) {
    throw new RequestError('internal', 'gdbWithoutPipes', `${options.gdb} was started without pipes`);
  }
  return {
    child: new RunningChild(child, child.pid, errors),
    input,
    output,
  };
}

/**
 * LANGUAGE: text of gdb's console is parsed, so it must be English; gettext prefers LANGUAGE to LC_ALL, and leaves the
 * character set of the locale alone. SHELL: gdb starts the target with it, and the arguments are quoted for /bin/sh.
 */
const OWN_VARIABLES = { LANGUAGE: 'en', SHELL: '/bin/sh' } as const;

/** gdb puts LINES and COLUMNS into the target's environment when it sets its own screen size. */
const VARIABLES_GDB_CHANGES = [...Object.keys(OWN_VARIABLES), 'LINES', 'COLUMNS'];

function ownEnvironment({ env, ownEnv = {} }: GdbOptions): NodeJS.ProcessEnv {
  const own = Object.entries(ownEnv).map(([name, value]) => [name, value ?? undefined] as const);
  return { ...env, ...Object.fromEntries(own), ...OWN_VARIABLES };
}

function restoringCommands({ env, ownEnv = {} }: GdbOptions): MiCommand[] {
  return [...VARIABLES_GDB_CHANGES, ...Object.keys(ownEnv)].map(name => {
    const value = env[name];
    return value === undefined ? unsetEnvironment(name) : setEnvironment(name, value);
  });
}

async function greet(client: MiClient): Promise<{ version: GdbVersion; features: Set<string> }> {
  const [features, version] = await Promise.all([
    client.send(listFeatures()),
    client.send(console('show version')),
    ...SETTINGS.map(([name, value]) => client.send(gdbSet(name, value))),
    client.send(ALL_STOP_TARGET),
  ]);
  return { version: parseVersion(version.console), features: new Set(textsAt(features.results, 'features')) };
}

/** @throws Error where the text is not gdb's */
export function parseVersion(text: string): GdbVersion {
  const line = text.split('\n', 1)[0] ?? '';
  // Distributions put their own words and numbers in between: the version is the last word.
  const match = /^GNU gdb .*?(\d+)\.(\d+)\S*$/.exec(line);
  if (match === null) {
    throw new Error(`it says it is '${line}'`);
  }
  return { major: Number(match[1]), minor: Number(match[2]), text: line };
}

function tooOld(gdb: string, version: GdbVersion): string {
  return `${gdb} is ${version.text}. Versions before ${OLDEST_TESTED_MAJOR} are not tested; if something does not work, set 'gdb' to a newer one.`;
}

async function withTimeout<T>(promise: Promise<T>, timeout: number, message: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new Error(message));
    }, timeout);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

function spawnFailure(error: unknown, cwd: string): string {
  if (statSync(cwd, { throwIfNoEntry: false })?.isDirectory() !== true) {
    return `the working directory ${cwd} does not exist`;
  }
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') {
    return 'there is no such program';
  }
  return code === 'EACCES' ? 'it is not executable' : messageOf(error);
}

function endReason({ code, signal }: ProcessEnd): string {
  return signal === null ? `it ended at once with exit code ${code ?? 'unknown'}` : `it was ended by ${signal}`;
}

function notUsable(gdb: string, reason: string, stderr: string, cause: unknown): RequestError {
  const last = stderr.trim().split('\n').slice(-5).join('\n');
  const said = last === '' ? '' : ` It wrote:\n${last}\n`;
  const message = `gdb cannot be used: '${gdb}': ${reason}.${said} Install gdb ${OLDEST_TESTED_MAJOR} or newer, or set 'gdb' to its path.`;
  return new RequestError('user', 'gdbNotUsable', message, { cause });
}
