import type { DebugProtocol as D } from '@vscode/debugprotocol';
import type { MiResult } from '../mi/client.js';
import { console as consoleCommand, type MiCommand } from '../mi/commands.js';
import type { StoppedEvent } from '../mi/events.js';
import { messageOf } from '../util/errors.js';
import { childConfiguration, type FollowFork, type RawArguments } from './config/childConfiguration.js';
import type { Client, Gdb, Tell } from './ports.js';
import { sendSignal } from './target/targetProcess.js';

/** What following forks needs of the rest of the session. */
export interface ForksPorts {
  readonly gdb: Gdb;
  readonly client: Client;
  readonly tell: Tell;
  /** Sets a catchpoint that is none of the user's. @returns gdb's number of it */
  catch(event: 'fork'): Promise<string | undefined>;
  /** Whether the client can be asked for another session. */
  canStartDebugging(): boolean;
  /** The reverse request of that name. */
  startDebugging(args: D.StartDebuggingRequestArguments): Promise<unknown>;
}

const NO_SESSIONS =
  "'followFork' is \"both\", but this client cannot begin a session for a child (it lacks 'startDebugging'): children run without a debugger. " +
  'Use "parent" or "child".\n';

/**
 * Sessions for the children of the program (`followFork: "both"`).
 *
 * gdb stops where the program forks, with the child held. A SIGSTOP is sent to the child, which takes effect when gdb lets it
 * go, at the next resume: without breakpoint instructions of this session's, and before the child has carried out anything.
 * Then the client is asked for a session that attaches to it. Children of `vfork` run free: until their `exec` their memory
 * is their parent's.
 */
export class Forks {
  /** gdb, for whoever lets the program go on. */
  readonly gdb: Gdb = { send: command => this.send(command) };
  private arguments: RawArguments = {};
  /** gdb's number of the catchpoint of `fork`; undefined where children are none of ours. */
  private catchpoint: string | undefined;
  /** Children that gdb still holds. */
  private readonly held: number[] = [];

  constructor(private readonly ports: ForksPorts) {}

  /** gdb has the program: prepares for what the configuration wants. `given` is what the client sent. */
  async begin(followFork: FollowFork | undefined, given: RawArguments, isLocal: boolean): Promise<void> {
    this.arguments = given;
    if (followFork !== 'both') return;
    const { tell } = this.ports;
    if (!isLocal) {
      tell('important', '\'followFork\' is "both", but children can be followed on this machine alone.\n');
    } else if (!this.ports.canStartDebugging()) {
      tell('important', NO_SESSIONS);
    } else {
      this.catchpoint = await this.ports.catch('fork');
    }
  }

  /** Whether the program may be stopped at any time for a child of it. */
  get mayStop(): boolean {
    return this.catchpoint !== undefined;
  }

  /** Whether a stop is one of ours: the program has forked. */
  take({ reason, breakpointNumber, newProcessId }: StoppedEvent): boolean {
    const isOurs = reason === 'fork' && breakpointNumber !== undefined && breakpointNumber === this.catchpoint;
    if (!isOurs || newProcessId === undefined) return false;
    sendSignal(newProcessId, 'SIGSTOP');
    this.held.push(newProcessId);
    return true;
  }

  private async send(command: MiCommand): Promise<MiResult> {
    if (this.held.length === 0 || !command.startsWith('-exec-')) return this.ports.gdb.send(command);
    const children = this.held.splice(0);
    // gdb hands the SIGSTOP on to the child only where the program would get one. It is let go before anything runs.
    const [, answer] = await Promise.all([
      this.ports.gdb.send(consoleCommand('handle SIGSTOP pass')),
      this.ports.gdb.send(command),
      this.ports.gdb.send(consoleCommand('handle SIGSTOP nopass')),
    ]);
    for (const child of children) void this.handOver(child);
    return answer;
  }

  private async handOver(child: number): Promise<void> {
    try {
      const configuration = childConfiguration(this.arguments, child);
      await this.ports.startDebugging({ request: 'attach', configuration });
    } catch (error) {
      const why = messageOf(error);
      this.ports.tell('important', `No session could be started for the child ${child}, which runs on: ${why}\n`);
      sendSignal(child, 'SIGCONT');
    }
  }
}
