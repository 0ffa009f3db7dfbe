import { realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { crc32 } from 'node:zlib';
import { RequestError, messageOf } from '../util/errors.js';
import type { ElfWarning } from './headers.js';
import type { ElfImage } from './image.js';
import { openImage } from './image.js';
import { buildIdOf, debugLinkOf } from './notes.js';

/** Where distributions put separate debug files; gdb's own default (`show debug-file-directory`). */
export const DEBUG_DIRECTORIES: readonly string[] = ['/usr/lib/debug'];

/** A separate debug file, or none, and what spoke against candidates. */
export interface DebugFile {
  readonly image?: ElfImage;
  readonly warnings: readonly ElfWarning[];
}

/**
 * Finds and opens the separate debug file of an image, as gdb does (gdb manual, "Debugging Information in Separate
 * Files"): by build-id in `DIRECTORY/.build-id/ab/cdef.debug`; then by `.gnu_debuglink` beside the file, in `.debug` beside it, and
 * under each directory. A candidate counts if it has the same build-id, or the CRC that the link states.
 *
 * @param directories of debug files, e.g. {@link DEBUG_DIRECTORIES}
 * @returns the open image, which the caller closes
 */
export async function openDebugFile(image: ElfImage, directories: readonly string[]): Promise<DebugFile> {
  const warnings: ElfWarning[] = [];
  const buildId = buildIdOf(image);
  const link = debugLinkOf(image);
  const real = realpathSync(image.path);
  for (const path of candidates(real, buildId, link?.file, directories)) {
    const candidate = path === real ? undefined : await openIfThere(path, warnings);
    if (candidate === undefined) continue;
    if (belongs(candidate, buildId, link?.crc)) return { image: candidate, warnings };
    candidate.close();
    const message = `${path} is not the debug file of ${image.path}: neither its build-id nor its checksum fits; it is ignored`;
    warnings.push({ code: 'wrong-debug-file', message });
  }
  return { warnings };
}

function candidates(
  real: string,
  buildId: string | undefined,
  link: string | undefined,
  directories: readonly string[],
): Set<string> {
  const paths = new Set<string>();
  if (buildId !== undefined && buildId.length > 2) {
    for (const directory of directories) {
      paths.add(join(directory, '.build-id', buildId.slice(0, 2), `${buildId.slice(2)}.debug`));
    }
  }
  if (link !== undefined) {
    // The link is a plain name; a path in it comes from nobody's tool, and might lead anywhere.
    const name = basename(link);
    const folder = dirname(real);
    for (const place of [folder, join(folder, '.debug'), ...directories.map(d => join(d, folder))]) {
      paths.add(join(place, name));
    }
  }
  return paths;
}

async function openIfThere(path: string, warnings: ElfWarning[]): Promise<ElfImage | undefined> {
  try {
    return await openImage(path);
  } catch (error) {
    const missing = error instanceof RequestError && isMissing(error.cause);
    if (!missing) warnings.push({ code: 'wrong-debug-file', message: messageOf(error) });
    return undefined;
  }
}

function isMissing(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  return code === 'ENOENT' || code === 'ENOTDIR';
}

const CHUNK = 2 ** 20;

function belongs(candidate: ElfImage, buildId: string | undefined, crc: number | undefined): boolean {
  const theirs = buildIdOf(candidate);
  if (buildId !== undefined && theirs !== undefined) return buildId === theirs;
  if (crc === undefined) return false;
  let sum = 0;
  for (let at = 0; at < candidate.size; at += CHUNK) sum = crc32(candidate.read(at, CHUNK), sum);
  return sum === crc;
}
