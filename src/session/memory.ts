import type { DebugProtocol as D } from '@vscode/debugprotocol';
import { optionalBoolean, optionalNumber, requireNumber, requireString } from '../dap/arguments.js';
import type { RouteTable } from '../dap/route.js';
import { dataReadMemoryBytes, dataWriteMemoryBytes } from '../mi/commandsInspection.js';
import { addressAt, textAt, tuplesAt } from '../mi/fields.js';
import { formatAddress, parseAddress, type Address, type AddressRange } from '../util/address.js';
import { messageOf, RequestError } from '../util/errors.js';
import type { Client, Gdb } from './ports.js';

/** The most that is read or written at once, in bytes: gdb spells it in one line of hexadecimal digits. */
const MOST_BYTES = 16 * 1024 * 1024;

/** What memory needs of the other subjects of the session. */
export interface MemoryPorts {
  readonly gdb: Gdb;
  readonly client: Client;
  /** What the client has said in `initialize`. */
  readonly supports: () => Pick<D.InitializeRequestArguments, 'supportsMemoryEvent'>;
  /** Memory was written: the client shall ask again for the values that it shows. */
  written(): Promise<void>;
}

/** How many references are kept that a client has read memory at. */
const KEPT_REFERENCES = 64;

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

  /** What a client has read, by its own spelling of the reference, the latest last: memory that it may be showing. */
  private readonly shown = new Map<string, AddressRange>();

  constructor(private readonly ports: MemoryPorts) {}

  /**
   * Memory was written. A client finds what it shows by the reference that it has read it with, so each of those that
   * the write touches is told; where there is none, the address stands for itself.
   */
  changed(address: Address, count: number): void {
    if (this.ports.supports().supportsMemoryEvent !== true) return;
    const end = address + BigInt(count);
    const touched = [...this.shown].filter(([, { start, end: last }]) => start < end && address < last);
    const references = touched.length > 0 ? touched.map(([reference]) => reference) : [formatAddress(address)];
    for (const memoryReference of references) {
      const offset = Number(address - (parseAddress(memoryReference) ?? address));
      this.ports.client.emit('memory', { memoryReference, offset, count });
    }
  }

  private keep(reference: string, range: AddressRange): void {
    const before = this.shown.get(reference);
    this.shown.delete(reference);
    this.shown.set(reference, before === undefined ? range : hull(before, range));
    const [oldest] = this.shown.keys();
    if (this.shown.size > KEPT_REFERENCES && oldest !== undefined) this.shown.delete(oldest);
  }

  private async read(args: D.ReadMemoryArguments): Promise<NonNullable<D.ReadMemoryResponse['body']>> {
    const address = addressOf(args);
    const count = requireNumber(args, 'count');
    requireSize(count);
    const shown = formatAddress(address);
    if (count === 0) return { address: shown };
    this.keep(args.memoryReference, { start: address, end: address + BigInt(count) });
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
    const allowPartial = optionalBoolean(args, 'allowPartial') === true;
    if (bytes.length === 0) return { bytesWritten: 0 };
    try {
      await this.ports.gdb.send(dataWriteMemoryBytes(address, bytes));
      this.changed(address, bytes.length);
      return { bytesWritten: bytes.length };
    } catch (error) {
      const part = allowPartial ? await this.writeReadable(address, bytes) : undefined;
      if (part === undefined) throw failed(`Cannot write ${bytes.length} bytes at ${formatAddress(address)}`, error);
      return part;
    } finally {
      await this.ports.written();
    }
  }

  /** Writes what falls into the first readable piece; undefined where that cannot be written either. */
  private async writeReadable(
    address: Address,
    bytes: Buffer,
  ): Promise<{ offset: number; bytesWritten: number } | undefined> {
    const [piece] = await this.pieces(address, bytes.length);
    if (piece === undefined) return undefined;
    const offset = Number(piece.begin - address);
    const part = bytes.subarray(offset, offset + piece.bytes.length);
    try {
      await this.ports.gdb.send(dataWriteMemoryBytes(piece.begin, part));
    } catch {
      // The refusal of the whole is told.
      return undefined;
    }
    this.changed(piece.begin, part.length);
    return { offset, bytesWritten: part.length };
  }
}

function hull(a: AddressRange, b: AddressRange): AddressRange {
  return { start: a.start < b.start ? a.start : b.start, end: a.end > b.end ? a.end : b.end };
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
