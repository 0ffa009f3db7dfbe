import type { CoreThread } from '../elf/coreNotes.js';
import { readCoreNotes } from '../elf/coreNotes.js';
import type { ElfImage } from '../elf/image.js';
import { openImage } from '../elf/image.js';
import type { FileMapping } from '../elf/mappings.js';
import { loadBiases } from '../elf/mappings.js';
import { findBuildId } from '../elf/notes.js';
import type { KeyPoints } from '../rseq/points.js';
import { rebasePoints } from '../rseq/points.js';
import { rebaseRegion } from '../rseq/rebase.js';
import type { Region, TableWarning } from '../rseq/region.js';
import type { InsideRegion } from '../rseq/regionIndex.js';
import { RegionIndex } from '../rseq/regionIndex.js';
import type { Address } from '../util/address.js';
import { formatAddress } from '../util/address.js';
import { messageOf } from '../util/errors.js';
import type { Finding } from './inspectLint.js';
import type { FileReport } from './inspectReport.js';

/** A file that the process of a core file had loaded, and that holds regions or keys. */
export interface CoreImage {
  readonly file: string;
  /** Run-time minus link-time addresses. */
  readonly bias: Address;
}

/** A thread of a core file and the region that it stood in. */
export interface ThreadPlace extends CoreThread {
  readonly inside: InsideRegion | undefined;
}

/** What only a core file tells. */
export interface CoreFacts {
  readonly images: readonly CoreImage[];
  readonly threads: readonly ThreadPlace[];
}

/**
 * Reports a core file: the regions of its executable and libraries where they were loaded, and which threads stood in one.
 * A core file has no tables: they are read from the files that it names, if these are still those that were loaded.
 *
 * @param report makes the report of one such file, at link-time addresses
 */
export async function reportCore(core: ElfImage, report: (path: string) => Promise<FileReport>): Promise<FileReport> {
  const notes = readCoreNotes(core);
  const regions: Region[] = [];
  const keys: KeyPoints[] = [];
  const images: CoreImage[] = [];
  const warnings: TableWarning[] = [...core.warnings];
  const findings: Finding[] = [];
  let lints = false;
  let codeRead = true;
  const warn = (code: string, path: string, why: string): void => {
    warnings.push({ code, message: `${core.path}: the regions of ${path} are not known: ${why}` });
  };
  if (notes.mappings.size === 0) warn('no-mappings', 'its files', 'it has no note (NT_FILE) that names them');
  for (const [path, mappings] of notes.mappings) {
    if (!mappings.some(mapping => mapping.isExecutable)) continue; // a file that was read, or the locale's tables
    try {
      const biases = await biasesOf(core, path, mappings);
      const file = await report(path);
      warnings.push(...file.warnings);
      findings.push(...(file.findings ?? []));
      lints ||= file.findings !== undefined;
      if (file.regions.length === 0 && file.keys.length === 0) continue;
      codeRead &&= file.codeRead;
      for (const bias of biases) {
        images.push({ file: path, bias });
        regions.push(...file.regions.map(region => rebaseRegion(region, bias)));
        keys.push(...file.keys.map(points => rebasePoints(points, bias)));
      }
    } catch (error) {
      warn('image-not-read', path, messageOf(error));
    }
  }
  const index = new RegionIndex();
  index.add(core.path, regions);
  const threads = notes.threads.map(thread => ({
    ...thread,
    inside: thread.pc === undefined ? undefined : index.inside(thread.pc),
  }));
  return {
    file: core.path,
    regions: [...regions].sort((a, b) => (startOf(a) < startOf(b) ? -1 : 1)),
    keys,
    warnings,
    ...(lints ? { findings } : {}),
    codeRead,
    unusable: false,
    core: { images, threads },
  };
}

function startOf({ range, preludes }: Region): Address {
  return range?.start ?? preludes[0] ?? 0n;
}

/**
 * Where the process had loaded a file.
 *
 * @throws RequestError where it cannot be read; Error where it is not what the process had loaded
 */
async function biasesOf(core: ElfImage, path: string, mappings: readonly FileMapping[]): Promise<readonly bigint[]> {
  const image = await openImage(path);
  try {
    const biases = loadBiases(image.loads, mappings);
    if (biases.some(bias => isOtherBuild(core, image, bias))) {
      throw new Error('the file is another build than the one that was loaded. Put the right one in its place.');
    }
    return biases;
  } finally {
    image.close();
  }
}

/** Whether the note with the build-id in the process's memory is another than in the file; core files mostly hold that page. */
function isOtherBuild(core: ElfImage, image: ElfImage, bias: bigint): boolean {
  const section = findBuildId(image)?.section;
  if (section === undefined) return false;
  const inFile = image.readSection(section).bytes;
  const inMemory = core.readAt(section.address + bias, inFile.length)?.bytes;
  return inMemory !== undefined && Buffer.compare(inFile, inMemory) !== 0;
}

/** The JSON form of what only a core file tells. */
export function coreJson({ images, threads }: CoreFacts): Record<string, unknown> {
  return {
    images: images.map(({ file, bias }) => ({ file, bias: formatAddress(bias) })),
    threads: threads.map(({ id, pc, inside }) => ({
      thread: id,
      pc: pc === undefined ? null : formatAddress(pc),
      region: inside?.region.range === undefined ? null : formatAddress(inside.region.range.start),
      position: inside?.position ?? null,
    })),
  };
}

/** The lines for people: where the files were loaded, and where the threads stood. */
export function printCore({ images, threads }: CoreFacts): string[] {
  return [
    ...images.map(({ file, bias }) => `  loaded ${file} at ${formatAddress(bias)} from its link-time addresses`),
    ...(threads.length === 0 ? [] : ['']),
    ...threads.map(({ id, pc, inside }) => {
      const at = pc === undefined ? '' : ` at ${formatAddress(pc)}`;
      return `  thread ${id}${at}: ${inside === undefined ? 'in no region' : placeIn(inside)}`;
    }),
  ];
}

function placeIn({ region, position }: InsideRegion): string {
  const name = `${region.id}${region.function === undefined ? '' : ` in ${region.function}`}`;
  return position === 'armed' ? `inside region ${name}` : `at the arming store of region ${name}`;
}
