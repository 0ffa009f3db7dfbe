#!/usr/bin/env node
import { readFile } from 'node:fs/promises';
import type { Readable, Writable } from 'node:stream';
import { HELP, type ListenAddress, parseInvocation, type Subcommand } from './cli/arguments.js';
import { DapConnection } from './dap/connection.js';
import { isLoopback, TcpServer } from './dap/server.js';
import { createSession } from './session/session.js';
import { messageOf } from './util/errors.js';
import { Logger } from './util/log.js';
import { RequestTimer, type RequestTime } from './util/timing.js';

/** A subcommand: gets the arguments behind its name; returns the exit code. */
type SubcommandMain = (args: readonly string[], out: Writable, err: Writable) => Promise<number>;

/** Loaded when asked for, so that the adapter starts without them. */
const SUBCOMMAND_LOADERS: Partial<Record<Subcommand, () => Promise<SubcommandMain>>> = {
  inspect: async () => (await import('./cli/inspect.js')).runInspect,
  demo: async () => (await import('./cli/demo.js')).runDemo,
};

/** The exit code for a wrong command line, as most programs have it. */
const EXIT_USAGE = 2;

/** Serves one client until it is gone or `stop` settles; then ends its session. */
async function serveClient(
  input: Readable,
  output: Writable,
  log: Logger,
  options: { readonly stop: AbortSignal; readonly closeOnDisconnect: boolean },
): Promise<void> {
  const timer = process.env.RSEQ_DAP_TIMING === undefined ? undefined : new RequestTimer(tellTime);
  const connection = new DapConnection(input, output, log, timer);
  let session = createSession(connection);
  connection.onDisconnect(() => {
    if (options.closeOnDisconnect) {
      connection.close();
      return;
    }
    // A client of the server may begin another session on the same connection.
    const old = session;
    session = createSession(connection);
    connection.serve(session);
    void endQuietly(old, log);
  });
  const stop = (): void => {
    connection.close();
  };
  options.stop.addEventListener('abort', stop);
  await new Promise<void>(resolve => {
    connection.onClose(resolve);
    connection.serve(session);
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

async function serveStdio(log: Logger): Promise<number> {
  await serveClient(process.stdin, process.stdout, log, { stop: stopSignal(), closeOnDisconnect: true });
  process.stdin.destroy(); // It would keep the process alive where the client does not close its end.
  return 0;
}

async function serveTcp(listen: ListenAddress, log: Logger): Promise<number> {
  const stop = stopSignal();
  const server = new TcpServer(socket => serveClient(socket, socket, log, { stop, closeOnDisconnect: false }));
  let address: string;
  try {
    address = await server.listen(listen.host, listen.port);
  } catch (error) {
    process.stderr.write(`rseq-dap: cannot listen on ${listen.host}:${listen.port}: ${messageOf(error)}\n`);
    return 1;
  }
  if (!isLoopback(address)) {
    process.stderr.write(
      `rseq-dap: warning: ${address} can be reached from other machines, and whoever connects can run any program here\n`,
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

async function runSubcommand(name: Subcommand, args: readonly string[]): Promise<number> {
  const load = SUBCOMMAND_LOADERS[name];
  if (load === undefined) {
    process.stderr.write(`rseq-dap: this version has no '${name}'\n`);
    return EXIT_USAGE;
  }
  const run = await load();
  return run(args, process.stdout, process.stderr);
}

/** The compiled file is dist/src/main.js. */
async function version(): Promise<string> {
  const text = await readFile(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

async function main(argv: readonly string[]): Promise<number> {
  const invocation = parseInvocation(argv);
  switch (invocation.kind) {
    case 'help':
      process.stdout.write(HELP);
      return 0;
    case 'version':
      process.stdout.write(`${await version()}\n`);
      return 0;
    case 'wrong':
      process.stderr.write(`rseq-dap: ${invocation.message}\nTry 'rseq-dap --help'.\n`);
      return EXIT_USAGE;
    case 'subcommand':
      return runSubcommand(invocation.name, invocation.args);
    case 'stdio':
    case 'server': {
      const sink = (level: string, text: string): void => {
        process.stderr.write(`rseq-dap: ${level}: ${text}\n`);
      };
      const log = new Logger(sink, invocation.logLevel);
      return invocation.kind === 'stdio' ? serveStdio(log) : serveTcp(invocation.listen, log);
    }
  }
}

// Whoever reads our stderr may be gone (a closed terminal): that must not end sessions that are alive.
process.stderr.on('error', () => undefined);
process.exitCode = await main(process.argv.slice(2));
