import type { ClientTerminal } from '../clientTerminal.js';
import type { Configuration } from '../config/configuration.js';
import type { Execution } from '../execution.js';
import type { GdbLink } from '../gdbLink.js';
import type { Client, Tell } from '../ports.js';
import type { TargetProcess } from './targetProcess.js';

/** What every way of coming by a program works with. */
export interface TargetPorts {
  readonly config: Configuration;
  readonly link: GdbLink;
  readonly client: Client;
  readonly tell: Tell;
  readonly execution: Execution;
  readonly process: TargetProcess;
  /** A terminal of the client's; undefined where it has none to give, which the user has been told. */
  openTerminal(config: Configuration, cwd: string): Promise<ClientTerminal | undefined>;
  /** gdb's number of the breakpoint that `stopOnEntry` asks for. */
  entryBreakpoint(number: string): void;
}

/**
 * Where the program of a session comes from: one class for each of launch, attach, core file and remote target. In order:
 * `program`, `prepare`, `start`, and for a restart `reset` and `start` again.
 */
export interface Target {
  /** What the client shows. */
  readonly name: string;
  readonly startMethod: 'launch' | 'attach';
  /** Whether its processes are this machine's: only then /proc and signals reach them. */
  readonly isLocal: boolean;
  /** A core file: nothing runs any more. */
  readonly isPostMortem: boolean;
  /** Whether it ends with the session unless the client says otherwise. */
  readonly isOurs: boolean;

  /** Whether the process was stopped by a signal (state T) before gdb came: it would be so again behind gdb. */
  readonly wasSuspended?: boolean;

  /** The file whose tables tell the regions, as far as it is known before gdb runs. */
  program(): Promise<string | undefined>;
  /** gdb runs: gives it the program, and the process where there is one already. */
  prepare(): Promise<void>;
  /** The breakpoints are known: makes the process, stopped at its beginning, where there is none yet. */
  start(): Promise<void>;
  /** How it goes on from there: runs, or stays and is shown. */
  readonly begin: 'run' | StopShown;
  /** Takes the process away, so that `start` can make another. @throws RequestError where that cannot be */
  reset(config: Configuration): Promise<void>;
  /** The program has ended, with this exit code; settles when its output has been handed on. */
  ended?(exitCode: number): Promise<void>;
  /** The session is over. */
  close?(): void;
}

/** A stop that the client is told of though gdb has not just stopped. */
export interface StopShown {
  readonly reason: string;
  readonly description?: string;
  readonly text?: string;
}
