import { EM } from '../elf/constants.js';
import type { ElfImage } from '../elf/image.js';
import type { ImageTables, TableSection } from '../rseq/imageTables.js';
import type { Flow, Instruction } from '../rseq/instruction.js';
import { architectureOf, flowOf } from '../rseq/instruction.js';
import type { KeyPoints } from '../rseq/points.js';
import type { Region, TableWarning } from '../rseq/region.js';
import { storeOf } from '../rseq/store.js';
import type { Address } from '../util/address.js';
import { formatAddress } from '../util/address.js';
import type { InspectCode } from './inspectCode.js';

/** Something that `--lint` says about a file. Findings make the exit code 1; notes do not. */
export interface Finding {
  readonly severity: 'finding' | 'note';
  /** A stable kebab-case word. */
  readonly code: string;
  /** A sentence that names the file and the place. */
  readonly message: string;
  /** Link-time. */
  readonly address?: Address;
}

/** What the checks look at. */
export interface LintInput {
  readonly tables: ImageTables;
  /** Still open: signatures are read from it. */
  readonly image: ElfImage;
  readonly regions: readonly Region[];
  readonly warnings: readonly TableWarning[];
  /** Absent: the checks that need code are left out. */
  readonly code: InspectCode | undefined;
}

/** Warnings that are about our own reading, or that sound programs have too. `limit` is covered by checks of its own. */
const HARMLESS_WARNINGS: ReadonlySet<string> = new Set(['discarded-points', 'limit', 'wrong-debug-file']);

/** A region of more bytes than this would hardly ever finish within a time slice; tcmalloc's longest is under 200. */
const LONG_REGION = 4096n;

/**
 * The 4 bytes that the kernel compares before it sends a thread to `abort_ip`, as rseq registered them (RSEQ_SIG of
 * librseq and glibc). Code is little endian on aarch64 and arm whatever the data is.
 */
const SIGNATURES: Readonly<Record<number, { value: number; code?: 'littleEndian' }>> = {
  [EM.i386]: { value: 0x53053053 },
  [EM.x86_64]: { value: 0x53053053 },
  [EM.aarch64]: { value: 0xd428bc00, code: 'littleEndian' },
  [EM.arm]: { value: 0xe7f5def3, code: 'littleEndian' },
  [EM.ppc]: { value: 0x0fe5000b },
  [EM.ppc64]: { value: 0x0fe5000b },
  [EM.s390]: { value: 0xb2ff0fff },
  [EM.riscv]: { value: 0xf1401073 },
  [EM.mips]: { value: 0x0350000d },
};

/** Checks one file. Findings come in the order: tables, regions by address, keys. */
export function lint(input: LintInput): Finding[] {
  return [
    ...input.warnings
      .filter(warning => !HARMLESS_WARNINGS.has(warning.code))
      .map(({ code, message }) => ({ severity: 'finding' as const, code, message })),
    ...input.tables.sections.flatMap(section => checkSection(input, section)),
    ...input.regions.flatMap(region => checkRegion(input, region)),
    ...input.tables.keys.flatMap(key => checkKey(input, key)),
  ];
}

/** What the descriptor and the bytes around it tell. */
function checkSection({ tables, image }: LintInput, section: TableSection): Finding[] {
  const findings: Finding[] = [];
  const where = `${tables.file}: region ${formatAddress(section.start)}`;
  const find = (code: string, text: string): void => {
    findings.push({ severity: 'finding', code, message: `${where}: ${text}`, address: section.start });
  };
  if (!section.listed) find('missing-pointer', 'no entry of __rseq_cs_ptr_array points to its descriptor');
  const length = section.end - section.start;
  if (length > LONG_REGION) find('long-region', `${length} bytes are too long to finish between two preemptions`);
  const signature = signatureFault(image, section.abort);
  if (signature !== undefined) find('wrong-signature', signature);
  return findings;
}

/** What is wrong with the 4 bytes before an abort address, if anything. */
function signatureFault(image: ElfImage, abort: Address): string | undefined {
  const signature = SIGNATURES[image.machine];
  if (signature === undefined) return undefined;
  const wanted = spellSignature(signature.value);
  const consequence = 'the kernel kills the thread instead of aborting the region';
  const bytes = image.readAt(abort - 4n, 4);
  if (bytes === undefined) {
    return `there is no signature ${wanted} before abort_ip ${formatAddress(abort)}, where the file holds nothing: ${consequence}`;
  }
  const littleEndian = signature.code === 'littleEndian' || bytes.encoding.littleEndian;
  const value = new DataView(bytes.bytes.buffer, bytes.bytes.byteOffset).getUint32(0, littleEndian);
  if (value === signature.value) return undefined;
  return `the 4 bytes before abort_ip ${formatAddress(abort)} are ${spellSignature(value)}, not the signature ${wanted}: ${consequence}`;
}

function spellSignature(value: number): string {
  return `0x${value.toString(16).padStart(8, '0')}`;
}

/** What the code of a region tells. */
function checkRegion({ tables, code }: LintInput, region: Region): Finding[] {
  const architecture = architectureOf(tables.machine);
  const instructions = region.range === undefined ? undefined : code?.instructionsIn(region.range);
  if (instructions === undefined || instructions.length === 0 || architecture === undefined) return [];
  const where = `${tables.file}: region ${region.id}${region.function === undefined ? '' : ` in ${region.function}`}`;
  const finding = (severity: Finding['severity'], name: string, text: string, address: Address): Finding => ({
    severity,
    code: name,
    message: `${where}: ${text}`,
    address,
  });
  const findings: Finding[] = [];
  for (const { address } of region.exits.filter(exit => exit.origin === 'branch')) {
    const text = `a branch leaves it for ${formatAddress(address)}, which no table declares`;
    findings.push(finding('finding', 'undeclared-exit', text, address));
  }
  for (const { address, text } of instructions) {
    const fault = FORBIDDEN[flowOf(text, architecture).kind];
    if (fault !== undefined)
      findings.push(finding('finding', fault.code, `${fault.text} at ${formatAddress(address)}`, address));
  }
  if (region.armingStore === undefined && region.range !== undefined) {
    const text = 'the store that arms it was not found before its start';
    findings.push(finding('finding', 'no-arming-store', text, region.range.start));
  }
  const visible = instructions.filter(({ text }) => storeOf(text, architecture) === 'other');
  return [...findings, ...checkStores(visible, instructions.at(-1), finding)];
}

const FORBIDDEN: Readonly<Partial<Record<Flow['kind'], { code: string; text: string }>>> = {
  system: { code: 'system-call', text: 'it makes a system call, which the kernel forbids,' },
  call: { code: 'call', text: 'it calls a function, during which it is not protected,' },
  indirect: { code: 'indirect-branch', text: 'it branches to an address that cannot be known' },
  return: { code: 'return', text: 'it returns to its caller without committing' },
};

/**
 * A region commits with one store, its last instruction: a store before the end has taken effect when the region is
 * aborted behind it. Where the last instruction is a store too, earlier ones may be meant so (a value written ahead of
 * the index that publishes it).
 */
function checkStores(
  visible: readonly Instruction[],
  last: Instruction | undefined,
  finding: (severity: Finding['severity'], code: string, text: string, address: Address) => Finding,
): Finding[] {
  const final = visible.at(-1);
  if (final === undefined || last === undefined) return [];
  if (final.address !== last.address) {
    const text = `the store at ${formatAddress(final.address)} is not its last instruction: an abort behind it makes it happen twice`;
    return [finding('finding', 'commit-not-last', text, final.address)];
  }
  if (visible.length === 1) return [];
  const others = visible.slice(0, -1).map(store => formatAddress(store.address));
  const text = `besides its commit it stores to memory that other threads may see, at ${others.join(', ')}`;
  return [finding('note', 'several-stores', text, final.address)];
}

function checkKey({ tables }: LintInput, points: KeyPoints): Finding[] {
  const { key, starts, finishes } = points;
  const missing = (code: string, text: string): Finding[] => [
    { severity: 'finding', code, message: `${tables.file}: key ${formatAddress(key)}: ${text}`, address: key },
  ];
  if (starts.length === 0) return missing('no-start', 'it has FINISH or ABORT points and no START point');
  return finishes.length === 0 ? missing('no-finish', 'it has START points and no FINISH point') : [];
}
