import type { DebugProtocol as D } from '@vscode/debugprotocol';
import { optionalString, requireNumber } from '../dap/arguments.js';
import type { RouteTable } from '../dap/route.js';
import { execContinue, execNext, execNextInstruction } from '../mi/commandsExecution.js';
import type { StoppedEvent } from '../mi/events.js';
import { RequestError } from '../util/errors.js';
import type { Client, Gdb } from './ports.js';

/** What going back needs of the other subjects of the session. */
export interface ReversePorts {
  readonly gdb: Gdb;
  readonly client: Client;
  /** Whether any restartable sequence is known. */
  readonly anyRegion: () => boolean;
  /** Lets the target go on by a command of gdb's; rejects where gdb refuses. */
  resume(start: () => Promise<unknown>): Promise<void>;
}

/**
 * Going back in what gdb has recorded (`record full`, `record btrace` in the debug console). It is advertised while gdb
 * records, and no longer.
 */
export class Reverse {
  readonly routes: RouteTable = {
    stepBack: { when: 'stopped', run: args => this.stepBack(args) },
    reverseContinue: {
      when: 'stopped',
      run: args =>
        this.back('continue in reverse', execContinue({ thread: requireNumber(args, 'threadId'), reverse: true })),
    },
  };

  private isRecording = false;
  private isGoingBack = false;

  constructor(private readonly ports: ReversePorts) {}

  /** gdb has begun to record, or has stopped it. */
  recordChanged(isRecording: boolean): void {
    this.isRecording = isRecording;
    this.ports.client.emit('capabilities', { capabilities: { supportsStepBack: isRecording } });
  }

  /** A stop is to be reported: where gdb has gone back to the beginning, gdb 13 names no reason, and gdb 16 the same as at the end. */
  reported({ reason, reasons }: StoppedEvent): Partial<D.StoppedEvent['body']> {
    const isBeginning = this.isGoingBack && (reasons.length === 0 || reason === 'no-history');
    this.isGoingBack = false;
    return isBeginning ? { reason: 'step', description: 'Reached the beginning of the recorded execution' } : {};
  }

  private stepBack(args: D.StepBackArguments): Promise<undefined> {
    const step = { thread: requireNumber(args, 'threadId'), reverse: true };
    const byInstruction = optionalString(args, 'granularity') === 'instruction';
    return this.back('step back', byInstruction ? execNextInstruction(step) : execNext(step));
  }

  private async back(what: string, command: Parameters<Gdb['send']>[0]): Promise<undefined> {
    if (!this.isRecording) {
      const advice = "Type 'record full' in the debug console, and let the program go on, first.";
      throw new RequestError('user', 'notRecording', `Cannot ${what}: nothing has been recorded. ${advice}`);
    }
    if (this.ports.anyRegion()) {
      const why = 'the program has restartable sequences, which gdb would go through by single steps';
      throw new RequestError(
        'user',
        'regionsKnown',
        `Cannot ${what}: ${why}. Type 'record stop' in the debug console.`,
      );
    }
    await this.ports.resume(() => this.ports.gdb.send(command));
    this.isGoingBack = true;
    return undefined;
  }
}
