import type { RegionDescription } from '../dap/customRequests.js';
import { MiError } from '../mi/client.js';
import type { Region, SourceLine } from '../rseq/region.js';
import type { Outcome } from '../stepping/types.js';
import { formatAddress, type AddressRange } from '../util/address.js';

type Lines = NonNullable<RegionDescription['lines']>;

/** The lines of more regions are not asked of gdb: an editor can show no more, and a hostile table has a million. */
const MOST_WITH_LINES = 1000;

/** Regions as clients see them. */
export class RegionDescriptions {
  /** By region id; the same wherever the image is loaded. */
  private readonly lines = new Map<string, Lines>();

  /** @param linesOf the lines that have code in a range. @throws MiError where it cannot be read */
  constructor(private readonly linesOf: (range: AddressRange) => Promise<readonly SourceLine[]>) {}

  /** @param seen how runs through a region were seen to end */
  async describeAll(
    regions: readonly Region[],
    seen: (id: string) => Readonly<Record<Outcome, number>>,
    withLines: boolean,
  ): Promise<RegionDescription[]> {
    return Promise.all(
      regions.map(async (region, index) => ({
        ...describe(region),
        seen: { ...seen(region.id) },
        ...(withLines && index < MOST_WITH_LINES ? { lines: await this.linesIn(region) } : {}),
      })),
    );
  }

  private async linesIn(region: Region): Promise<Lines> {
    if (region.range === undefined) return [];
    const known = this.lines.get(region.id);
    if (known !== undefined) return known;
    try {
      const lines = byFile(await this.linesOf(region.range));
      this.lines.set(region.id, lines);
      return lines;
    } catch (error) {
      // The library is being unloaded, or the target runs where gdb cannot read: asked again, it may be known.
      if (error instanceof MiError) return [];
      throw error;
    }
  }
}

function byFile(lines: readonly SourceLine[]): Lines {
  const files = new Map<string, Set<number>>();
  for (const { file, line } of lines) files.set(file, (files.get(file) ?? new Set()).add(line));
  return [...files].map(([path, numbers]) => ({ path, lines: [...numbers].sort((a, b) => a - b) }));
}

function describe(region: Region): Omit<RegionDescription, 'seen'> {
  const { range, abort, source } = region;
  return {
    id: region.id,
    kind: region.kind,
    ...(range === undefined ? {} : { start: formatAddress(range.start), end: formatAddress(range.end) }),
    ...(abort === undefined ? {} : { abort: formatAddress(abort) }),
    ...(region.function === undefined ? {} : { function: region.function }),
    ...(source === undefined ? {} : { path: source.file, line: source.line }),
    preludes: region.preludes.map(formatAddress),
    exits: region.exits.map(({ address, origin }) => ({ address: formatAddress(address), origin })),
    limits: [...region.limits],
  };
}
