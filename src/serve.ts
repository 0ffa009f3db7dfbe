import type { Readable, Writable } from 'node:stream';
import type { ListenAddress } from './cli/arguments.js';
import { DapConnection } from './dap/connection.js';
import { isLoopback, TcpServer } from './dap/server.js';
import { withToken } from './dap/token.js';
import { GdbAhead } from './session/gdbAhead.js';
import { createSession, type Session } from './session/session.js';
import { messageOf } from './util/errors.js';
import type { Logger } from './util/log.js';
import type { RequestTime } from './util/timing.js';

/** Serves one client until it is gone or `stop` settles; then ends its session. */
async function serveClient(
  input: Readable,
  output: Writable,
  log: Logger,
  options: {
    readonly stop: AbortSignal;
    readonly closeOnDisconnect: boolean;
    readonly ahead: GdbAhead | undefined;
    readonly token?: string | undefined;
  },
): Promise<void> {
  const connection = new DapConnection(input, output, log.branch());
  if (process.env.RSEQ_DAP_TIMING !== undefined) connection.time(tellTime);
  const { token } = options;
  const serve = (each: Session): void => {
    connection.serve(token === undefined ? each : withToken(each, token));
  };
  let session = createSession(connection, options.ahead);
  connection.onDisconnect(() => {
    if (options.closeOnDisconnect) {
      connection.close();
      return;
    }
    // A client of the server may begin another session on the same connection.
    const old = session;
    session = createSession(connection);
    serve(session);
    void endQuietly(old, log);
  });
  const stop = (): void => {
    connection.close();
  };
  options.stop.addEventListener('abort', stop);
  await new Promise<void>(resolve => {
    connection.onClose(resolve);
    serve(session);
    if (options.stop.aborted) connection.close();
  });
  options.stop.removeEventListener('abort', stop);
  await endQuietly(session, log);
}

/** A line for each request, in milliseconds. */
function tellTime({ command, queue, gdb, adapter }: RequestTime): void {
  const [inQueue, inGdb, inAdapter] = [queue, gdb, adapter].map(ms => ms.toFixed(3));
  process.stderr.write(`rseq-dap: timing: ${command} queue ${inQueue} gdb ${inGdb} adapter ${inAdapter}\n`);
}

/** A session that cannot end properly must not keep the process from ending. */
async function endQuietly(session: { end(): Promise<void> }, log: Logger): Promise<void> {
  try {
    await session.end();
  } catch (error) {
    log.error('The session did not end properly', error);
  }
}

/** The signals that ask the adapter to go; it ends its sessions first, so that no gdb and no program is left. */
function stopSignal(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => {
      controller.abort();
    });
  }
  return controller.signal;
}

/**
 * Serves the client on stdin and stdout; returns the exit code.
 *
 * @param ahead a gdb that has been started for it already
 */
export async function serveStdio(log: Logger, ahead: GdbAhead | undefined): Promise<number> {
  await serveClient(process.stdin, process.stdout, log, { stop: stopSignal(), closeOnDisconnect: true, ahead });
  process.stdin.destroy(); // It would keep the process alive where the client does not close its end.
  return 0;
}

/** Serves clients that connect, each with a session of its own, until a signal comes; returns the exit code. */
export async function serveTcp(listen: ListenAddress, log: Logger): Promise<number> {
  const stop = stopSignal();
  const token = process.env.RSEQ_DAP_TOKEN;
  // Programs that are debugged inherit the environment, and need not know it.
  delete process.env.RSEQ_DAP_TOKEN;
  const server = new TcpServer(socket => {
    const ahead = token === undefined ? GdbAhead.start() : undefined;
    return serveClient(socket, socket, log, { stop, closeOnDisconnect: false, ahead, token });
  });
  let address: string;
  try {
    address = await server.listen(listen.host, listen.port);
  } catch (error) {
    process.stderr.write(`rseq-dap: cannot listen on ${listen.host}:${listen.port}: ${messageOf(error)}\n`);
    return 1;
  }
  if (!isLoopback(address)) {
    const who = token === undefined ? 'whoever connects' : 'whoever knows its token';
    process.stderr.write(
      `rseq-dap: warning: ${address} can be reached from other machines, and ${who} can run any program here\n`,
    );
  }
  process.stdout.write(`Listening on ${address}\n`);
  await new Promise<void>(resolve => {
    stop.addEventListener('abort', () => {
      resolve();
    });
  });
  await server.close();
  return 0;
}
