import type { AddressRange } from '../util/address.js';
import { TargetBytes } from './bytes.js';
import type { FunctionRange } from './functionRange.js';
import { FunctionSearch } from './functionSearch.js';
import type { ElfImage, Section } from './image.js';

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
    for (const { start, end } of frames(image, section)) {
      search.offer({ name: 0, start: Number(start), size: Number(end - start), isGlobal: false });
    }
  }
  const found = new Map<bigint, FunctionRange>();
  for (const { address, start, end } of search.results(() => undefined)) found.set(address, { start, end });
  return found;
}

/** The code that each frame description entry of a section speaks of. */
function* frames(image: ElfImage, section: Section): Generator<AddressRange> {
  const window = new Window(image, section);
  const encodings = new Map<number, number | undefined>();
  for (let at = 0; at + 8 <= window.size;) {
    const record = readRecord(window, at);
    if (record === undefined) return;
    const range = record.cie === undefined ? undefined : frameRange(window, section, record, encodings);
    if (range !== undefined) yield range;
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
  if (!encodings.has(cie)) encodings.set(cie, pointerEncoding(window, cie));
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

/** The encoding of an FDE's addresses: the augmentation's `R` (DW_EH_PE_*), absolute where there is none. */
function pointerEncoding(window: Window, at: number): number | undefined {
  const record = at < 0 ? undefined : readRecord(window, at);
  const bytes =
    record && record.cie === undefined ? window.view(record.body, Math.min(64, record.end - record.body)) : undefined;
  if (bytes === undefined) return undefined;
  try {
    return parseCie(bytes);
  } catch (error) {
    if (error instanceof RangeError) return undefined; // the entry ends too early: its frames cannot be read
    throw error;
  }
}

function parseCie(bytes: TargetBytes): number | undefined {
  let at = 1; // version
  let augmentation = '';
  for (let byte = bytes.u8(at++); byte !== 0; byte = bytes.u8(at++)) augmentation += String.fromCharCode(byte);
  if (!augmentation.startsWith('z')) return augmentation === '' ? 0 : undefined;
  const skipLeb = (): void => {
    while ((bytes.u8(at++) & 0x80) !== 0);
  };
  skipLeb(); // code alignment
  skipLeb(); // data alignment
  if (bytes.u8(0) === 1) at++;
  else skipLeb(); // return address register
  skipLeb(); // augmentation length
  for (const letter of augmentation.slice(1)) {
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
