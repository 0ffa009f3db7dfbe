import { console as consoleCommand } from '../mi/commands.js';
import { dataReadMemoryBytes } from '../mi/commandsInspection.js';
import { textAt, tuplesAt } from '../mi/fields.js';
import type { Address } from '../util/address.js';
import { messageOf } from '../util/errors.js';
import type { Gdb } from './ports.js';

/** Longer texts are cut: a pointer that is none leads anywhere. */
const LONGEST_TEXT = 1024;

/** Bytes of the target's memory; undefined where not all of them can be read. */
export async function readBytes(gdb: Gdb, address: Address, count: number): Promise<Buffer | undefined> {
  try {
    const { results } = await gdb.send(dataReadMemoryBytes(address, count));
    const piece = tuplesAt(results, 'memory')[0];
    const bytes = Buffer.from(piece === undefined ? '' : (textAt(piece, 'contents') ?? ''), 'hex');
    return bytes.length < count ? undefined : bytes;
  } catch (error) {
    if (!/Cannot access|Unable to read|Failed to read/i.test(messageOf(error))) throw error;
    return undefined;
  }
}

/** A word of 64 bits in little endian; undefined where it cannot be read. */
export async function readWord(gdb: Gdb, address: Address): Promise<bigint | undefined> {
  return (await readBytes(gdb, address, 8))?.readBigUInt64LE();
}

/** A text in UTF-8 up to its NUL, at most 1024 bytes; undefined where it cannot be read. */
export async function readText(gdb: Gdb, address: Address): Promise<string | undefined> {
  for (let length = 64; length <= LONGEST_TEXT; length *= 2) {
    // Near the end of a mapping less can be read than was asked for: page by page it is all of it.
    const bytes = (await readBytes(gdb, address, length)) ?? (await readToPageEnd(gdb, address, length));
    if (bytes === undefined) return undefined;
    const end = bytes.indexOf(0);
    if (end >= 0) return bytes.toString('utf8', 0, end);
    if (bytes.length < length) return undefined;
  }
  return `${(await readBytes(gdb, address, LONGEST_TEXT))?.toString('utf8') ?? ''}...`;
}

function readToPageEnd(gdb: Gdb, address: Address, atMost: number): Promise<Buffer | undefined> {
  const left = Number(4096n - (address % 4096n));
  return readBytes(gdb, address, Math.min(left, atMost));
}

/** The name of the symbol at or before an address, without offset and file; undefined where there is none. */
export async function symbolAt(gdb: Gdb, address: Address): Promise<string | undefined> {
  const { console } = await gdb.send(consoleCommand(`info symbol ${address}`));
  return /^(.*?)(?: \+ \d+)? in section /m.exec(console)?.[1];
}

/** What a mangled C++ symbol means to a reader; the symbol itself where it is none. */
export async function demangled(gdb: Gdb, symbol: string): Promise<string> {
  // Only what no shell or command line could mean otherwise goes into gdb's.
  if (!/^_Z[\w.$]+$/.test(symbol)) return symbol;
  try {
    // Without a language gdb takes that of the program's current place, which need not be C++.
    const { console } = await gdb.send(consoleCommand(`demangle -l c++ -- ${symbol}`));
    return console.trim() || symbol;
  } catch (error) {
    if (!messageOf(error).startsWith("Can't demangle")) throw error;
    return symbol;
  }
}
