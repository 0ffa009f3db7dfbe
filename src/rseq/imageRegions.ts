import type { Address, AddressRange } from '../util/address.js';
import { contains, formatAddress } from '../util/address.js';
import { findArmingStore, findPreludes } from './arming.js';
import type { CodeMap } from './codeMap.js';
import { findExits } from './exits.js';
import type { ImageTables, TableSection } from './imageTables.js';
import { IntervalIndex } from './intervalIndex.js';
import { regionsAfter } from './keyJoin.js';
import type { KeyPoints } from './points.js';
import type { ExitOrigin, Region, RegionExit, TableWarning } from './region.js';
import type { CodeReader, RegionCode } from './regionCode.js';
import { readRegionCode } from './regionCode.js';
import { storeOf } from './store.js';

/** The regions of a loaded image and what was wrong on the way to them. */
export interface BuiltRegions {
  /** Ascending by link-time start; run-time addresses. */
  readonly regions: readonly Region[];
  /** The tables' warnings, then those about code. */
  readonly warnings: readonly TableWarning[];
}

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
  const drafts = tables.sections.map(section => draftOf(section, around, bias));
  addDeclaredExits(drafts, tables, bias);
  const armed = armedRanges(drafts);
  const entries = new Map(drafts.map(draft => [draft.armingStore ?? draft.first, draft] as const));
  const keyDrafts = tables.keys.flatMap(key => joinKey(rebase(key, bias), entries, around, armed));
  if (around.map !== undefined) addCodeFacts(drafts, around.map, armed);
  const ids = new Map<string, number>();
  const regions = [...drafts, ...keyDrafts]
    .sort((a, b) => (a.first < b.first ? -1 : a.first > b.first ? 1 : 0))
    .map(draft => finish(draft, around, nextId(ids, `${imageName}+${formatAddress(draft.first - bias)}`)));
  return { regions, warnings: [...tables.warnings, ...around.warnings] };
}

/** A region while it is put together; run-time addresses. */
interface Draft {
  /** `start_ip`, or the first START point: what names the region. */
  readonly first: Address;
  readonly section: { readonly range: AddressRange; readonly abort: Address; readonly flags: number } | undefined;
  readonly armingStore: Address | undefined;
  key: Address | undefined;
  readonly preludes: Set<Address>;
  readonly exits: Map<Address, ExitOrigin>;
  readonly limits: Set<string>;
}

function draftOf(section: TableSection, around: RegionCode, bias: bigint): Draft {
  const range = { start: section.start + bias, end: section.end + bias };
  const abort = section.abort + bias;
  return {
    first: range.start,
    section: { range, abort, flags: section.flags },
    armingStore: around.map && findArmingStore(around.map, range.start),
    key: undefined,
    preludes: new Set(),
    exits: new Map<Address, ExitOrigin>([
      [range.end, 'postCommit'],
      [abort, 'abort'],
    ]),
    limits: new Set(),
  };
}

function addDeclaredExits(drafts: readonly Draft[], tables: ImageTables, bias: bigint): void {
  const byStart = new Map<Address, Draft[]>();
  for (const draft of drafts) byStart.set(draft.first, [...(byStart.get(draft.first) ?? []), draft]);
  for (const { start, exit } of tables.exitPoints) {
    for (const draft of byStart.get(start + bias) ?? []) addExit(draft, exit + bias, 'declared');
  }
}

/** The origin that an address got first stays: they are added in the order of what tells the user most. */
function addExit(draft: Draft, address: Address, origin: ExitOrigin): void {
  const inside = draft.section !== undefined && contains(draft.section.range, address);
  if (!inside && !draft.exits.has(address)) draft.exits.set(address, origin);
}

/** Where threads are armed: `[arming store, post_commit_ip)` of every region, for the question whether a stop may be there. */
function armedRanges(drafts: readonly Draft[]): IntervalIndex<Draft> {
  const ranges = drafts.flatMap(draft =>
    draft.section ? [{ start: draft.armingStore ?? draft.first, end: draft.section.range.end, value: draft }] : [],
  );
  return new IntervalIndex(ranges);
}

/**
 * Gives a key's points to the regions that its START points lead into. START points that lead to no known descriptor
 * make a region of kind `key`.
 *
 * @param entries the drafts by the address where each is entered: its arming store, or `start_ip` where that is unknown
 */
function joinKey(
  points: KeyPoints,
  entries: ReadonlyMap<Address, Draft>,
  around: RegionCode,
  armed: IntervalIndex<Draft>,
): Draft[] {
  const map = around.map;
  const stops = new Set([...points.starts, ...points.finishes, ...points.aborts]);
  const alone: { start: Address; preludes: readonly Address[]; limits: readonly string[] }[] = [];
  for (const start of points.starts) {
    const inside = armed.innermost(start);
    const joined = inside ? [inside] : map ? regionsAfter(map, start, entries, stops) : [];
    for (const draft of joined) {
      draft.key ??= points.key;
      // A START that is itself the arming store, or lies behind it, is no place to stop: the preludes stand for it.
      if (inside === undefined) draft.preludes.add(start);
      addKeyExits(draft, points, armed);
    }
    if (joined.length === 0) alone.push({ start, ...safeStart(start, map, armed) });
  }
  const first = alone[0];
  if (first === undefined) return [];
  const draft: Draft = {
    first: first.start,
    section: undefined,
    armingStore: undefined,
    key: points.key,
    preludes: new Set(alone.flatMap(a => a.preludes)),
    exits: new Map(),
    limits: new Set(alone.flatMap(a => a.limits)),
  };
  addKeyExits(draft, points, armed);
  return [draft];
}

/** A START point, or what comes before it where its instruction may itself arm: a store through the thread pointer. */
function safeStart(
  start: Address,
  map: CodeMap | undefined,
  armed: IntervalIndex<Draft>,
): { preludes: readonly Address[]; limits: readonly string[] } {
  const instruction = map?.at(start);
  if (map === undefined || instruction === undefined || storeOf(instruction.text, map.architecture) !== 'thread') {
    return { preludes: [start], limits: [] };
  }
  const { addresses, limits } = findPreludes(map, start, address => armed.innermost(address) !== undefined);
  return { preludes: addresses, limits };
}

function addKeyExits(draft: Draft, points: KeyPoints, armed: IntervalIndex<Draft>): void {
  for (const [list, origin] of [
    [points.finishes, 'finish'],
    [points.aborts, 'abort'],
  ] as const) {
    for (const address of list) {
      if (armed.innermost(address) === undefined) addExit(draft, address, origin);
      else
        draft.limits.add(
          `the ${origin} point at ${formatAddress(address)} lies inside a region; no stop is made there`,
        );
    }
  }
}

function addCodeFacts(drafts: readonly Draft[], map: CodeMap, armed: IntervalIndex<Draft>): void {
  const inside = (address: Address): boolean => armed.innermost(address) !== undefined;
  for (const draft of drafts) {
    if (draft.section === undefined) continue;
    const { targets, limits } = findExits(map, draft.section.range);
    for (const target of targets) addExit(draft, target, 'branch');
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

function rebase(points: KeyPoints, bias: bigint): KeyPoints {
  const move = (list: readonly bigint[]): bigint[] => list.map(address => address + bias);
  return {
    key: points.key + bias,
    starts: move(points.starts),
    finishes: move(points.finishes),
    aborts: move(points.aborts),
  };
}

function nextId(ids: Map<string, number>, id: string): string {
  const count = (ids.get(id) ?? 0) + 1;
  ids.set(id, count);
  return count === 1 ? id : `${id}#${count}`;
}

function finish(draft: Draft, around: RegionCode, id: string): Region {
  const { section, armingStore, key } = draft;
  const name = around.functionsAt(draft.first).find(f => contains(f, draft.first))?.name;
  const source = around.sources.get(draft.first);
  const exits: RegionExit[] = [...draft.exits].map(([address, origin]) => ({ address, origin }));
  return {
    id,
    kind: section === undefined ? 'key' : 'descriptor',
    ...(section === undefined ? {} : { range: section.range, abort: section.abort }),
    ...(key === undefined ? {} : { key }),
    flags: section?.flags ?? 0,
    ...(armingStore === undefined ? {} : { armingStore }),
    preludes: [...draft.preludes].sort((a, b) => (a < b ? -1 : 1)),
    exits,
    functions: functionsOf(draft, around),
    ...(name === undefined ? {} : { function: name }),
    ...(source === undefined ? {} : { source }),
    limits: [...draft.limits],
  };
}

/** The code that a stepping thread would be in just before or after the region: its functions, its handler's, its points'. */
function functionsOf(draft: Draft, around: RegionCode): AddressRange[] {
  const handlers = [...draft.exits].filter(([, origin]) => origin === 'abort').map(([address]) => address);
  const asked = [draft.first, ...handlers, ...draft.preludes];
  const distinct = new Map<string, AddressRange>();
  for (const { start, end } of asked.flatMap(address => around.functionsAt(address))) {
    distinct.set(`${start}-${end}`, { start, end });
  }
  return [...distinct.values()];
}
