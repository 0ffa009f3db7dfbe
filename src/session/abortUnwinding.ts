import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { frameEntryAt } from '../elf/ehFrame.js';
import { rulesAt } from '../elf/frameRules.js';
import { openImage } from '../elf/image.js';
import { unwindFile } from '../elf/unwindFile.js';
import { console, quoteCliWord } from '../mi/commands.js';
import { stackListFrames } from '../mi/commandsInspection.js';
import type { Region } from '../rseq/region.js';
import type { RegionIndex } from '../rseq/regionIndex.js';
import { formatAddress, type Address } from '../util/address.js';
import { messageOf } from '../util/errors.js';
import type { Gdb, Tell } from './ports.js';

/** Machines (`e_machine`) whose ELF header needs no flags that only the image's own has: i386, x86-64, aarch64. */
const MACHINES = new Set([3, 62, 183]);

/** Abort handlers restore a little and jump back into their function; one that is longer than this, in bytes, is none. */
const LONGEST_HANDLER = 64n;

/** Where the file of a loaded image lies, and how far it is from its link-time addresses. */
export interface LoadedImage {
  readonly path: string;
  readonly bias: Address;
}

/** What is loaded. */
export interface LoadedCode {
  readonly index: RegionIndex;
  /** The image that an address lies in, where its file is at hand. */
  imageAt(address: Address): LoadedImage | undefined;
}

/**
 * Tells gdb how to find the callers of an abort handler.
 *
 * The user's situation: a thread has been sent to an abort handler, which lies in a section of its own, outside of every
 * function and its unwind information. gdb guesses there: it shows callers that are none, and values of theirs that are
 * other memory. The plan: the kernel changes nothing but the program counter, so in the handler the rules hold that hold
 * where the region starts. At the first stop there gdb gets them as a symbol file of one entry.
 */
export class AbortUnwinding {
  private readonly known = new Set<Address>();

  /** @param answers what gdb has answered at this stop: from before it knew */
  constructor(
    private readonly gdb: Gdb,
    private readonly loaded: LoadedCode,
    private readonly answers: { forget(): void },
    private readonly tell: Tell,
  ) {}

  /**
   * A thread's innermost frame is at an address that no symbol names. Never rejects: where the rules cannot be found, or gdb
   * does not take them, the user is told that the frames are guesses.
   *
   * @returns whether gdb has learnt something: frames that it has told before were guesses
   */
  async meet(thread: number, address: Address): Promise<boolean> {
    const region = this.handlerAt(address);
    if (region?.abort === undefined || this.known.has(region.abort)) return false;
    this.known.add(region.abort);
    try {
      const contents = await this.unwindingOf(region);
      if (contents === undefined) return false;
      await this.load(contents, thread);
    } catch (error) {
      const where = region.function ?? region.id;
      this.tell('console', `The callers of the abort handler of ${where} are gdb's guesses: ${messageOf(error)}\n`);
      return false;
    }
    this.answers.forget();
    return true;
  }

  /** Other code may come to lie there. */
  async forget(): Promise<void> {
    const addresses = [...this.known];
    this.known.clear();
    for (const address of addresses) {
      // One that could not be told has nothing to be removed.
      await this.gdb.send(console(`remove-symbol-file -a ${formatAddress(address)}`)).catch(() => undefined);
    }
  }

  private handlerAt(address: Address): Region | undefined {
    return this.loaded.index.all().find(({ abort, range }) => {
      return range !== undefined && abort !== undefined && abort <= address && address < abort + LONGEST_HANDLER;
    });
  }

  /** The end of the handler is not told anywhere: another handler ends it. */
  private endOf(abort: Address): Address {
    const limit = abort + LONGEST_HANDLER;
    const others = this.loaded.index.all().flatMap(({ abort: other }) => other ?? []);
    return others
      .filter(other => other > abort && other < limit)
      .reduce((end, other) => (other < end ? other : end), limit);
  }

  private async unwindingOf({ abort, range }: Region): Promise<Uint8Array | undefined> {
    const place = abort === undefined ? undefined : this.loaded.imageAt(abort);
    if (abort === undefined || range === undefined || place === undefined) return undefined;
    const image = await openImage(place.path);
    try {
      const start = range.start - place.bias;
      const entry = frameEntryAt(image, start);
      if (entry === undefined || !MACHINES.has(image.machine)) return undefined;
      if (frameEntryAt(image, abort - place.bias) !== undefined) return undefined;
      const { encoding, machine } = image;
      const rules = rulesAt(entry, start, encoding);
      const code = { start: abort, end: this.endOf(abort) };
      return rules && unwindFile({ encoding, machine, code, entry, rules });
    } finally {
      image.close();
    }
  }

  /** gdb reads the entry when it unwinds for the first time; from then on it does not need the file. */
  private async load(contents: Uint8Array, thread: number): Promise<void> {
    const folder = await mkdtemp(join(tmpdir(), 'rseq-dap-unwind-'));
    try {
      const path = join(folder, 'abort-handler');
      await writeFile(path, contents, { mode: 0o600 });
      await this.gdb.send(console(`add-symbol-file ${quoteCliWord(path)} -o 0`));
      await this.gdb.send(stackListFrames(thread, { start: 0, end: 1 }));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
}
