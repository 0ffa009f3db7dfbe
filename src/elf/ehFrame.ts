import type { AddressRange } from '../util/address.js';
import { TargetBytes } from './bytes.js';
import type { FunctionRange } from './functionRange.js';
import { FunctionSearch } from './functionSearch.js';
import type { ElfImage, Section } from './image.js';
import { LebReader } from './leb.js';

/**
 * Function bounds from unwind information: a stripped file has no symbols, but `.eh_frame` still tells where each
 * function begins and ends. The section is scanned record by record through a window, so its size costs no memory.
 * Format: LSB "Exception Frames"; DWARF pointer encodings: LSB 10.5.
 *
 * @param wanted link-time addresses, ascending
 * @returns the function that holds each of them
 */
export function findFrames(image: ElfImage, wanted: readonly bigint[]): Map<bigint, FunctionRange> {
  const search = new FunctionSearch(wanted);
  for (const section of image.sectionsNamed('.eh_frame')) {
    for (const { range } of frames(new Window(image, section), section)) {
      const { start, end } = range;
      search.offer({ name: 0, start: Number(start), size: Number(end - start), isGlobal: false });
    }
  }
  const found = new Map<bigint, FunctionRange>();
  for (const { address, start, end } of search.results(() => undefined)) found.set(address, { start, end });
  return found;
}

/** What unwind information tells of one function. */
export interface FrameEntry {
  /** The code that it speaks of, at link-time addresses. */
  readonly range: AddressRange;
  /** From the common entry: its version, and its alignment factors and return address register as they are encoded there. */
  readonly version: number;
  readonly parameters: Uint8Array;
  readonly codeAlignment: number;
  /** Call frame instructions: those that all functions of the common entry begin with, and this one's own. */
  readonly initial: Uint8Array;
  readonly own: Uint8Array;
}

/** The entry that speaks of a link-time address; undefined where none does, or it cannot be read. */
export function frameEntryAt(image: ElfImage, address: bigint): FrameEntry | undefined {
  for (const section of image.sectionsNamed('.eh_frame')) {
    const window = new Window(image, section);
    for (const { record, range } of frames(window, section)) {
      if (range.start <= address && address < range.end) return readEntry(window, record, range);
    }
  }
  return undefined;
}

function readEntry(window: Window, record: FrameRecord, range: AddressRange): FrameEntry | undefined {
  const common = readCie(window, record.cie ?? -1);
  const size = common === undefined ? undefined : pointerSize(common.encoding, window.bits);
  const bytes = window.view(record.body, record.end - record.body);
  if (common === undefined || size === undefined || bytes === undefined) return undefined;
  const { version, parameters, codeAlignment, initial } = common;
  const reader = new LebReader(bytes, 2 * size);
  if (common.hasData) reader.skip(reader.unsigned());
  return { range, version, parameters, codeAlignment, initial, own: bytes.bytes.subarray(reader.at) };
}

/** Each frame description entry of a section, and the code that it speaks of. */
function* frames(window: Window, section: Section): Generator<{ record: FrameRecord; range: AddressRange }> {
  const encodings = new Map<number, number | undefined>();
  for (let at = 0; at + 8 <= window.size;) {
    const record = readRecord(window, at);
    if (record === undefined) return;
    const range = record.cie === undefined ? undefined : frameRange(window, section, record, encodings);
    if (range !== undefined) yield { record, range };
    at = record.end;
  }
}

/** A length-prefixed record; offsets are from the section's start. */
interface FrameRecord {
  readonly body: number;
  readonly end: number;
  /** Offset of the common information entry that an FDE refers to; absent for a CIE itself. */
  readonly cie: number | undefined;
}

function readRecord(window: Window, at: number): FrameRecord | undefined {
  const head = window.view(at, 16);
  if (head === undefined) return undefined;
  let length = head.u32(0);
  let body = 4;
  if (length === 0) return { body: at + 4, end: at + 4, cie: undefined }; // terminator: the next object's records may follow
  if (length === 0xffffffff) {
    length = head.length >= 12 ? Number(head.u64(4)) : 0;
    body = 12;
  }
  const end = at + body + length;
  const id = window.view(at + body, 4);
  if (length < 4 || !(end <= window.size) || id === undefined) return undefined;
  const delta = id.u32(0);
  return { body: at + body + 4, end, cie: delta === 0 ? undefined : at + body - delta };
}

function frameRange(
  window: Window,
  section: Section,
  record: FrameRecord,
  encodings: Map<number, number | undefined>,
): AddressRange | undefined {
  const cie = record.cie ?? -1;
  if (!encodings.has(cie)) encodings.set(cie, readCie(window, cie)?.encoding);
  const encoding = encodings.get(cie);
  if (encoding === undefined) return undefined;
  const size = pointerSize(encoding, window.bits);
  const bytes = size === undefined ? undefined : window.view(record.body, 2 * size);
  if (bytes === undefined || size === undefined || bytes.length < 2 * size) return undefined;
  const relative = encoding & 0x70;
  if (relative !== 0 && relative !== 0x10) return undefined; // absolute or relative to the field itself; no other is used in .eh_frame
  const base = relative === 0x10 ? section.address + BigInt(record.body) : 0n;
  const mask = (1n << BigInt(window.bits)) - 1n;
  const start = (base + pointerAt(bytes, 0, size, (encoding & 8) !== 0)) & mask;
  const length = pointerAt(bytes, size, size, false);
  return length === 0n ? undefined : { start, end: start + length };
}

/** A common information entry. */
interface CommonEntry extends Omit<FrameEntry, 'range' | 'own'> {
  /** How an FDE's addresses are encoded: the augmentation's `R` (DW_EH_PE_*), absolute where there is none. */
  readonly encoding: number;
  /** Whether each FDE has augmentation data, with its length in front. */
  readonly hasData: boolean;
}

/** undefined where it is none, is cut off, or has an augmentation that is not known. */
function readCie(window: Window, at: number): CommonEntry | undefined {
  const record = at < 0 ? undefined : readRecord(window, at);
  if (record === undefined || record.cie !== undefined) return undefined;
  const bytes = window.view(record.body, Math.min(LONGEST_CIE, record.end - record.body));
  if (bytes === undefined) return undefined;
  try {
    return parseCie(bytes);
  } catch (error) {
    if (error instanceof RangeError) return undefined; // the entry ends too early: its frames cannot be read
    throw error;
  }
}

/** In bytes; real ones have less than a tenth of it. */
const LONGEST_CIE = 1024;

function parseCie(bytes: TargetBytes): CommonEntry | undefined {
  const version = bytes.u8(0);
  let at = 1;
  let augmentation = '';
  for (let byte = bytes.u8(at++); byte !== 0; byte = bytes.u8(at++)) augmentation += String.fromCharCode(byte);
  const reader = new LebReader(bytes, at);
  const codeAlignment = reader.unsigned();
  reader.unsigned(); // data alignment
  if (version === 1) reader.skip(1);
  else reader.unsigned(); // return address register
  const parameters = bytes.bytes.slice(at, reader.at);
  const hasData = augmentation.startsWith('z');
  if (!hasData && augmentation !== '') return undefined;
  const dataLength = hasData ? reader.unsigned() : 0;
  const encoding = addressEncoding(bytes, reader.at, augmentation.slice(1));
  if (encoding === undefined) return undefined;
  const initial = bytes.bytes.slice(reader.at + dataLength);
  return { version, parameters, codeAlignment, initial, encoding, hasData };
}

function addressEncoding(bytes: TargetBytes, start: number, letters: string): number | undefined {
  let at = start;
  for (const letter of letters) {
    if (letter === 'R') return bytes.u8(at);
    if (letter === 'L') at++;
    else if (letter === 'P') at += 1 + (pointerSize(bytes.u8(at), bytes.encoding.bits) ?? 64);
    else if (letter !== 'S' && letter !== 'B') return undefined;
  }
  return 0;
}

function pointerSize(encoding: number, bits: number): number | undefined {
  switch (encoding & 7) {
    case 0:
      return bits / 8;
    case 2:
      return 2;
    case 3:
      return 4;
    case 4:
      return 8;
    default:
      return undefined;
  }
}

function pointerAt(bytes: TargetBytes, at: number, size: number, signed: boolean): bigint {
  const value = size === 8 ? bytes.u64(at) : BigInt(size === 4 ? bytes.u32(at) : bytes.u16(at));
  return signed ? BigInt.asIntN(size * 8, value) : value;
}

const WINDOW = 2 ** 18;

/** A section seen through one buffer that moves along with the reads. */
class Window {
  readonly size: number;
  #start = 0;
  #bytes: Uint8Array = new Uint8Array(0);

  constructor(
    private readonly image: ElfImage,
    private readonly section: Section,
  ) {
    this.size = image.sizeInFile(section);
  }

  get bits(): 32 | 64 {
    return this.image.encoding.bits;
  }

  /** Up to `length` bytes at an offset of the section; undefined at its end. */
  view(at: number, length: number): TargetBytes | undefined {
    if (at < 0 || at >= this.size) return undefined;
    if (at < this.#start || at + length > this.#start + this.#bytes.length) {
      this.#start = at;
      this.#bytes = this.image.read(this.section.offset + at, Math.min(WINDOW, this.size - at));
    }
    return new TargetBytes(this.#bytes.subarray(at - this.#start, at - this.#start + length), this.image.encoding);
  }
}
