import { basename } from 'node:path';
import { openImage, type LoadSegment } from '../elf/image.js';
import { loadBiases } from '../elf/mappings.js';
import { GdbCode } from '../mi/code.js';
import { gdbShow } from '../mi/commands.js';
import type { Library } from '../mi/events.js';
import { textAt } from '../mi/fields.js';
import { buildRegions } from '../rseq/imageRegions.js';
import { withFileTables } from '../rseq/fileTables.js';
import type { ImageTables } from '../rseq/imageTables.js';
import { rebaseRegion } from '../rseq/rebase.js';
import type { Region, SourceLine } from '../rseq/region.js';
import { RegionIndex } from '../rseq/regionIndex.js';
import { contains, type Address, type AddressRange } from '../util/address.js';
import { messageOf } from '../util/errors.js';
import type { LoadedImage } from './abortUnwinding.js';
import { LiveRegions } from './liveRegions.js';
import { mappingsOf, type MemoryMap } from './memoryMap.js';
import type { Gdb, Tell } from './ports.js';
import { isOnTarget, mappingsThere, withCopy } from './remoteFiles.js';

/** The executable's name in the region index. */
const MAIN = 'main';

/** What is loaded, and the regions in it at run-time addresses. */
export class Modules {
  readonly index = new RegionIndex();
  private readonly code: GdbCode;
  private readonly live: LiveRegions;
  /** Libraries with regions whose files are here, by gdb's id. */
  private readonly libraries = new Map<string, { readonly image: ImageFacts; readonly bias: Address }>();
  private program: string | undefined;
  private main: { readonly image: ImageFacts; readonly bias: Address; readonly regions: readonly Region[] } | undefined;
  private directories: Promise<readonly string[]> | undefined;

  /**
   * @param aware whether regions are looked for at all
   * @param memoryMap what is mapped where, once there is a process
   */
  constructor(
    private readonly gdb: Gdb,
    private readonly tell: Tell,
    private readonly aware: () => boolean,
    private readonly memoryMap: MemoryMap,
  ) {
    this.code = new GdbCode(command => gdb.send(command));
    this.live = new LiveRegions(gdb, this.code, this.index, memoryMap);
  }

  /** The region for which an address lies in `[arming store, post_commit_ip)`, by its function's name or its id. */
  regionNameAt(address: Address): string | undefined {
    const region = this.index.inside(address)?.region;
    return region === undefined ? undefined : (region.function ?? region.id);
  }

  sourceOf(address: Address): Promise<SourceLine | undefined> {
    return this.code.sourceOf(address);
  }

  /** Whether code is mapped at an address; true also where that cannot be found out. */
  async isCode(address: Address): Promise<boolean> {
    const map = await this.memoryMap().catch(() => []);
    const holds = map.some(range => range.isExecutable && contains(range, address));
    return holds || map.length === 0;
  }

  /** The lines that have code in a range of addresses that begins at an instruction. @throws MiError */
  linesOf(range: AddressRange): Promise<readonly SourceLine[]> {
    return this.code.linesOf(range);
  }

  /**
   * Takes the executable, which gdb need not have yet.
   *
   * @throws RequestError where the file is missing or no ELF file
   */
  async checkMain(path: string): Promise<void> {
    (await openImage(path)).close();
    this.program = path;
  }

  /**
   * gdb has the executable: finds its regions.
   *
   * @param loaded whether there is a process already, in which gdb reads code at run-time addresses; else they are at link-time
   *   addresses until {@link relocate}
   */
  async buildMain(loaded: boolean): Promise<void> {
    if (this.program === undefined) return;
    const image = await this.factsOf(this.program);
    const bias = (loaded ? await this.loadBias(image) : undefined) ?? 0n;
    const regions = await this.regionsOf(image, bias);
    this.main = { image, bias, regions };
    this.index.add(MAIN, regions);
  }

  /** The process has become another program, which gdb has already. @throws RequestError where the file is missing or no ELF file */
  async becomes(path: string): Promise<void> {
    this.main = undefined;
    this.index.remove(MAIN);
    this.live.forget();
    await this.checkMain(path);
    await this.buildMain(true);
  }

  /** gdb has the executable that a process is to be made of: reads it, unless it is the one that is known. */
  async useMain(path: string): Promise<void> {
    if (path === this.program) return;
    this.live.forget();
    await this.checkMain(path);
    await this.buildMain(false);
  }

  /** The process exists: brings the executable's regions to where it is mapped. */
  async relocate(): Promise<void> {
    const main = this.main;
    if (main === undefined) return;
    const bias = await this.loadBias(main.image);
    if (bias === undefined || bias === main.bias) return;
    const regions = main.regions.map(region => rebaseRegion(region, bias - main.bias));
    this.main = { ...main, bias, regions };
    this.index.add(MAIN, regions);
  }

  /** A library was loaded: its regions are known when this settles. A file that cannot be read has none that matter. */
  async libraryLoaded(library: Library): Promise<void> {
    if (!this.aware()) return;
    try {
      const there = isOnTarget(library);
      const image = there
        ? await withCopy(this.gdb, library, path => this.factsOf(path))
        : await this.factsOf(library.hostName);
      if (!hasRegions(image)) return;
      const bias = there
        ? loadBiases(image.loads, mappingsThere(await this.memoryMap(), library))[0]
        : await this.loadBias(image);
      if (bias === undefined) throw new Error('it is not mapped under its name');
      if (!there) this.libraries.set(library.id, { image, bias });
      this.index.add(library.id, await this.regionsOf({ ...image, path: library.targetName }, bias));
    } catch (error) {
      const why = messageOf(error);
      this.tell('console', `The restartable sequences of ${library.hostName} are not known: ${why}\n`);
    }
  }

  libraryUnloaded(library: Library): void {
    this.index.remove(library.id);
    this.libraries.delete(library.id);
  }

  /**
   * A thread has armed a descriptor (0: none): one that no table tells is learnt from there, where `learns`.
   *
   * @returns its `start_ip`; undefined where it cannot be read
   */
  async armed(descriptor: Address, learns: boolean): Promise<Address | undefined> {
    return this.aware() ? this.live.meet(descriptor, learns) : undefined;
  }

  /** The image with regions that a run-time address lies in, where its file is here. */
  imageAt(address: Address): LoadedImage | undefined {
    const images = [...(this.main === undefined ? [] : [this.main]), ...this.libraries.values()];
    const found = images.find(({ image, bias }) =>
      image.loads.some(({ vaddr, memsz }) => vaddr + bias <= address && address < vaddr + bias + BigInt(memsz)),
    );
    return found && { path: found.image.path, bias: found.bias };
  }

  /** Run-time minus link-time addresses of an image; undefined where the target has not mapped its file. */
  private async loadBias({ path, loads }: ImageFacts): Promise<Address | undefined> {
    return loadBiases(loads, await mappingsOf(await this.memoryMap(), path))[0];
  }

  /** Separate debug files are looked for where gdb does: the user may have told it, and distributions build other folders in. */
  private async factsOf(path: string): Promise<ImageFacts> {
    this.directories ??= this.gdb
      .send(gdbShow('debug-file-directory'))
      .then(({ results }) => (textAt(results, 'value') ?? '').split(':').filter(directory => directory !== ''));
    const debugDirectories = await this.directories;
    return withFileTables(path, { debugDirectories }, (tables, { loads }) => ({ path, tables, loads }));
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

function hasRegions({ tables }: ImageFacts): boolean {
  return tables.sections.length > 0 || tables.keys.length > 0;
}
