#!/usr/bin/env node
import { readFile } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import { HELP, parseInvocation, type Subcommand } from './cli/arguments.js';
import { Logger } from './util/log.js';

/** A subcommand: gets the arguments behind its name; returns the exit code. */
type SubcommandMain = (args: readonly string[], out: Writable, err: Writable) => Promise<number>;

/** Loaded when asked for, so that the adapter starts without them. */
const SUBCOMMAND_LOADERS: Partial<Record<Subcommand, () => Promise<SubcommandMain>>> = {
  inspect: async () => (await import('./cli/inspect.js')).runInspect,
  run: async () => (await import('./cli/run.js')).runRun,
  'hold-terminal': async () => (await import('./cli/holdTerminal.js')).holdTerminal,
  demo: async () => (await import('./cli/demo.js')).runDemo,
};

/** The exit code for a wrong command line, as most programs have it. */
const EXIT_USAGE = 2;

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

/** gdb starts while the adapter is still being loaded: whoever runs it on stdio is about to send requests. */
async function adapter(log: Logger): Promise<number> {
  const { GdbAhead } = await import('./session/gdbAhead.js');
  const ahead = GdbAhead.start();
  const { serveStdio } = await import('./serve.js');
  return serveStdio(log, ahead);
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
      return invocation.kind === 'stdio' ? adapter(log) : (await import('./serve.js')).serveTcp(invocation.listen, log);
    }
  }
}

// Whoever reads our stderr may be gone (a closed terminal): that must not end sessions that are alive.
process.stderr.on('error', () => undefined);
process.exitCode = await main(process.argv.slice(2));
