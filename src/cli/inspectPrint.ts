import { relative } from 'node:path';
import type { KeyPoints } from '../rseq/points.js';
import type { Region, RegionExit, SourceLine } from '../rseq/region.js';
import { formatAddress } from '../util/address.js';
import { printCore } from './inspectCore.js';
import type { FileReport } from './inspectReport.js';

/** The report of a file for people: a paragraph for each region and key, then what is wrong. Ends with a newline. */
export function printReport(report: FileReport): string {
  if (report.unusable) return '';
  const lines = [`${report.file}: ${count(report.regions.length, 'region')}, ${count(report.keys.length, 'key')}`];
  if (report.core !== undefined) lines.push(...printCore(report.core));
  for (const region of report.regions) lines.push('', ...printRegion(region, report.codeRead));
  for (const key of report.keys) lines.push('', ...printKey(key));
  const troubles = [
    // Limits stand with their regions.
    ...report.warnings.filter(w => w.code !== 'limit').map(w => `warning: ${w.message} [${w.code}]`),
    // A warning that lint counts is there already.
    ...(report.findings ?? [])
      .filter(f => !report.warnings.some(w => w.message === f.message))
      .map(f => `${f.severity}: ${f.message} [${f.code}]`),
  ];
  if (troubles.length > 0) lines.push('', ...troubles);
  return `${lines.join('\n')}\n`;
}

/** `  name      value`: one property of a paragraph. */
function property(name: string, value: string): string {
  return `    ${name.padEnd(10)}${value}`;
}

function printRegion(region: Region, codeRead: boolean): string[] {
  const { range, armingStore } = region;
  const named = region.function ?? 'an unnamed function';
  const lines = [`  region ${region.id} in ${named}${printSource(region.source)}`];
  if (range !== undefined) {
    const flags = region.flags === 0 ? '' : `, flags ${formatAddress(BigInt(region.flags))}`;
    const size = `${range.end - range.start} bytes`;
    lines.push(property('range', `${formatAddress(range.start)} to ${formatAddress(range.end)}, ${size}${flags}`));
  }
  if (armingStore !== undefined) lines.push(property('armed at', formatAddress(armingStore)));
  const known = codeRead || region.kind === 'key';
  const preludes = region.preludes.map(formatAddress).join(', ');
  lines.push(property('prelude', known ? preludes || 'none is known' : 'not known without code'));
  if (region.abort !== undefined) lines.push(property('abort', formatAddress(region.abort)));
  region.exits.forEach((exit, i) => lines.push(property(i === 0 ? 'exits' : '', printExit(exit))));
  if (region.key !== undefined) lines.push(property('key', formatAddress(region.key)));
  for (const limit of region.limits) lines.push(property('limit', limit));
  return lines;
}

function printSource(source: SourceLine | undefined): string {
  if (source === undefined) return '';
  const near = relative(process.cwd(), source.file);
  return `, ${near.startsWith('..') ? source.file : near}:${source.line}`;
}

function printExit({ address, origin }: RegionExit): string {
  return `${formatAddress(address)} ${EXIT_WORDS[origin]}`;
}

const EXIT_WORDS: Readonly<Record<RegionExit['origin'], string>> = {
  postCommit: 'post-commit',
  abort: 'abort',
  declared: 'declared exit point',
  branch: 'branch target that no table declares',
  finish: 'FINISH point',
};

function printKey({ key, starts, finishes, aborts }: KeyPoints): string[] {
  const lines = [`  key ${formatAddress(key)}`];
  for (const [name, list] of [
    ['START', starts],
    ['FINISH', finishes],
    ['ABORT', aborts],
  ] as const) {
    if (list.length > 0) lines.push(property(name, list.map(formatAddress).join(', ')));
  }
  return lines;
}

function count(number: number, noun: string): string {
  return `${number === 0 ? 'no' : number} ${noun}${number === 1 ? '' : 's'}`;
}
