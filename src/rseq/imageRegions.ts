import type { Address } from '../util/address.js';
import { formatAddress } from '../util/address.js';
import { findArmingStore, findPreludes } from './arming.js';
import type { CodeMap } from './codeMap.js';
import { findExits } from './exits.js';
import type { ImageTables, TableSection } from './imageTables.js';
import { IntervalIndex } from './intervalIndex.js';
import { KeyJoin } from './keyJoin.js';
import type { Region, TableWarning } from './region.js';
import type { CodeReader, RegionCode } from './regionCode.js';
import { readRegionCode } from './regionCode.js';
import { RegionDraft } from './regionDraft.js';
import { EXIT_SECTION } from './tables.js';
import { Warnings } from './warnings.js';

/** The regions of a loaded image and what was wrong on the way to them. */
export interface BuiltRegions {
  /** Ascending by link-time start; run-time addresses. */
  readonly regions: readonly Region[];
  /** The tables' warnings, then those about code. */
  readonly warnings: readonly TableWarning[];
}

/**
 * The most exits that tables may add to the regions of one image, in all. tcmalloc's 169 regions declare none, librseq's a
 * handful; but a hostile table can name one exit for each of a hundred thousand regions, a hundred thousand times.
 */
export const MAX_TABLE_EXITS = 1_000_000;

/**
 * Makes the run-time regions of an image out of its tables and its code.
 *
 * The tables alone say too little: not where a thread can be stopped before a region, not all exits. So the functions
 * around each region are disassembled once; from them come arming stores, preludes, undeclared exits, and which key
 * points mark which descriptor's region.
 *
 * @param code      undefined: tables alone; regions have no preludes and no exits by branch then, without a warning
 * @param bias      load bias, added to every link-time address; 0 to stay at link time
 * @param imageName the image's name in region ids
 */
export async function buildRegions(
  tables: ImageTables,
  code: CodeReader | undefined,
  bias: bigint,
  imageName: string,
): Promise<BuiltRegions> {
  const around = await readRegionCode(tables, code, bias);
  const warnings = new Warnings(tables.file);
  const drafts = tables.sections.map(section => draftOf(section, around, bias));
  addDeclaredExits(drafts, tables, bias, warnings);
  const armed = armedRanges(drafts);
  const keys = new KeyJoin(drafts, around.map, armed, MAX_TABLE_EXITS, warnings);
  const keyDrafts = tables.keys.flatMap(points => keys.join(points, bias));
  if (around.map !== undefined) addCodeFacts(drafts, around.map, armed);
  const ids = new Map<string, number>();
  const regions = [...drafts, ...keyDrafts]
    .sort((a, b) => (a.first < b.first ? -1 : a.first > b.first ? 1 : 0))
    .map(draft => draft.finish(nextId(ids, `${imageName}+${formatAddress(draft.first - bias)}`), around));
  return { regions, warnings: [...tables.warnings, ...warnings.list(), ...around.warnings] };
}

function draftOf(section: TableSection, around: RegionCode, bias: bigint): RegionDraft {
  const range = { start: section.start + bias, end: section.end + bias };
  const armingStore = around.map && findArmingStore(around.map, range.start);
  return new RegionDraft(range.start, { range, abort: section.abort + bias, flags: section.flags }, armingStore);
}

function addDeclaredExits(drafts: readonly RegionDraft[], tables: ImageTables, bias: bigint, warnings: Warnings): void {
  const byStart = new Map<Address, RegionDraft[]>();
  for (const draft of drafts) {
    const known = byStart.get(draft.first);
    if (known === undefined) byStart.set(draft.first, [draft]);
    else known.push(draft);
  }
  let left = MAX_TABLE_EXITS;
  for (const { start, exit } of tables.exitPoints) {
    const starting = byStart.get(start + bias) ?? [];
    left -= starting.length;
    if (left < 0) {
      warnings.add('too-many', EXIT_SECTION, undefined, `only ${MAX_TABLE_EXITS} exits are kept`);
      return;
    }
    for (const draft of starting) draft.addExit(exit + bias, 'declared');
  }
}

/** Where threads are armed: `[arming store, post_commit_ip)` of every region, for the question whether a stop may be there. */
function armedRanges(drafts: readonly RegionDraft[]): IntervalIndex<RegionDraft> {
  const ranges = drafts.flatMap(draft =>
    draft.section ? [{ start: draft.armingStore ?? draft.first, end: draft.section.range.end, value: draft }] : [],
  );
  return new IntervalIndex(ranges);
}

function addCodeFacts(drafts: readonly RegionDraft[], map: CodeMap, armed: IntervalIndex<RegionDraft>): void {
  const inside = (address: Address): boolean => armed.innermost(address) !== undefined;
  for (const draft of drafts) {
    if (draft.section === undefined) continue;
    const { targets, limits } = findExits(map, draft.section.range);
    for (const target of targets) draft.addExit(target, 'branch');
    for (const limit of limits) draft.limits.add(limit);
    if (draft.armingStore === undefined) {
      draft.limits.add(`the store that arms the region was not found before ${formatAddress(draft.first)}`);
      continue;
    }
    const preludes = findPreludes(map, draft.armingStore, inside);
    for (const address of preludes.addresses) draft.preludes.add(address);
    for (const limit of preludes.limits) draft.limits.add(limit);
  }
}

function nextId(ids: Map<string, number>, id: string): string {
  const count = (ids.get(id) ?? 0) + 1;
  ids.set(id, count);
  return count === 1 ? id : `${id}#${count}`;
}
