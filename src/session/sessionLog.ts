import { createWriteStream, type WriteStream } from 'node:fs';
import { once } from 'node:events';
import { resolve } from 'node:path';
import type { DapConnection } from '../dap/connection.js';
import type { RequestTime } from '../util/timing.js';
import type { Logging } from './config/loggingAttributes.js';
import type { Tell } from './ports.js';

/**
 * What the configuration wants to have written down of a session. A line is the time in milliseconds since the adapter was
 * started (a clock that nobody sets), a word that says what it is, and the rest. While nothing is wanted, nothing is done.
 */
export class SessionLog {
  private file: WriteStream | undefined;
  private stopTiming: (() => void) | undefined;
  /** A line that is shown is a message to the client, which would be a line. */
  private isShowing = false;

  constructor(
    private readonly connection: DapConnection,
    private readonly tell: Tell,
  ) {}

  /** From now on; to be called before gdb is started. */
  configure(logging: Logging | undefined): void {
    this.stop();
    if (logging === undefined) return;
    const { file, engine, trace, timing } = logging;
    if (file !== undefined) this.file = this.open(resolve(file));
    if (timing)
      this.stopTiming = this.connection.time(time => {
        this.write('timing', timingText(time));
      });
    if (!engine && !trace) return;
    this.connection.log.mirror((level, text) => {
      const [, side = '', direction = '', rest = text] = /^(gdb|client) (->|<-) ([^]*)$/.exec(text) ?? [];
      if (side === '') this.write(level, rest);
      else if (side === 'gdb' ? engine : trace) this.write(`${side}${direction}`, rest.trimEnd());
    });
  }

  /** The session is over; resolves when everything is written. */
  async end(): Promise<void> {
    const { file } = this;
    this.stop();
    if (file !== undefined && !file.closed) await once(file, 'close').catch(() => undefined);
  }

  private stop(): void {
    this.connection.log.mirror(undefined);
    this.stopTiming?.();
    this.file?.end();
    this.stopTiming = this.file = undefined;
  }

  private open(path: string): WriteStream {
    const file = createWriteStream(path, { flags: 'a' });
    file.on('error', error => {
      if (this.file === file) this.file = undefined;
      this.tell('important', `The log cannot be written: ${error.message}. Check 'logging.file'.\n`);
    });
    return file;
  }

  private write(topic: string, text: string): void {
    if (this.isShowing) return;
    const line = `${performance.now().toFixed(3)} ${topic} ${text}\n`;
    if (this.file !== undefined) {
      this.file.write(line);
      return;
    }
    this.isShowing = true;
    this.tell('console', line);
    this.isShowing = false;
  }
}

/** JSON, for programs that read it: the request, and milliseconds. */
function timingText({ command, seq, queue, gdb, adapter }: RequestTime): string {
  const [inQueue, inGdb, inAdapter] = [queue, gdb, adapter].map(ms => Number(ms.toFixed(3)));
  return JSON.stringify({ command, seq, queue: inQueue, gdb: inGdb, adapter: inAdapter });
}
