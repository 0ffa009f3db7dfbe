import { readFile, realpath } from 'node:fs/promises';
import { basename } from 'node:path';
import type { LoadSegment } from '../elf/image.js';
import { loadBiases } from '../elf/mappings.js';
import { GdbCode } from '../mi/code.js';
import type { Library } from '../mi/events.js';
import { buildRegions } from '../rseq/imageRegions.js';
import { withFileTables } from '../rseq/fileTables.js';
import type { ImageTables } from '../rseq/imageTables.js';
import { rebaseRegion } from '../rseq/rebase.js';
import type { Region, SourceLine } from '../rseq/region.js';
import { RegionIndex } from '../rseq/regionIndex.js';
import type { Address, AddressRange } from '../util/address.js';
import { messageOf } from '../util/errors.js';
import { parseMaps } from './processMaps.js';
import { LiveRegions } from './liveRegions.js';
import type { Gdb, Tell } from './ports.js';

/** The executable's name in the region index. */
const MAIN = 'main';

/** What is loaded, and the regions in it at run-time addresses. */
export class Modules {
  readonly index = new RegionIndex();
  private readonly code: GdbCode;
  private readonly live: LiveRegions;
  private main: { readonly image: ImageFacts; readonly bias: Address; readonly regions: readonly Region[] } | undefined;

  /** @param aware whether regions are looked for at all */
  constructor(
    gdb: Gdb,
    private readonly tell: Tell,
    private readonly aware: () => boolean,
  ) {
    this.code = new GdbCode(command => gdb.send(command));
    this.live = new LiveRegions(gdb, this.code, this.index);
  }

  sourceOf(address: Address): Promise<SourceLine | undefined> {
    return this.code.sourceOf(address);
  }

  /** The lines that have code in a range of addresses that begins at an instruction. @throws MiError */
  linesOf(range: AddressRange): Promise<readonly SourceLine[]> {
    return this.code.linesOf(range);
  }

  /**
   * Reads the executable's tables; gdb need not have it yet.
   *
   * @throws RequestError where the file is missing or no ELF file
   */
  async readMain(path: string): Promise<void> {
    this.main = { image: await factsOf(path), bias: 0n, regions: [] };
  }

  /** gdb has the executable: finds its regions, at link-time addresses until {@link relocate}. */
  async buildMain(): Promise<void> {
    if (this.main === undefined) return;
    const regions = await this.regionsOf(this.main.image, 0n);
    this.main = { ...this.main, regions };
    this.index.add(MAIN, regions);
  }

  /** The process exists: brings the executable's regions to where it is mapped. */
  async relocate(processId: number): Promise<void> {
    const main = this.main;
    if (main === undefined) return;
    const bias = await loadBias(processId, main.image);
    if (bias === undefined || bias === main.bias) return;
    const regions = main.regions.map(region => rebaseRegion(region, bias - main.bias));
    this.main = { ...main, bias, regions };
    this.index.add(MAIN, regions);
  }

  /** A library was loaded: its regions are known when this settles. A file that cannot be read has none that matter. */
  async libraryLoaded(library: Library, processId: number): Promise<void> {
    if (!this.aware()) return;
    try {
      const image = await factsOf(library.hostName);
      if (!hasRegions(image)) return;
      const bias = await loadBias(processId, image);
      if (bias === undefined) throw new Error('it is not mapped under its name');
      this.index.add(library.id, await this.regionsOf(image, bias));
    } catch (error) {
      const why = messageOf(error);
      this.tell('console', `The restartable sequences of ${library.hostName} are not known: ${why}\n`);
    }
  }

  libraryUnloaded(library: Library): void {
    this.index.remove(library.id);
  }

  /** A thread has armed a descriptor: one that no table tells is learnt from there. */
  async armed(descriptor: Address, processId: number): Promise<void> {
    if (this.aware()) await this.live.meet(descriptor, processId);
  }

  private async regionsOf({ path, tables }: ImageFacts, bias: Address): Promise<readonly Region[]> {
    if (!this.aware()) return [];
    const { regions, warnings } = await buildRegions(tables, this.code, bias, basename(path));
    for (const { message } of warnings) this.tell('console', `${message}\n`);
    return regions;
  }
}

/** What is read of an image's file, once. */
interface ImageFacts {
  readonly path: string;
  readonly tables: ImageTables;
  readonly loads: readonly LoadSegment[];
}

async function factsOf(path: string): Promise<ImageFacts> {
  return withFileTables(path, {}, (tables, { loads }) => ({ path, tables, loads }));
}

function hasRegions({ tables }: ImageFacts): boolean {
  return tables.sections.length > 0 || tables.keys.length > 0;
}

/**
 * Run-time minus link-time addresses of an image in a process, from /proc/PID/maps.
 *
 * @returns undefined where the process has not mapped the file
 */
async function loadBias(processId: number, { path, loads }: ImageFacts): Promise<Address | undefined> {
  const real = await realpath(path).catch(() => path);
  const maps = await readFile(`/proc/${processId}/maps`, 'utf8');
  return loadBiases(loads, parseMaps(maps, real))[0];
}
