import { readlinkSync } from 'node:fs';
import { connect } from 'node:net';
import type { Writable } from 'node:stream';
import { isatty } from 'node:tty';

/** What the keys and the window of a terminal send to who is in its foreground. */
const SIGNALS = ['SIGINT', 'SIGQUIT', 'SIGWINCH', 'SIGHUP'] as const;

/**
 * `rseq-dap hold-terminal SOCKET`: run by an editor in a terminal that a debugged program shall use. Tells the adapter at the
 * socket which terminal it is and what signals it gets there, and ends when the adapter says so or is gone.
 *
 * @returns the program's exit code
 */
export async function holdTerminal(args: readonly string[], _out: Writable, err: Writable): Promise<number> {
  const [address] = args;
  if (address === undefined || args.length !== 1) {
    err.write('rseq-dap: hold-terminal is run by the adapter, with a socket as its argument\n');
    return 2;
  }
  return new Promise(resolve => {
    let exitCode = 0;
    let said = '';
    const socket = connect(address, () => {
      socket.write(`${greeting()}\n`);
    });
    socket.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      exitCode = Number(/^exit (\d+)$/m.exec(said)?.[1] ?? exitCode);
    });
    socket.on('error', error => {
      err.write(`rseq-dap: the debugger cannot be reached: ${error.message}\n`);
      exitCode = 1;
    });
    socket.on('close', () => {
      resolve(exitCode);
    });
    for (const signal of SIGNALS) {
      process.on(signal, () => {
        if (!socket.destroyed) socket.write(`${signal}\n`);
        if (signal === 'SIGHUP') socket.end();
      });
    }
    // ^Z would stop the holder, and the shell would take the terminal back while the program uses it.
    process.on('SIGTSTP', () => undefined);
  });
}

function greeting(): string {
  if (!isatty(0)) return 'error the client ran the program without a terminal.';
  return `tty ${readlinkSync('/proc/self/fd/0')} ${process.env.TERM ?? ''}`;
}
