import { closeSync, constants, openSync, readFileSync, write } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import { ReadStream } from 'node:tty';

/** How long a drain waits when nothing comes any more, in ms. It ends so only if a process blocks the terminal. */
const DRAIN_IDLE = 1_000;

/** When a terminal's input is full, the target is not reading; it is looked at again after so many ms. */
const INPUT_RETRY = 20;

/** A drain that waits for its mark in the output. */
interface Drain {
  readonly mark: Buffer;
  readonly done: () => void;
  timer: NodeJS.Timeout;
}

/**
 * One pseudo terminal, held open at both ends: without a slave of our own the master fails with EIO before the target
 * has opened it, and whenever it is closed for a moment.
 *
 * Made of file operations alone, without native code: the master must be unlocked and made non-blocking by someone else
 * between `new` and {@link start}.
 */
export class Terminal {
  /** Descriptor of the master. Node opens it close-on-exec. */
  readonly master: number;
  /** e.g. `/dev/pts/3` */
  readonly path: string;
  private slaveFd: number | undefined;
  private reader: ReadStream | undefined;
  private readonly decoder = new StringDecoder('utf8');
  private unwritten: Buffer[] = [];
  private writing = false;
  private drains: Drain[] = [];
  /** While a drain waits: bytes that may be the beginning of its mark. */
  private held: Buffer = Buffer.alloc(0);
  private closed = false;

  /** @param output gets the text printed, never half a character */
  constructor(private readonly output: (text: string) => void) {
    this.master = openSync('/dev/ptmx', constants.O_RDWR | constants.O_NOCTTY);
    try {
      this.path = `/dev/pts/${indexOf(this.master)}`;
    } catch (error) {
      closeSync(this.master);
      throw error;
    }
  }

  /** Descriptor of our slave, from {@link start} on. */
  get slave(): number {
    if (this.slaveFd === undefined) {
      throw new Error(`${this.path} is not open`);
    }
    return this.slaveFd;
  }

  /** Begins to read; the terminal must be unlocked. */
  start(): void {
    this.slaveFd = openSync(this.path, constants.O_RDWR | constants.O_NOCTTY);
    this.reader = new ReadStream(this.master);
    this.reader.on('data', chunk => {
      this.receive(chunk);
    });
    this.reader.on('error', error => {
      // Our slave is open, so this is no end of output: say it where the user looks.
      this.output(`\n[${this.path}: ${error.message}]\n`);
    });
  }

  write(text: string): void {
    this.unwritten.push(Buffer.from(text));
    this.writeMore();
  }

  pause(): void {
    this.reader?.pause();
  }

  resume(): void {
    this.reader?.resume();
  }

  /**
   * Resolves when all that the terminal holds has been read: a mark written through our slave comes out behind it. The
   * terminal goes on working, which waiting for EIO would not allow.
   *
   * @param word becomes the mark: letters that no output holds by chance
   */
  async drain(word: string): Promise<void> {
    if (this.closed || this.slaveFd === undefined) {
      return;
    }
    const mark = Buffer.from(`<${word}>`);
    const { slaveFd } = this;
    await new Promise<void>(resolve => {
      this.drains.push({ mark, done: resolve, timer: this.idleTimer() });
      // Blocks a thread of Node's pool, not its loop, where the terminal is full.
      write(slaveFd, mark, error => {
        if (error !== null) {
          this.giveUpDrains();
        }
      });
    });
  }

  close(): void {
    if (this.closed) {
      return;
    }
    this.closed = true;
    this.giveUpDrains();
    this.unwritten = [];
    if (this.slaveFd !== undefined) {
      closeSync(this.slaveFd);
    }
    if (this.reader === undefined) {
      closeSync(this.master);
    } else {
      this.reader.destroy();
    }
  }

  private receive(chunk: Buffer): void {
    let bytes = chunk;
    for (let drain = this.drains[0]; drain !== undefined; drain = this.drains[0]) {
      bytes = Buffer.concat([this.held, bytes]);
      this.held = Buffer.alloc(0);
      const found = bytes.indexOf(drain.mark);
      if (found === -1) {
        const kept = beginningAtEnd(bytes, drain.mark);
        this.held = bytes.subarray(bytes.length - kept);
        bytes = bytes.subarray(0, bytes.length - kept);
        clearTimeout(drain.timer);
        drain.timer = this.idleTimer();
        break;
      }
      this.print(bytes.subarray(0, found));
      this.flushDecoder();
      bytes = bytes.subarray(found + drain.mark.length);
      this.endDrain(drain);
    }
    this.print(bytes);
  }

  private print(bytes: Buffer): void {
    const text = this.decoder.write(bytes);
    if (text !== '') {
      this.output(text);
    }
  }

  /** What the target has begun and not finished of a character is shown as a replacement character. */
  private flushDecoder(): void {
    const rest = this.decoder.end();
    if (rest !== '') {
      this.output(rest);
    }
  }

  private idleTimer(): NodeJS.Timeout {
    return setTimeout(() => {
      const [first] = this.drains;
      if (first !== undefined && this.reader?.isPaused() === true) {
        first.timer = this.idleTimer();
      } else {
        this.giveUpDrains();
      }
    }, DRAIN_IDLE);
  }

  private giveUpDrains(): void {
    this.print(this.held);
    this.held = Buffer.alloc(0);
    this.flushDecoder();
    for (const drain of [...this.drains]) {
      this.endDrain(drain);
    }
  }

  private endDrain(drain: Drain): void {
    clearTimeout(drain.timer);
    this.drains = this.drains.filter(other => other !== drain);
    drain.done();
  }

  private writeMore(): void {
    const [first] = this.unwritten;
    if (this.writing || this.closed || first === undefined) {
      return;
    }
    this.writing = true;
    write(this.master, first, (error, written) => {
      this.writing = false;
      if (error === null) {
        this.unwritten[0] = first.subarray(written);
        this.unwritten = this.unwritten.filter(piece => piece.length > 0);
        this.writeMore();
      } else if (error.code === 'EAGAIN') {
        setTimeout(() => {
          this.writeMore();
        }, INPUT_RETRY).unref();
      } else if (!this.closed) {
        this.unwritten = [];
        this.output(`\n[input was lost: ${error.message}]\n`);
      }
    });
  }
}

/** The terminal's number, which the kernel tells of each open master (`ptm_show_fdinfo`, since Linux 4.17). */
function indexOf(master: number): number {
  const info = readFileSync(`/proc/self/fdinfo/${master}`, 'utf8');
  const match = /^tty-index:\s*(\d+)$/m.exec(info);
  if (match === null) {
    throw new Error('the kernel does not tell the number of a terminal (it needs Linux 4.17 or newer)');
  }
  return Number(match[1]);
}

/** How many bytes at the end of `bytes` may be the beginning of `mark`. */
function beginningAtEnd(bytes: Buffer, mark: Buffer): number {
  for (let length = Math.min(bytes.length, mark.length - 1); length > 0; length -= 1) {
    if (bytes.subarray(bytes.length - length).equals(mark.subarray(0, length))) {
      return length;
    }
  }
  return 0;
}
