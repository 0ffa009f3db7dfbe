import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DebugProtocol as D } from '@vscode/debugprotocol';
import { console, type MiCommand } from '../mi/commands.js';
import { setEnvironment } from '../mi/commandsTarget.js';
import { messageOf, RequestError } from '../util/errors.js';
import { sendSignal } from './target/targetProcess.js';

/** How long a terminal may take to come up, with the shell's start files in it, in ms. */
const PATIENCE_MS = 30_000;

/** How a terminal of the client's is asked for. */
export interface TerminalRequest {
  readonly kind: 'integrated' | 'external';
  readonly title: string;
  /** Absolute. */
  readonly cwd: string;
  /** The reverse request `runInTerminal`. */
  run(args: D.RunInTerminalRequestArguments): Promise<unknown>;
}

/** Signals of a terminal's keys and window, which the kernel sends to the holder in the foreground there. */
const FORWARDED: Readonly<Record<string, NodeJS.Signals>> = {
  SIGINT: 'SIGINT',
  SIGQUIT: 'SIGQUIT',
  SIGWINCH: 'SIGWINCH',
  SIGHUP: 'SIGHUP',
};

/**
 * A terminal of the client's that the program uses while gdb stays on its pipes.
 *
 * The client runs a holder there (`rseq-dap hold-terminal`), which tells the terminal's name, keeps the shell from reading
 * what is typed, and ends with the program's exit code. The terminal belongs to the shell's session, so it cannot become the
 * program's controlling terminal: what its keys mean (^C) reaches the holder, is told here, and is sent to the program.
 */
export class ClientTerminal {
  private pid: number | undefined;

  private constructor(
    private readonly server: Server,
    private readonly holder: Socket,
    /** e.g. `/dev/pts/3` */
    readonly path: string,
    private readonly term: string | undefined,
  ) {}

  /**
   * Has the client open a terminal.
   *
   * @throws RequestError `terminalNotUsable` where the client refuses, or nothing is heard from the terminal
   */
  static async open(request: TerminalRequest): Promise<ClientTerminal> {
    const folder = mkdtempSync(join(tmpdir(), 'rseq-dap-'));
    const address = join(folder, 'terminal');
    const server = createServer();
    try {
      const heard = greeting(server);
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject).listen(address, resolve);
      });
      await request.run({
        kind: request.kind,
        title: request.title,
        cwd: request.cwd,
        args: [process.execPath, MAIN, 'hold-terminal', address],
        ...(process.versions.electron === undefined ? {} : { env: { ELECTRON_RUN_AS_NODE: '1' } }),
      });
      const { socket, path, term } = await heard;
      const terminal = new ClientTerminal(server, socket, path, term);
      terminal.listen();
      return terminal;
    } catch (error) {
      server.close();
      const message = `The client gave the program no terminal: ${messageOf(error)} Set 'console' to "internalConsole" to do without.`;
      throw new RequestError('user', 'terminalNotUsable', message, { cause: error });
    } finally {
      // The connection lives on without its name.
      rmSync(folder, { recursive: true, force: true });
    }
  }

  /** What a program in this terminal needs: the terminal's type, and ^C, which gdb would keep from it. */
  setupCommands(given: Readonly<Record<string, string | null>>): readonly MiCommand[] {
    const type = this.term === undefined || Object.hasOwn(given, 'TERM') ? [] : [setEnvironment('TERM', this.term)];
    return [console('handle SIGINT nostop noprint pass'), ...type];
  }

  /** The process that the keys are for. */
  serves(pid: number): void {
    this.pid = pid;
  }

  /** The program has ended: the holder ends with this exit code, and the terminal is the shell's again. */
  end(exitCode: number): void {
    this.pid = undefined;
    this.holder.end(`exit ${exitCode}\n`);
    this.server.close();
  }

  private listen(): void {
    lines(this.holder, line => {
      const signal = FORWARDED[line];
      if (signal !== undefined && this.pid !== undefined) sendSignal(this.pid, signal);
    });
    // A holder that is gone has nothing left to say.
    this.holder.on('error', () => undefined);
  }
}

/** What this process was started as: where the adapter lies in one piece in an editor's package, no path from this file fits. */
const MAIN = process.argv[1] ?? '';

interface Greeting {
  readonly socket: Socket;
  readonly path: string;
  readonly term: string | undefined;
}

/** Waits for the holder's first line: `tty PATH TERM`, or `error WHY`. */
function greeting(server: Server): Promise<Greeting> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new Error(`nothing was heard from it within ${PATIENCE_MS / 1000} s.`));
    }, PATIENCE_MS);
    server.once('connection', socket => {
      clearTimeout(timer);
      lines(socket, line => {
        const [, path, term] = /^tty (\/\S+) (\S*)$/.exec(line) ?? [];
        if (path !== undefined) resolve({ socket, path, term: term === '' ? undefined : term });
        else reject(new Error(line.replace(/^error /, '')));
      });
    });
  });
}

function lines(socket: Socket, listener: (line: string) => void): void {
  let rest = '';
  socket.setEncoding('utf8').on('data', (text: string) => {
    const parts = (rest + text).split('\n');
    rest = parts.pop() ?? '';
    parts.forEach(listener);
  });
}
