import { open } from 'node:fs/promises';
import { resolve } from 'node:path';
import { console as consoleCommand, quoteCliWord } from '../../mi/commands.js';
import { fileExecAndSymbols, targetSelect } from '../../mi/commandsTarget.js';
import { messageOf, RequestError } from '../../util/errors.js';
import { gdbMap } from '../memoryMap.js';
import type { StopShown, Target, TargetPorts } from './target.js';

/** A core file: the memory and the registers of a process that is no more. */
export class CoreTarget implements Target {
  readonly startMethod = 'attach';
  readonly isLocal = false;
  readonly isPostMortem = true;
  readonly isOurs = false;
  private readonly path: string;
  private shown: StopShown = { reason: 'exception', description: 'The program has ended' };

  constructor(
    private readonly ports: TargetPorts,
    coreFile: string,
  ) {
    this.path = resolve(coreFile);
  }

  get name(): string {
    return this.ports.config.program ?? this.path;
  }

  get begin(): StopShown {
    return this.shown;
  }

  async program(): Promise<string | undefined> {
    await requireCore(this.path);
    const { program } = this.ports.config;
    return program === undefined ? undefined : resolve(program);
  }

  async prepare(): Promise<void> {
    const { config, link } = this.ports;
    if (config.program !== undefined) await link.send(fileExecAndSymbols(resolve(config.program)));
    this.shown = causeOf(await this.read());
    if (config.program === undefined) await this.findProgram();
  }

  async start(): Promise<void> {
    // The core file is all there is.
  }

  async reset(): Promise<void> {
    await this.read();
  }

  /** @returns what gdb says of it */
  private async read(): Promise<string> {
    const { link } = this.ports;
    try {
      // gdb 13 takes the rest of the line as it stands; later versions may want what has blanks in it quoted.
      const answer = await link
        .send(targetSelect('core', this.path))
        .catch(() => link.send(targetSelect('core', quoteCliWord(this.path))));
      return answer.console;
    } catch (error) {
      const message = `The core file ${this.path} cannot be read: ${messageOf(error)}`;
      throw new RequestError('user', 'badCoreFile', message, { cause: error });
    }
  }

  /** gdb loads no program by itself: it is the file that is mapped where the program was entered. */
  private async findProgram(): Promise<void> {
    const { link, tell } = this.ports;
    const { console } = await link.send(consoleCommand('info auxv'));
    const entry = /AT_ENTRY.*?(0x[0-9a-f]+)/.exec(console)?.[1];
    const map = await gdbMap(link);
    const at = BigInt(entry ?? 0);
    const found = map.find(({ start, end }) => start <= at && at < end)?.path ?? '';
    try {
      if (found === '') throw new Error('the core file does not tell');
      await link.send(fileExecAndSymbols(found));
      await this.read();
    } catch (error) {
      const why = messageOf(error);
      tell('important', `The program of ${this.path} is not known (${why}). Set 'program' to see its symbols.\n`);
    }
  }
}

/** `Program terminated with signal SIGSEGV, Segmentation fault.` */
function causeOf(text: string): StopShown {
  const cause = /^Program terminated with signal (\w+)(?:, (.*?))?\.$/m.exec(text);
  if (cause === null) return { reason: 'pause', description: 'Core file' };
  const [, name = '', meaning] = cause;
  return {
    reason: 'exception',
    description: `Ended by ${name}`,
    text: meaning === undefined ? name : `${name}: ${meaning}`,
  };
}

/** ELF's e_type, at offset 16, of a core file (gABI, chapter 4). */
const ET_CORE = 4;

/** @throws RequestError `badCoreFile` where it cannot be read or is no core file */
async function requireCore(path: string): Promise<void> {
  try {
    const file = await open(path);
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(18), 0, 18, 0);
      const isElf = bytesRead === 18 && buffer.subarray(0, 4).equals(Buffer.from('\x7fELF', 'latin1'));
      const type = buffer[5] === 2 ? buffer.readUInt16BE(16) : buffer.readUInt16LE(16);
      if (!isElf || type !== ET_CORE) throw new Error('it is no ELF core file');
    } finally {
      await file.close();
    }
  } catch (error) {
    const message = `The core file ${path} cannot be read: ${messageOf(error)}. Check 'coreFile'.`;
    throw new RequestError('user', 'badCoreFile', message, { cause: error });
  }
}
