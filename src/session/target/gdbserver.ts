import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { messageOf, RequestError } from '../../util/errors.js';

/** How long the output of a program that has ended is waited for, in ms. */
const LAST_WORDS_MS = 500;

/** How a server is started. */
export interface ServerOptions {
  readonly server: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** Finds the port in what it prints, as its first group. */
  readonly portPattern: RegExp;
  /** Milliseconds to wait instead, for servers that print no port. */
  readonly delay: number | undefined;
  /** How long it may take until it tells its port, in milliseconds. */
  readonly timeout: number;
  /** What it, and the program that it runs, print. */
  output(stream: 'stdout' | 'stderr', text: string): void;
}

/** A gdbserver that the session has started, and that ends with it. */
export class Gdbserver {
  private constructor(
    private readonly child: ChildProcess,
    /** The port that it told; undefined where only time was waited for. */
    readonly port: string | undefined,
  ) {}

  /**
   * Starts one.
   *
   * @throws RequestError `serverNotUsable` with what it printed where it does not come up
   */
  static async start(options: ServerOptions): Promise<Gdbserver> {
    const { server, args, cwd, env } = options;
    // A session of its own: a ^C on the adapter's terminal must not reach it, nor the program.
    const child = spawn(server, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    try {
      return new Gdbserver(child, await port(child, options));
    } catch (error) {
      child.kill();
      const message = `The server '${server}' of 'target' cannot be used: ${messageOf(error)}`;
      throw new RequestError('user', 'serverNotUsable', message, { cause: error });
    }
  }

  /** The program has ended: resolves when what it printed has been handed on, at the latest after {@link LAST_WORDS_MS}. */
  async drain(): Promise<void> {
    if (this.child.stdout?.closed === true) return;
    const signal = AbortSignal.timeout(LAST_WORDS_MS);
    // A server that stays for more programs keeps its output open: then time is all there is to wait for.
    await once(this.child, 'close', { signal }).catch(() => undefined);
  }

  /** Ends it, if it has not ended with the connection. */
  end(): void {
    this.child.kill();
  }
}

function port(child: ChildProcess, options: ServerOptions): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    let said = '';
    const timer = setTimeout(() => {
      if (options.delay !== undefined) resolve(undefined);
      else reject(new Error(`it told no port within ${options.timeout / 1000} s. It printed: ${said.trim()}`));
    }, options.delay ?? options.timeout);
    for (const stream of ['stdout', 'stderr'] as const) {
      child[stream]?.setEncoding('utf8').on('data', (text: string) => {
        options.output(stream, text);
        said = (said + text).slice(-4096);
        const found = options.portPattern.exec(said)?.[1];
        if (found === undefined) return;
        clearTimeout(timer);
        resolve(found);
      });
    }
    child.once('error', error => {
      clearTimeout(timer);
      reject(error);
    });
    child.once('exit', code => {
      clearTimeout(timer);
      reject(new Error(`it ended at once with exit code ${code ?? 'none'}. It printed: ${said.trim()}`));
    });
  });
}
