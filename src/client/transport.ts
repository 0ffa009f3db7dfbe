import { spawn } from 'node:child_process';
import { connect } from 'node:net';
import type { Readable, Writable } from 'node:stream';

/** How an adapter ended: `code` or `signal` of its process; neither for a connection over TCP. */
export interface AdapterExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A connected adapter. */
export interface Transport {
  readonly input: Readable;
  readonly output: Writable;
  /** Settles when the adapter's process has been reaped, or the connection is closed. */
  readonly ended: Promise<AdapterExit>;
  /** Why the adapter ended, as far as can be told, with the last it wrote to stderr. */
  describeEnd(exit: AdapterExit): string;
  /** Asks the adapter to go, makes it go if it does not; settles as {@link Transport.ended}. */
  close(): Promise<AdapterExit>;
}

/** How to start an adapter. */
export interface SpawnOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Sees what the adapter writes to stderr: its log. */
  readonly onStderr?: (text: string) => void;
  /** How long {@link Transport.close} waits for the process after each of: end of its stdin, SIGTERM. */
  readonly graceMs?: number;
}

const STDERR_TAIL_CHARACTERS = 4096;

/** Starts an adapter that speaks on its stdin and stdout. A program that cannot be started shows in `ended`. */
export function spawnTransport(command: string, args: readonly string[], options: SpawnOptions = {}): Transport {
  const child = spawn(command, args, { cwd: options.cwd, env: options.env ?? process.env, stdio: 'pipe' });
  let stderr = '';
  let startError: Error | undefined;
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-STDERR_TAIL_CHARACTERS);
    options.onStderr?.(text);
  });
  child.stdin.on('error', () => undefined); // EPIPE: `ended` tells why.
  const ended = new Promise<AdapterExit>(resolve => {
    child.on('error', error => {
      startError ??= error;
      if (child.pid === undefined) resolve({ code: null, signal: null });
    });
    // `close` and not `exit`: by then everything that it wrote has been read.
    child.on('close', (code, signal) => {
      resolve({ code, signal });
    });
  });
  return {
    input: child.stdout,
    output: child.stdin,
    ended,
    describeEnd: ({ code, signal }) => {
      if (startError !== undefined && child.pid === undefined)
        return `The adapter did not start: ${startError.message}`;
      const how = signal ?? `exit code ${code ?? 'unknown'}`;
      return `The adapter ended (${how})${stderr === '' ? '' : `; its stderr ends with:\n${stderr}`}`;
    },
    close: async () => {
      const graceMs = options.graceMs ?? 2000;
      child.stdin.end();
      if (await endsWithin(ended, graceMs)) return ended;
      child.kill('SIGTERM');
      if (await endsWithin(ended, graceMs)) return ended;
      child.kill('SIGKILL');
      // A child of the adapter that holds its pipes open must not hold us: nobody reads them any more.
      child.stdout.destroy();
      child.stderr.destroy();
      return ended;
    },
  };
}

/** Connects to an adapter that listens on TCP. @throws the socket's error, e.g. ECONNREFUSED */
export async function connectTransport(host: string, port: number): Promise<Transport> {
  const socket = connect({ host, port, noDelay: true });
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve).once('error', reject);
  });
  let failure: Error | undefined;
  socket.on('error', error => {
    failure = error;
  });
  const ended = new Promise<AdapterExit>(resolve => {
    socket.on('close', () => {
      resolve({ code: null, signal: null });
    });
  });
  return {
    input: socket,
    output: socket,
    ended,
    describeEnd: () => `The adapter closed the connection${failure === undefined ? '' : ` (${failure.message})`}`,
    close: () => {
      socket.end();
      socket.destroySoon();
      return ended;
    },
  };
}

async function endsWithin(ended: Promise<unknown>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<boolean>(resolve => {
    timer = setTimeout(() => {
      resolve(false);
    }, ms);
  });
  const result = await Promise.race([ended.then(() => true), timeout]);
  clearTimeout(timer);
  return result;
}
