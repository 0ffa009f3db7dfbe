import { basename } from 'node:path';
import type { RegionDescription, ThreadDescription } from '../dap/customRequests.js';

/** The regions of one image. */
export interface ModuleRegions {
  /** The image's file name. */
  readonly name: string;
  readonly regions: readonly RegionDescription[];
}

/** Region ids begin with their image's file name: `counter+0x11c4`. */
export function groupByModule(regions: readonly RegionDescription[]): ModuleRegions[] {
  const modules = new Map<string, RegionDescription[]>();
  for (const region of regions) {
    const name = region.id.replace(/\+0x[0-9a-f]+(#\d+)?$/, '');
    const known = modules.get(name);
    if (known === undefined) modules.set(name, [region]);
    else known.push(region);
  }
  return [...modules].map(([name, list]) => ({ name, regions: list }));
}

/** What a region is called: its function where a symbol tells. */
export function nameOf({ function: name, id }: RegionDescription): string {
  return name ?? id;
}

/** `counter.c:19, 4 commits, 1 abort`: what stands beside the name. */
export function summaryOf(region: RegionDescription): string {
  const place = region.path === undefined ? [] : [`${basename(region.path)}:${region.line ?? 0}`];
  return [...place, ...countsOf(region)].join(', ');
}

function countsOf({ seen }: RegionDescription): string[] {
  const counts: string[] = [];
  if (seen.committed > 0) counts.push(plural(seen.committed, 'commit'));
  if (seen.aborted > 0) counts.push(plural(seen.aborted, 'abort'));
  if (seen.exited > 0) counts.push(plural(seen.exited, 'other exit'));
  return counts;
}

/** Where the selected thread stands, in one line. */
export function describeThread(thread: ThreadDescription, regions: readonly RegionDescription[]): string {
  const region = regions.find(({ id }) => id === thread.region);
  const name = region === undefined ? (thread.region ?? '') : nameOf(region);
  const cpu = thread.cpuId === undefined ? '' : ` on CPU ${thread.cpuId}`;
  switch (thread.position) {
    case 'outside':
      return `Thread ${thread.threadId}${cpu}: in no restartable sequence`;
    case 'atArmingStore':
      return `Thread ${thread.threadId}${cpu}: about to enter ${name}`;
    case 'inside':
      return `Thread ${thread.threadId}${cpu}: inside ${name}; this attempt aborts when it goes on`;
  }
}

/** All that is known of a region, a fact a line. */
export function textOf(region: RegionDescription): string {
  const { seen } = region;
  const lines = [
    `${nameOf(region)} (${region.id})`,
    ...(region.path === undefined ? [] : [`  source    ${region.path}:${region.line ?? 0}`]),
    ...(region.start === undefined ? [] : [`  range     ${region.start} to ${region.end ?? '?'}`]),
    ...(region.preludes.length === 0 ? [] : [`  prelude   ${region.preludes.join(', ')}`]),
    ...region.exits.map(({ address, origin }) => `  exit      ${address} (${EXITS[origin] ?? origin})`),
    `  seen      ${seen.committed} committed, ${seen.aborted} aborted, ${seen.exited} left otherwise`,
    ...region.limits.map(limit => `  limit     ${limit}`),
  ];
  return lines.join('\n');
}

const EXITS: Readonly<Record<string, string>> = {
  postCommit: 'commit',
  finish: 'commit',
  abort: 'abort',
  declared: 'declared',
  branch: 'a branch that no table declares',
};

/** The lines of a file that lie in regions, and in which. */
export function linesInFile(
  regions: readonly RegionDescription[],
  path: string,
): ReadonlyMap<number, RegionDescription> {
  const found = new Map<number, RegionDescription>();
  for (const region of regions) {
    for (const file of region.lines ?? []) {
      if (file.path === path) for (const line of file.lines) found.set(line, region);
    }
  }
  return found;
}

/**
 * A condition of the exception filter `rseq-abort` that holds one more region. Function names may hold commas (templates),
 * which separate patterns: `?` stands for any one character.
 */
export function abortCondition(existing: string | undefined, names: readonly string[]): string {
  const patterns = names.map(name => name.replace(/\(.*$/s, '').replaceAll(',', '?'));
  return [...(existing === undefined || existing.trim() === '' ? [] : [existing]), ...patterns].join(', ');
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
