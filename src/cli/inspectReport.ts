import { basename } from 'node:path';
import type { ElfImage } from '../elf/image.js';
import { buildRegions } from '../rseq/imageRegions.js';
import type { ImageTables } from '../rseq/imageTables.js';
import type { Region, TableWarning } from '../rseq/region.js';
import { formatAddress } from '../util/address.js';
import { RequestError, messageOf } from '../util/errors.js';
import type { CoreFacts } from './inspectCore.js';
import { coreJson } from './inspectCore.js';
import type { InspectCode, InspectGdb } from './inspectCode.js';
import type { Finding } from './inspectLint.js';
import { lint } from './inspectLint.js';

/** What `inspect` found out about one file; addresses are link-time but for core files. */
export interface FileReport {
  readonly file: string;
  readonly regions: readonly Region[];
  readonly keys: ImageTables['keys'];
  readonly warnings: readonly TableWarning[];
  /** Present if checks were asked for. */
  readonly findings?: readonly Finding[];
  /** Whether code was read: without it preludes are unknown and not absent. */
  readonly codeRead: boolean;
  /** The file could not be read at all; the warnings say why. */
  readonly unusable: boolean;
  /** Present for core files, whose addresses are run-time. */
  readonly core?: CoreFacts;
}

/**
 * Makes the report of one file. Code that cannot be read ends in a warning.
 *
 * @throws RequestError `notLinked` for object files
 */
export async function reportFile(
  tables: ImageTables,
  image: ElfImage,
  gdb: InspectGdb | undefined,
  checks: boolean,
): Promise<FileReport> {
  if (image.type === 'relocatable') {
    const message = `${tables.file} is an object file: its addresses are not known before it is linked. Name what it is linked into.`;
    throw new RequestError('user', 'notLinked', message);
  }
  const warnings: TableWarning[] = [];
  const any = tables.sections.length > 0 || tables.keys.length > 0;
  const code = any ? await openCode(tables, gdb, warnings) : undefined;
  const built = await buildRegions(tables, code, 0n, basename(tables.file));
  const all = [...built.warnings, ...warnings, ...limitWarnings(tables.file, built.regions)];
  return {
    file: tables.file,
    regions: built.regions,
    keys: tables.keys,
    warnings: all,
    ...(checks ? { findings: lint({ tables, image, regions: built.regions, warnings: all, code }) } : {}),
    codeRead: code !== undefined,
    unusable: false,
  };
}

async function openCode(
  tables: ImageTables,
  gdb: InspectGdb | undefined,
  warnings: TableWarning[],
): Promise<InspectCode | undefined> {
  try {
    return await gdb?.open(tables.file, tables.machine);
  } catch (error) {
    warnings.push({ code: 'code-not-read', message: `${tables.file}: ${messageOf(error)}` });
    return undefined;
  }
}

/** What is not known about single regions, as warnings: their place in the JSON form. */
function limitWarnings(file: string, regions: readonly Region[]): TableWarning[] {
  return regions.flatMap(region =>
    region.limits.map(limit => ({ code: 'limit', message: `${file}: region ${region.id}: ${limit}` })),
  );
}

/** The report of a file that cannot be used. */
export function unusableReport(file: string, error: unknown): FileReport {
  const code = error instanceof RequestError ? error.code : 'unreadable';
  const warnings = [{ code, message: messageOf(error) }];
  return { file, regions: [], keys: [], warnings, codeRead: false, unusable: true };
}

/** The documented JSON form of a report; addresses are hexadecimal strings, what is unknown is null. */
export function toJson(report: FileReport): Record<string, unknown> {
  const addresses = (list: readonly bigint[]): string[] => list.map(formatAddress);
  return {
    file: report.file,
    regions: report.regions.map(region => regionJson(region, report.codeRead)),
    keys: report.keys.map(({ key, starts, finishes, aborts }) => ({
      key: formatAddress(key),
      starts: addresses(starts),
      finishes: addresses(finishes),
      aborts: addresses(aborts),
    })),
    warnings: report.warnings.map(({ code, message, section, entry }) => ({
      code,
      message,
      section: section ?? null,
      entry: entry ?? null,
    })),
    ...(report.findings === undefined
      ? {}
      : {
          findings: report.findings.map(({ severity, code, message, address }) => ({
            severity,
            code,
            message,
            address: address === undefined ? null : formatAddress(address),
          })),
        }),
    ...(report.core === undefined ? {} : { core: coreJson(report.core) }),
  };
}

function regionJson(region: Region, codeRead: boolean): Record<string, unknown> {
  const { range, abort, source } = region;
  return {
    kind: region.kind,
    start: range ? formatAddress(range.start) : null,
    postCommit: range ? formatAddress(range.end) : null,
    abort: abort === undefined ? null : formatAddress(abort),
    preludes: codeRead || region.kind === 'key' ? region.preludes.map(formatAddress) : null,
    exits: region.exits.map(({ address, origin }) => ({ address: formatAddress(address), origin })),
    function: region.function ?? null,
    source: source ? { file: source.file, line: source.line } : null,
    flags: region.flags,
  };
}
