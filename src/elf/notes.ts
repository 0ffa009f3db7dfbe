import { TargetBytes, textAt } from './bytes.js';
import { SHT } from './constants.js';
import type { DebugLink, ElfImage } from './image.js';

const NT_GNU_BUILD_ID = 3;
const NOTE_LIMIT = 65_536;

/** The build-id as lower-case hexadecimal digits, from the note that the linker left (`ld --build-id`), if any. */
export function buildIdOf(image: ElfImage): string | undefined {
  for (const section of image.sections) {
    if (section.type !== SHT.note) continue;
    const id = findBuildId(image.readSection(section, NOTE_LIMIT));
    if (id !== undefined) return id;
  }
  return undefined;
}

/** Notes: `u32 namesz, u32 descsz, u32 type`, name and descriptor each padded to 4 bytes (gABI "Note Section"). */
function findBuildId(notes: TargetBytes): string | undefined {
  let at = 0;
  while (at + 12 <= notes.length) {
    const nameSize = notes.u32(at);
    const size = notes.u32(at + 4);
    const name = at + 12;
    const descriptor = name + align4(nameSize);
    if (descriptor + size > notes.length) return undefined;
    if (notes.u32(at + 8) === NT_GNU_BUILD_ID && textAt(notes.bytes, name, nameSize) === 'GNU') {
      return Buffer.from(notes.bytes.subarray(descriptor, descriptor + size)).toString('hex');
    }
    at = descriptor + align4(size);
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
