import type { Readable, Writable } from 'node:stream';
import { messageOf } from '../util/errors.js';
import type { MiCommand } from './commands.js';
import { LineSplitter } from './lineSplitter.js';
import { parseRecord } from './parser.js';
import type { AsyncRecord, MalformedRecord, MiTuple, ResultRecord, StreamRecord } from './record.js';

/** The answer to a command. */
export interface MiResult {
  /** `done`, `running`, `connected` or `exit`. */
  readonly resultClass: string;
  readonly results: MiTuple;
  /** What gdb printed on its console for this command: gdb works on commands in their order, so it is what came since the answer before. */
  readonly console: string;
  /** As `console`, for gdb's log stream: warnings and messages. */
  readonly log: string;
}

/** gdb answered `^error`, or ended before it answered. The message is gdb's own. */
export class MiError extends Error {
  /**
   * @param command the command that failed
   * @param code    gdb's machine-readable code, of which there is one: `undefined-command`; `ended` when gdb has ended
   * @param log     what gdb wrote to its log stream for the command
   */
  constructor(
    message: string,
    readonly command: MiCommand,
    readonly code?: string,
    readonly log = '',
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'MiError';
  }
}

/** Whether a command came to nothing because gdb has ended. */
export function hasGdbEnded(error: unknown): error is MiError {
  return error instanceof MiError && error.code === 'ended';
}

/** What {@link MiClient} tells its listeners, each in gdb's order and at once when the line is read. */
export interface MiListeners {
  async: (record: AsyncRecord) => void;
  /** gdb has answered `^running`: the target goes on. Before the command's answer is handed on. */
  resumed: () => void;
  /** `collected`: the text is also part of a pending command's answer. */
  stream: (record: StreamRecord, collected: boolean) => void;
  /** A line that is no MI, or an answer to no command that is pending. */
  malformed: (record: MalformedRecord) => void;
  /** gdb's output has ended, or its input failed; `cause` says why where there is a reason. Called once. */
  close: (cause: Error | undefined) => void;
}

/** Sees every line between us and gdb, without its newline. */
export type MiTrace = (direction: 'toGdb' | 'fromGdb', line: string) => void;

interface Pending {
  readonly command: MiCommand;
  /** When it was sent, by `performance.now()`. */
  readonly since: number;
  readonly resolve: (result: MiResult) => void;
  readonly reject: (error: MiError) => void;
}

/**
 * Speaks gdb/MI over two streams: numbers the commands, matches the answers, hands on everything else.
 *
 * Many commands may be in flight. Those sent in the same turn of the event loop go out in one write, so that gdb finds
 * them together and no thread switch stands between them.
 */
export class MiClient {
  private readonly pending = new Map<number, Pending>();
  private readonly splitter = new LineSplitter();
  private readonly asyncListeners: MiListeners['async'][] = [];
  private readonly resumedListeners: MiListeners['resumed'][] = [];
  private readonly streamListeners: MiListeners['stream'][] = [];
  private readonly malformedListeners: MiListeners['malformed'][] = [];
  private readonly closeListeners: MiListeners['close'][] = [];
  private unwritten: string[] = [];
  private lastToken = 0;
  private lines = 0;
  private consoleText: string[] = [];
  private logText: string[] = [];
  private closed = false;
  private closeCause: Error | undefined;

  /**
   * @param input  towards gdb
   * @param output from gdb, bytes
   */
  constructor(
    private readonly input: Writable,
    output: Readable,
    private readonly trace?: MiTrace,
  ) {
    output.on('data', (chunk: Buffer) => {
      this.splitter.push(chunk, line => {
        this.receive(line);
      });
    });
    output.once('end', () => {
      this.close(undefined);
    });
    output.once('close', () => {
      this.close(undefined);
    });
    output.on('error', error => {
      this.close(error);
    });
    input.on('error', error => {
      this.close(error);
    });
  }

  /** The command that gdb works on: it answers in their order. */
  get oldestPending(): { readonly command: MiCommand; readonly since: number } | undefined {
    return this.pending.values().next().value;
  }

  /** How many lines gdb has written. */
  get received(): number {
    return this.lines;
  }

  /** Whether gdb can still answer. */
  get isOpen(): boolean {
    return !this.closed;
  }

  onAsync(listener: MiListeners['async']): void {
    this.asyncListeners.push(listener);
  }

  onResumed(listener: MiListeners['resumed']): void {
    this.resumedListeners.push(listener);
  }

  onStream(listener: MiListeners['stream']): void {
    this.streamListeners.push(listener);
  }

  onMalformed(listener: MiListeners['malformed']): void {
    this.malformedListeners.push(listener);
  }

  onClose(listener: MiListeners['close']): void {
    this.closeListeners.push(listener);
  }

  /**
   * Sends a command.
   *
   * @returns gdb's answer
   * @throws MiError (as a rejection) where gdb answers `^error`, or has ended or ends before it answers
   */
  send(command: MiCommand): Promise<MiResult> {
    if (this.closed) {
      return Promise.reject(this.endedError(command));
    }
    this.lastToken += 1;
    const token = this.lastToken;
    if (this.unwritten.length === 0) {
      queueMicrotask(() => {
        this.flush();
      });
    }
    this.unwritten.push(`${token}${command}`);
    return new Promise((resolve, reject) => {
      this.pending.set(token, { command, since: performance.now(), resolve, reject });
    });
  }

  private flush(): void {
    const lines = this.unwritten;
    this.unwritten = [];
    if (this.closed) {
      return;
    }
    for (const line of lines) {
      this.trace?.('toGdb', line);
    }
    this.input.write(lines.join('\n') + '\n');
  }

  private receive(line: Buffer): void {
    this.lines += 1;
    if (this.trace !== undefined) {
      this.trace('fromGdb', line.toString());
    }
    const record = parseRecord(line);
    switch (record.kind) {
      case 'result':
        this.answer(record, line);
        return;
      case 'exec':
      case 'status':
      case 'notify':
        notify(this.asyncListeners, record);
        return;
      case 'console':
      case 'log':
      case 'target':
        this.receiveText(record);
        return;
      case 'prompt':
        return;
      case 'malformed':
        notify(this.malformedListeners, record);
        return;
    }
  }

  private receiveText(record: StreamRecord): void {
    const collected = this.pending.size > 0 && record.kind !== 'target';
    if (collected) {
      (record.kind === 'console' ? this.consoleText : this.logText).push(record.text);
    }
    notify(this.streamListeners, record, collected);
  }

  private answer(record: ResultRecord, line: Buffer): void {
    const pending = record.token === undefined ? undefined : this.pending.get(record.token);
    if (record.token === undefined || pending === undefined) {
      // gdb answers twice where a command fails after its `^running`; the first answer counted.
      const reason = 'an answer to no command that is pending';
      notify(this.malformedListeners, { kind: 'malformed', line: line.toString(), reason });
      return;
    }
    this.pending.delete(record.token);
    const console = this.consoleText.join('');
    const log = this.logText.join('');
    this.consoleText = [];
    this.logText = [];
    if (record.resultClass === 'error') {
      pending.reject(errorOf(record.results, pending.command, log));
    } else {
      if (record.resultClass === 'running') notify(this.resumedListeners);
      pending.resolve({ resultClass: record.resultClass, results: record.results, console, log });
    }
  }

  private close(cause: Error | undefined): void {
    if (this.closed) {
      return;
    }
    this.closed = true;
    this.closeCause = cause;
    const abandoned = [...this.pending.values()];
    this.pending.clear();
    for (const { command, reject } of abandoned) {
      reject(this.endedError(command));
    }
    notify(this.closeListeners, cause);
  }

  private endedError(command: MiCommand): MiError {
    const why = this.closeCause === undefined ? '' : `: ${messageOf(this.closeCause)}`;
    return new MiError(`gdb has ended${why}`, command, 'ended', '', { cause: this.closeCause });
  }
}

function errorOf(results: MiTuple, command: MiCommand, log: string): MiError {
  const { msg, code } = results;
  const message = typeof msg === 'string' && msg !== '' ? msg : `gdb gave no reason why ${command} failed`;
  return new MiError(message, command, typeof code === 'string' ? code : undefined, log);
}

function notify<A extends unknown[]>(listeners: readonly ((...args: A) => void)[], ...args: A): void {
  for (const listener of listeners) {
    listener(...args);
  }
}
