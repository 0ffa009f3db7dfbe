import { parseArgs } from 'node:util';
import { messageOf } from '../util/errors.js';
import { LOG_LEVELS, type LogLevel } from '../util/log.js';

/** Where to listen: `host` without brackets; port 0 lets the system pick one. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/** What the command line asks for. */
export type Invocation =
  | { readonly kind: 'stdio'; readonly logLevel: LogLevel }
  | { readonly kind: 'server'; readonly logLevel: LogLevel; readonly listen: ListenAddress }
  | { readonly kind: 'subcommand'; readonly name: Subcommand; readonly args: readonly string[] }
  | { readonly kind: 'help' }
  | { readonly kind: 'version' }
  /** A wrong command line; the message names what is wrong. */
  | { readonly kind: 'wrong'; readonly message: string };

/** The words that may stand first on the command line; each has its own options. */
export const SUBCOMMANDS = ['inspect', 'run', 'demo', 'hold-terminal'] as const;
export type Subcommand = (typeof SUBCOMMANDS)[number];

export const HELP = `Usage:
  rseq-dap                          speak the Debug Adapter Protocol on stdin and stdout
  rseq-dap --server=[HOST:]PORT     listen on TCP; any number of clients, a session each
  rseq-dap inspect FILE             tell the restartable sequences of a file
  rseq-dap run SCRIPT               debug a program as a script tells, for tests without an editor
  rseq-dap demo [SAMPLE...]         show what the adapter does on the samples of a checkout

Options:
  --server=[HOST:]PORT   HOST is 127.0.0.1 unless named; an IPv6 address stands in brackets: [::1]:4711.
                         Port 0 picks a free one. 'Listening on HOST:PORT' is written to stdout as its only line.
                         With RSEQ_DAP_TOKEN in the environment, launch and attach must bring it as 'token'.
  --log-level=LEVEL      ${LOG_LEVELS.join(', ')}; written to stderr (default: warn)
  --help                 show this text
  --version              show the version

'rseq-dap inspect --help' and 'rseq-dap run --help' tell their options.
`;

/** Reads the arguments behind the program's name. Never throws. */
export function parseInvocation(argv: readonly string[]): Invocation {
  const subcommand = SUBCOMMANDS.find(name => name === argv[0]);
  if (subcommand !== undefined) return { kind: 'subcommand', name: subcommand, args: argv.slice(1) };
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        server: { type: 'string' },
        'log-level': { type: 'string' },
        help: { type: 'boolean', short: 'h' },
        version: { type: 'boolean' },
      },
    });
    if (values.help === true) return { kind: 'help' };
    if (values.version === true) return { kind: 'version' };
    const logLevel = parseLogLevel(values['log-level'] ?? 'warn');
    if (values.server === undefined) return { kind: 'stdio', logLevel };
    return { kind: 'server', logLevel, listen: parseListenAddress(values.server) };
  } catch (error) {
    return { kind: 'wrong', message: messageOf(error) };
  }
}

function parseLogLevel(text: string): LogLevel {
  const level = LOG_LEVELS.find(known => known === text);
  if (level === undefined) throw new Error(`--log-level must be one of ${LOG_LEVELS.join(', ')}, not '${text}'`);
  return level;
}

function parseListenAddress(text: string): ListenAddress {
  // Without brackets, an IPv6 address could not be told from HOST:PORT.
  const match = /^(?:(?:\[([0-9a-f:.%\w]+)\]|([^:[\]]+)):)?([0-9]{1,5})$/i.exec(text);
  const port = Number(match?.[3]);
  if (match === null || port > 65535) {
    throw new Error(`--server must be [HOST:]PORT with a port from 0 to 65535, not '${text}'`);
  }
  return { host: match[1] ?? match[2] ?? '127.0.0.1', port };
}
