import { TargetBytes, textAt } from './bytes.js';
import { SHT } from './constants.js';
import type { DebugLink, ElfImage, Section } from './image.js';

const NT_GNU_BUILD_ID = 3;
const NOTE_LIMIT = 65_536;

/** One note: who defined its type, the type, and what it says. */
export interface Note {
  readonly name: string;
  readonly type: number;
  readonly content: TargetBytes;
}

/**
 * The notes of a section or segment: `u32 namesz, u32 descsz, u32 type`, name and descriptor each padded to 4 bytes (gABI
 * "Note Section"; so in 64-bit files, too). What is cut off is left out.
 */
export function* notesIn(bytes: TargetBytes): Generator<Note> {
  for (let at = 0; at + 12 <= bytes.length;) {
    const nameSize = bytes.u32(at);
    const size = bytes.u32(at + 4);
    const content = at + 12 + align4(nameSize);
    if (content + size > bytes.length) return;
    yield {
      name: textAt(bytes.bytes, at + 12, nameSize),
      type: bytes.u32(at + 8),
      content: new TargetBytes(bytes.bytes.subarray(content, content + size), bytes.encoding),
    };
    at = content + align4(size);
  }
}

/** The build-id as lower-case hexadecimal digits, from the note that the linker left (`ld --build-id`), if any. */
export function buildIdOf(image: ElfImage): string | undefined {
  return findBuildId(image)?.id;
}

/** The build-id and the section that holds it. */
export function findBuildId(image: ElfImage): { readonly id: string; readonly section: Section } | undefined {
  for (const section of image.sections) {
    if (section.type !== SHT.note) continue;
    for (const { name, type, content } of notesIn(image.readSection(section, NOTE_LIMIT))) {
      if (type === NT_GNU_BUILD_ID && name === 'GNU') {
        return { id: Buffer.from(content.bytes).toString('hex'), section };
      }
    }
  }
  return undefined;
}

/** `.gnu_debuglink`: a file name, NUL, padding to 4 bytes, and the CRC-32 of the debug file in the file's byte order. */
export function debugLinkOf(image: ElfImage): DebugLink | undefined {
  const section = image.sectionsNamed('.gnu_debuglink')[0];
  if (section === undefined) return undefined;
  const bytes = image.readSection(section, NOTE_LIMIT);
  const file = textAt(bytes.bytes, 0);
  const crc = align4(Buffer.byteLength(file) + 1);
  return file === '' || crc + 4 > bytes.length ? undefined : { file, crc: bytes.u32(crc) };
}

function align4(size: number): number {
  return Math.ceil(size / 4) * 4;
}
