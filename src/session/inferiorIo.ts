import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { MiClient } from '../mi/client.js';
import { console, type MiCommand } from '../mi/commands.js';
import { execArguments, inferiorTtySet } from '../mi/commandsTarget.js';
import { messageOf, RequestError } from '../util/errors.js';
import { Terminal } from './terminal.js';

/** Which of the target's streams a text came from. */
export type OutputStream = 'stdout' | 'stderr';

/** What {@link InferiorIo.prepare} needs of gdb. */
export interface TerminalGdb {
  readonly client: MiClient;
  /** What `-list-features` answered. */
  readonly features: ReadonlySet<string>;
}

/** gdb's first inherited descriptor, where our terminals' masters begin. */
const FIRST_INHERITED = 3;

/**
 * Unlocks the terminals (TIOCSPTLCK, 0x40045431 on every Linux architecture with the generic ioctl numbers), gives them
 * the modes and the size that {@link resetModes} gives, and makes their masters non-blocking, which Node can do none of;
 * that flag is one of the open file, which is ours too. The target shall not inherit them, but gdb keeps them: where we are
 * killed, the terminals then hang up when gdb has killed the target, and not before. The hangup's SIGCONT takes back the
 * SIGSTOPs under way, for which gdb waits without end, be it one of its own or that of a thread just begun.
 */
const PREPARE_WITH_PYTHON = [
  'python import fcntl, os, struct, termios; [(fcntl.ioctl(fd, 0x40045431, struct.pack("i", 0))',
  'termios.tcsetattr(fd, 0, [m[0], m[1] & ~termios.ONLCR, m[2], m[3] & ~termios.ECHO, *m[4:]])',
  'fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("4H", 24, 80, 0, 0))',
  'os.set_blocking(fd, False)',
  `os.set_inheritable(fd, False)) for fd in (${FIRST_INHERITED}, ${FIRST_INHERITED + 1}) for m in [termios.tcgetattr(fd)]]`,
].join(', ');

/** The same for a gdb without Python. 2048 is O_NONBLOCK, 2 O_RDWR, 4 F_SETFL. */
const UNLOCK_WITH_PERL =
  'for my $fd (3, 4) { open(my $f, "+<&=", $fd) or die "$!"; my $zero = pack("i", 0); ' +
  'ioctl($f, 0x40045431, $zero) or die "$!"; fcntl($f, 4, 2 | 2048) or die "$!"; }';

/** A master reads as at an end (EIO) when the last one who used its terminal has closed it; then the reader is closed too. */
const KEEP_OPEN =
  'for (const fd of [3, 4]) new (require("node:tty").ReadStream)(fd).on("error", () => {}).on("data", () => {});';

/**
 * The terminals of a launched target: stdin, stdout and its controlling terminal on one, stderr on another, so that the
 * two outputs can be told apart (their order among each other is lost) and both are terminals to the target.
 *
 * In order: `new`, {@link masterFds} handed to gdb as its extra descriptors, {@link prepare}; before each start of the
 * target {@link setupCommands}; after each end {@link drain}; at last {@link close}.
 */
export class InferiorIo {
  private readonly primary: Terminal;
  private readonly errors: Terminal;
  /** Whether the terminals have the modes that the next target shall find, without a program for it. */
  private areNew = false;

  /**
   * @param output gets what the target prints, in the order of each stream
   * @throws RequestError where the system has no terminal left to give
   */
  constructor(output: (stream: OutputStream, text: string) => void) {
    this.primary = openTerminal(text => {
      output('stdout', text);
    });
    try {
      this.errors = openTerminal(text => {
        output('stderr', text);
      });
    } catch (error) {
      this.primary.close();
      throw error;
    }
  }

  /** The descriptors that gdb must inherit, first of all its extra ones. */
  get masterFds(): readonly number[] {
    return [this.primary.master, this.errors.master];
  }

  /**
   * Makes the terminals ready, once gdb runs.
   *
   * @throws RequestError `terminalNotUsable` where gdb has no Python and there is no perl, or one of them fails
   */
  async prepare(gdb: TerminalGdb): Promise<void> {
    try {
      if (gdb.features.has('python')) {
        await gdb.client.send(console(PREPARE_WITH_PYTHON));
        this.areNew = true;
      } else {
        await runHelper('perl', ['-e', UNLOCK_WITH_PERL], ['ignore', 'ignore', 'pipe', ...this.masterFds]);
      }
      this.primary.start();
      this.errors.start();
    } catch (error) {
      throw notUsable(error, 'A gdb with Python, or perl, is needed.');
    }
  }

  /**
   * Makes the terminals as new, whatever the run before has left, and gives the commands that have the next target use
   * them.
   *
   * @param args the target's arguments, each one as the target shall see it
   * @param redirections more of the shell's line, e.g. `< 'file'`: quoted by the caller; it may override ours
   * @throws RequestError `terminalNotUsable` where `stty` is missing or fails
   */
  async setupCommands(args: readonly string[], redirections = ''): Promise<MiCommand[]> {
    if (!this.areNew) await Promise.all([this.primary, this.errors].map(resetModes));
    this.areNew = false;
    const extra = redirections === '' ? '' : ` ${redirections}`;
    return [inferiorTtySet(this.primary.path), setArguments(args, `2>${this.errors.path}${extra}`)];
  }

  /** Types text into the target's stdin. The terminal is in canonical mode: the target sees it with the end of the line. */
  write(text: string): void {
    this.primary.write(text);
  }

  /** Stops reading: when its terminal is full the target waits in its next output. */
  pause(): void {
    this.primary.pause();
    this.errors.pause();
  }

  resume(): void {
    this.primary.resume();
    this.errors.resume();
  }

  /**
   * Resolves when all that was printed until now has been handed to `output`. To be called when the target has ended and
   * before the client is told, which would otherwise lose the last lines.
   */
  async drain(): Promise<void> {
    await Promise.all([this.primary.drain(randomUUID()), this.errors.drain(randomUUID())]);
  }

  /**
   * The target shall live on without us: a process of its own keeps the terminals open, and throws away what is printed,
   * until nobody uses them any more. Without it the target would get SIGHUP, or wait in its output for ever.
   */
  handOver(): void {
    const stdio: ('ignore' | number)[] = ['ignore', 'ignore', 'ignore', ...this.masterFds];
    spawn(process.execPath, ['-e', KEEP_OPEN], { stdio, detached: true }).unref();
  }

  /** Gives the terminals back; a process that still uses them gets SIGHUP. */
  close(): void {
    this.primary.close();
    this.errors.close();
  }
}

/** Quotes one argument for /bin/sh: between single quotes nothing has a meaning. */
export function quoteShellWord(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/**
 * The command that sets the target's arguments for gdb's startup shell.
 *
 * @param redirections shell text that follows the arguments
 */
export function setArguments(args: readonly string[], redirections = ''): MiCommand {
  return execArguments([...args.map(quoteShellWord), redirections].join(' ').trim());
}

function openTerminal(output: (text: string) => void): Terminal {
  try {
    return new Terminal(output);
  } catch (error) {
    throw notUsable(error, 'Is /dev/pts mounted, and is there a terminal left?');
  }
}

function notUsable(cause: unknown, advice: string): RequestError {
  const message = `The target's terminal cannot be made: ${messageOf(cause)}. ${advice}`;
  return new RequestError('user', 'terminalNotUsable', message, { cause });
}

/**
 * Usual modes, but no echo, since a debug console shows itself what is typed, and newlines as they are. The size is
 * that of a terminal nobody has resized.
 */
async function resetModes(terminal: Terminal): Promise<void> {
  const modes = ['sane', '-echo', '-onlcr', 'rows', '24', 'cols', '80'];
  try {
    await runHelper('stty', modes, [terminal.slave, 'ignore', 'pipe']);
  } catch (error) {
    throw notUsable(error, 'The program stty (of coreutils or busybox) is needed.');
  }
}

async function runHelper(
  program: string,
  args: readonly string[],
  stdio: ('ignore' | 'pipe' | number)[],
): Promise<void> {
  const child = spawn(program, args, { stdio });
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) {
    throw new Error(`${program} failed with exit code ${code ?? 'none'}: ${stderr.trim()}`);
  }
}
