import { TargetBytes } from '../elf/bytes.js';
import type { GdbCode } from '../mi/code.js';
import { MiError } from '../mi/client.js';
import { dataReadMemoryBytes } from '../mi/commandsInspection.js';
import { textAt, tuplesAt } from '../mi/fields.js';
import { decodeDescriptor, DESCRIPTOR_SIZE, type Descriptor } from '../rseq/descriptor.js';
import { learnRegion } from '../rseq/liveRegion.js';
import type { Region } from '../rseq/region.js';
import type { RegionIndex } from '../rseq/regionIndex.js';
import { contains, type Address } from '../util/address.js';
import type { MemoryMap } from './memoryMap.js';
import type { Gdb } from './ports.js';

/** The name in the region index of regions that no image's table tells. */
const LIVE = 'live';

/** ELF's number for x86-64: the only machine whose threads' areas are read. */
const X86_64 = 62;

/** Regions of code without tables (JIT, written by hand, stripped), learnt from what threads have armed. */
export class LiveRegions {
  private readonly learnt = new Map<Address, Region>();
  private readonly refused = new Set<Address>();

  constructor(
    private readonly gdb: Gdb,
    private readonly code: GdbCode,
    private readonly index: RegionIndex,
    private readonly memoryMap: MemoryMap,
  ) {}

  /**
   * A thread's `rseq_cs` points to `descriptor`; 0 where nothing is armed. What it describes is learnt, where `learns`.
   *
   * @returns `start_ip` of it; undefined where there is none that could be read
   */
  async meet(descriptor: Address, learns: boolean): Promise<Address | undefined> {
    if (descriptor === 0n) return undefined;
    const contents = await this.read(descriptor);
    if (contents === undefined) return undefined;
    const isMet = this.learnt.has(descriptor) || this.refused.has(descriptor);
    if (learns && !isMet && !this.isKnown(contents)) await this.learn(descriptor, contents);
    return contents.start;
  }

  /** The program is another one. */
  forget(): void {
    this.learnt.clear();
    this.refused.clear();
    this.index.remove(LIVE);
  }

  private async learn(descriptor: Address, contents: Descriptor): Promise<void> {
    const { start, abort } = contents;
    const [map, ...functions] = await Promise.all([
      this.memoryMap(),
      this.code.functionAround(start),
      this.code.functionAround(abort),
    ]);
    const region = await learnRegion(contents, {
      machine: X86_64,
      code: this.code,
      functionAt: address => functions.find(each => each !== undefined && contains(each, address)),
      codeBounds: address => map.find(mapping => mapping.isExecutable && contains(mapping, address)),
    });
    if (region === undefined) this.refused.add(descriptor);
    else this.learnt.set(descriptor, region);
    this.index.add(LIVE, [...this.learnt.values()]);
  }

  private isKnown({ start }: Descriptor): boolean {
    return this.index.all().some(region => region.range?.start === start);
  }

  private async read(address: Address): Promise<Descriptor | undefined> {
    const answer = await this.gdb.send(dataReadMemoryBytes(address, DESCRIPTOR_SIZE)).catch(nothingThere);
    const piece = answer === undefined ? undefined : tuplesAt(answer.results, 'memory')[0];
    const bytes = Buffer.from(piece === undefined ? '' : (textAt(piece, 'contents') ?? ''), 'hex');
    if (bytes.length < DESCRIPTOR_SIZE) return undefined;
    return decodeDescriptor(new TargetBytes(bytes, { bits: 64, littleEndian: true }), 0);
  }
}

/** `rseq_cs` is not cleared after a commit: it may point into memory that is gone. */
function nothingThere(error: unknown): undefined {
  if (error instanceof MiError) return undefined;
  throw error;
}
