import { EM } from '../elf/constants.js';
import { GdbCode } from '../mi/code.js';
import { console as consoleCommand } from '../mi/commands.js';
import { fileExecAndSymbols } from '../mi/commandsTarget.js';
import type { GdbProcess } from '../mi/gdbProcess.js';
import { startGdb } from '../mi/gdbProcess.js';
import type { Instruction } from '../rseq/instruction.js';
import type { SourceLine } from '../rseq/region.js';
import type { CodeReader } from '../rseq/regionCode.js';
import type { Address, AddressRange } from '../util/address.js';
import { RequestError } from '../util/errors.js';

/** gdb's names of architectures, by ELF machine (`show architecture` with the file loaded). */
const GDB_NAMES: Readonly<Record<number, RegExp>> = {
  [EM.i386]: /^i386(?!:x86-64)/,
  [EM.x86_64]: /^i386:x(?:86-64|64-32)/,
  [EM.arm]: /^arm/,
  [EM.aarch64]: /^aarch64/,
  [EM.riscv]: /^riscv/,
  [EM.ppc]: /^(?:powerpc|rs6000)/,
  [EM.ppc64]: /^(?:powerpc|rs6000)/,
  [EM.s390]: /^s390/,
  [EM.mips]: /^mips/,
};

/**
 * Kept from running anything: no init files and no scripts that a file names. No downloads, which would ask the user or
 * wait for a server.
 */
const GDB_ARGUMENTS = ['-nx', '-iex', 'set auto-load no', '-iex', 'set debuginfod enabled off'];

/** One gdb that looks at files and runs nothing. It is started at once and awaited when it is first needed. */
export class InspectGdb {
  readonly #gdb: Promise<GdbProcess>;

  /** @param gdb a path, or a name to look for in `PATH` */
  constructor(gdb: string, debugDirectories: readonly string[]) {
    const directories = debugDirectories.join(':');
    const args = [...GDB_ARGUMENTS, '-iex', `set debug-file-directory ${directories}`];
    this.#gdb = startGdb({ gdb, args, env: process.env, cwd: process.cwd() });
    // Whoever opens a file learns of a failure; until then it must not count as unhandled.
    this.#gdb.catch(() => undefined);
  }

  /**
   * Loads a file and reads its code at link-time addresses; the file loaded before is gone.
   *
   * @throws RequestError `gdbNotUsable` where gdb cannot be started, `wrongArchitecture` where it cannot disassemble the file's
   *   machine: Debian's plain gdb takes every foreign file for i386, and shows nonsense without a word
   */
  async open(path: string, machine: number): Promise<InspectCode> {
    const { client } = await this.#gdb;
    const [, answer] = await Promise.all([
      client.send(fileExecAndSymbols(path)),
      client.send(consoleCommand('show architecture')),
    ]);
    const name = /currently "([^"]+)"/.exec(answer.console)?.[1] ?? '';
    if (GDB_NAMES[machine]?.test(name) !== true) {
      const message = `this gdb cannot disassemble ${path}: it takes its machine (ELF number ${machine}) for '${name}'. Install gdb-multiarch, or name a fitting gdb with --gdb.`;
      throw new RequestError('user', 'wrongArchitecture', message);
    }
    return new InspectCode(new GdbCode(command => client.send(command)));
  }

  /** Ends gdb; to be called once nothing more is asked. */
  async end(): Promise<void> {
    const gdb = await this.#gdb.catch(() => undefined);
    await gdb?.end();
  }
}

/** Code of one file, kept for checks that come after the regions are built. */
export class InspectCode implements CodeReader {
  readonly #at = new Map<Address, Instruction>();

  constructor(private readonly code: CodeReader) {}

  async disassemble(range: AddressRange): Promise<readonly Instruction[]> {
    const body = await this.code.disassemble(range);
    for (const instruction of body) this.#at.set(instruction.address, instruction);
    return body;
  }

  sourceOf(address: Address): Promise<SourceLine | undefined> {
    return this.code.sourceOf(address);
  }

  /** The instructions of a range as far as they were read from its start on; empty where none was. */
  instructionsIn(range: AddressRange): Instruction[] {
    const found: Instruction[] = [];
    let next = this.#at.get(range.start);
    while (next !== undefined && next.address < range.end) {
      found.push(next);
      next = this.#at.get(next.address + BigInt(next.size));
    }
    return found;
  }
}
