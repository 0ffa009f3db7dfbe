import { optionalBoolean } from '../dap/arguments.js';
import type { RouteTable } from '../dap/route.js';
import { console as consoleCommand } from '../mi/commands.js';
import { execContinue } from '../mi/commandsExecution.js';
import { messageOf } from '../util/errors.js';
import type { Execution } from './execution.js';
import type { GdbLink } from './gdbLink.js';
import type { Lifecycle } from './lifecycle.js';
import type { AllBreakpoints, Client, Tell } from './ports.js';
import { rescue } from './orphanedCode.js';
import { sendSignal, within, type TargetProcess } from './target/targetProcess.js';
import { carryOut } from './userCommands.js';

/** How long a program may take to end by itself when it is asked to, in milliseconds. */
const TERMINATION_MS = 1000;

/** What the end of a session touches. */
export interface EndingPorts {
  readonly link: GdbLink;
  readonly client: Client;
  readonly tell: Tell;
  readonly execution: Execution;
  readonly breakpoints: AllBreakpoints;
  readonly process: TargetProcess;
  readonly lifecycle: Lifecycle;
}

/** The end of a session: ends the program or lets go of it, and leaves nothing behind. */
export class Ending {
  private isTold = false;
  /** What is done for a process whose gdb was killed. */
  private rescue: Promise<void> | undefined;

  constructor(private readonly ports: EndingPorts) {}

  readonly routes: RouteTable = {
    terminate: { when: 'any', overtakes: true, run: () => this.terminate() },
    disconnect: {
      when: 'any',
      overtakes: true,
      run: args =>
        this.disconnect(optionalBoolean(args, 'terminateDebuggee'), optionalBoolean(args, 'suspendDebuggee') === true),
    },
  };

  /** The program has ended by itself or by us: its output first, then its end. */
  async exited(exitCode: number): Promise<void> {
    const { client, lifecycle, process } = this.ports;
    process.exited();
    await lifecycle.target?.ended?.(exitCode);
    client.emit('exited', { exitCode });
    this.terminated();
  }

  /** gdb has ended; unless that was asked for, the session ends with it. */
  gdbEnded(why: string): void {
    const { execution, lifecycle, process, tell } = this.ports;
    const orphan = this.attachedTo;
    execution.end();
    process.exited();
    lifecycle.close();
    if (orphan !== undefined) this.rescue = rescue(orphan, tell);
    if (this.isTold) return;
    const left = orphan === undefined ? 'the program has ended with it' : 'the program goes on without it';
    tell('important', `${why} The session is over; ${left}.\n`);
    this.terminated();
  }

  /** Says that the session is over, once. */
  terminated(): void {
    if (this.isTold) return;
    this.isTold = true;
    this.ports.client.emit('terminated');
  }

  /** Lets go of everything. Never rejects. */
  async end(): Promise<void> {
    this.isTold = true;
    const { lifecycle, link, tell } = this.ports;
    if (lifecycle.exitCommands.length > 0 && link.isRunning) {
      await carryOut(lifecycle.exitCommands, 'exitCommands', this.ports).catch((error: unknown) => {
        tell('important', `${messageOf(error)}\n`);
      });
    }
    await this.endGdb();
  }

  /** Ends gdb; what it was attached to lives on unharmed. */
  private async endGdb(): Promise<void> {
    const { execution, lifecycle, link, tell } = this.ports;
    execution.interrupter.giveUp();
    const orphan = this.attachedTo;
    lifecycle.close();
    const forced = await link.end();
    if (forced && orphan !== undefined) this.rescue ??= rescue(orphan, tell);
    await this.rescue;
  }

  /** The process of this machine that outlives gdb. */
  private get attachedTo(): number | undefined {
    const { lifecycle, process } = this.ports;
    return lifecycle.target?.isOurs === false ? process.localId : undefined;
  }

  /** Asks the program to end, then makes it, then does without gdb, which may hang. */
  private async terminate(): Promise<void> {
    const { lifecycle, link, process } = this.ports;
    const pid = process.localId;
    if (pid === undefined || lifecycle.state() === 'initialized') {
      if (process.id !== undefined && lifecycle.target?.isPostMortem === false) {
        await link.send(consoleCommand('kill')).catch((error: unknown) => {
          this.ports.tell('important', `The remote program could not be ended: ${messageOf(error)}\n`);
        });
      }
      await this.endGdb();
      this.terminated();
      return;
    }
    const exited = process.whenExited();
    void this.askToEnd(pid);
    if (await within(exited, TERMINATION_MS)) return;
    process.end('SIGKILL');
    if (await within(exited, TERMINATION_MS)) return;
    link.kill();
    await exited;
  }

  /** SIGTERM, with nothing of ours left that could stop the program on its way out. */
  private async askToEnd(pid: number): Promise<void> {
    const { breakpoints, execution, link, process } = this.ports;
    try {
      // In the middle of a step the other threads may be held: held, they would not end.
      await execution.drivers.cancel();
      await breakpoints.removeAll();
      await link.send(consoleCommand('handle SIGTERM nostop noprint pass'));
      process.end('SIGTERM');
      if (!execution.running) await link.send(execContinue());
    } catch {
      // gdb is busy or gone: what is left is the hard way.
      sendSignal(pid, 'SIGKILL');
    }
  }

  private async disconnect(terminateDebuggee: boolean | undefined, suspend: boolean): Promise<void> {
    const { lifecycle, process } = this.ports;
    const isOurs = lifecycle.target?.isOurs ?? true;
    const keep = process.id !== undefined && lifecycle.target?.isPostMortem === false && !(terminateDebuggee ?? isOurs);
    this.isTold = true;
    if (keep) await this.letGo(suspend);
    else if (!isOurs) process.end('SIGKILL');
    await this.end();
  }

  /** The program goes on without gdb, or stays stopped for whoever takes it up next (`kill -CONT` lets it go). */
  private async letGo(suspend: boolean): Promise<void> {
    const { execution, lifecycle, link, process } = this.ports;
    const pid = process.localId;
    if (suspend && pid === undefined) {
      const message = "A remote program cannot be left stopped: that takes a signal of its machine's. It goes on.";
      this.ports.tell('important', `${message}\n`);
    }
    if (!suspend || pid === undefined) {
      const mayStop = execution.interrupter.giveUp();
      await link.detach();
      // What would stop it now: a pause that gdb has not seen, or what had stopped it before gdb came.
      if ((mayStop || lifecycle.target?.wasSuspended === true) && pid !== undefined) sendSignal(pid, 'SIGCONT');
      return;
    }
    await execution.silent.whileStopped(async () => {
      // Still pending when gdb lets go, it takes effect then: the process stays in state T.
      sendSignal(pid, 'SIGSTOP');
      await link.detach();
    }, false);
  }
}
