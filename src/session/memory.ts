import type { DebugProtocol as D } from '@vscode/debugprotocol';
import { optionalBoolean, optionalNumber, requireNumber, requireString } from '../dap/arguments.js';
import type { RouteTable } from '../dap/route.js';
import { dataReadMemoryBytes, dataWriteMemoryBytes } from '../mi/commandsInspection.js';
import { addressAt, textAt, tuplesAt } from '../mi/fields.js';
import { formatAddress, parseAddress, type Address } from '../util/address.js';
import { messageOf, RequestError } from '../util/errors.js';
import type { Gdb } from './ports.js';

/** The most that is read or written at once, in bytes: gdb spells it in one line of hexadecimal digits. */
const MOST_BYTES = 16 * 1024 * 1024;

/** What memory needs of the other subjects of the session. */
export interface MemoryPorts {
  readonly gdb: Gdb;
  /** Memory was written: the client shall ask again for what it shows. */
  written(): Promise<void>;
}

/** A readable piece of memory. */
interface Piece {
  readonly begin: Address;
  readonly bytes: Buffer;
}

/** Reading and writing the target's memory. gdb 13 reads it while the target runs, too. */
export class Memory {
  readonly routes: RouteTable = {
    readMemory: { when: 'launched', run: args => this.read(args) },
    writeMemory: { when: 'stopped', run: args => this.write(args) },
  };

  constructor(private readonly ports: MemoryPorts) {}

  private async read(args: D.ReadMemoryArguments): Promise<NonNullable<D.ReadMemoryResponse['body']>> {
    const address = addressOf(args);
    const count = requireNumber(args, 'count');
    requireSize(count);
    const shown = formatAddress(address);
    if (count === 0) return { address: shown };
    const pieces = await this.pieces(address, count);
    const [first] = pieces;
    const end = address + BigInt(count);
    if (first === undefined) return { address: shown, unreadableBytes: count };
    if (first.begin > address) return { address: shown, unreadableBytes: Number(first.begin - address) };
    const reached = address + BigInt(first.bytes.length);
    const next = pieces[1]?.begin ?? end;
    const unreadable = reached < end ? { unreadableBytes: Number(next - reached) } : {};
    return { address: shown, data: first.bytes.toString('base64'), ...unreadable };
  }

  /** The readable pieces of a range; none where nothing can be read. */
  private async pieces(address: Address, count: number): Promise<readonly Piece[]> {
    try {
      const { results } = await this.ports.gdb.send(dataReadMemoryBytes(address, count));
      return tuplesAt(results, 'memory').flatMap(piece => {
        const begin = addressAt(piece, 'begin');
        return begin === undefined ? [] : [{ begin, bytes: Buffer.from(textAt(piece, 'contents') ?? '', 'hex') }];
      });
    } catch (error) {
      if (messageOf(error) === 'Unable to read memory.') return [];
      throw failed(`Cannot read ${count} bytes at ${formatAddress(address)}`, error);
    }
  }

  private async write(args: D.WriteMemoryArguments): Promise<NonNullable<D.WriteMemoryResponse['body']>> {
    const address = addressOf(args);
    const data = requireString(args, 'data');
    const bytes = Buffer.from(data, 'base64');
    requireSize(bytes.length);
    if (!/^[\w+/-]*={0,2}$/.test(data))
      throw new RequestError('user', 'badArguments', "The argument 'data' must be base64.");
    // Only whole: a part that was written says nothing of what the program makes of it.
    optionalBoolean(args, 'allowPartial');
    if (bytes.length === 0) return { bytesWritten: 0 };
    try {
      await this.ports.gdb.send(dataWriteMemoryBytes(address, bytes));
    } catch (error) {
      throw failed(`Cannot write ${bytes.length} bytes at ${formatAddress(address)}`, error);
    } finally {
      await this.ports.written();
    }
    return { bytesWritten: bytes.length };
  }
}

function addressOf(args: { memoryReference: string; offset?: number }): Address {
  const reference = requireString(args, 'memoryReference');
  const base = parseAddress(reference);
  if (base === undefined) {
    throw new RequestError(
      'user',
      'badAddress',
      `'${reference}' is no address. Use digits, or 0x and hexadecimal digits.`,
    );
  }
  const address = base + BigInt(Math.trunc(optionalNumber(args, 'offset') ?? 0));
  if (address >= 0n && address < 2n ** 64n) return address;
  throw new RequestError(
    'user',
    'badAddress',
    `The offset leads out of the address space from ${formatAddress(base)}.`,
  );
}

function requireSize(count: number): void {
  if (Number.isInteger(count) && count >= 0 && count <= MOST_BYTES) return;
  throw new RequestError('user', 'badArguments', `Between 0 and ${MOST_BYTES} bytes can be asked for at once.`);
}

function failed(what: string, error: unknown): RequestError {
  return new RequestError('user', 'gdbRefused', `${what}: ${messageOf(error)}`, { cause: error });
}
