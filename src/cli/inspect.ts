import type { Writable } from 'node:stream';
import { parseArgs } from 'node:util';
import { DEBUG_DIRECTORIES } from '../elf/debugFile.js';
import { withFileTables } from '../rseq/fileTables.js';
import { messageOf } from '../util/errors.js';
import type { InspectGdb } from './inspectCode.js';
import { printReport } from './inspectPrint.js';
import type { FileReport } from './inspectReport.js';
import { reportFile, toJson, unusableReport } from './inspectReport.js';

const HELP = `Usage: rseq-dap inspect [OPTIONS] FILE...

Tells the restartable sequences of executables and shared libraries: regions, key points, and
what is wrong in their tables, at link-time addresses. Of a core file: those of what its process
had loaded, at run-time addresses, and which threads stood inside. Nothing is executed.

Options:
  --json                  print JSON: an object for one file, an array for several
  --lint                  check the regions; findings make the exit code 1, notes do not
  --no-code               read tables only; without disassembly there are no preludes, no exits
                          by branch and no source lines, and the checks that need them are left out
  --gdb=PATH              the gdb that disassembles (default: gdb; for other machines gdb-multiarch)
  --debug-directory=DIR   where separate debug files are; may be repeated (default: /usr/lib/debug)
  --help                  show this text

Exit codes:
  0  every file was read, and --lint (if given) found nothing
  1  --lint found something
  2  a file could not be used, or the command line is wrong
`;

/** The exit codes of `inspect`, as its help documents them. */
export const INSPECT_EXIT = { clean: 0, findings: 1, unusable: 2 } as const;

/** What the command line asks for. */
interface InspectOptions {
  readonly files: readonly string[];
  readonly json: boolean;
  readonly lint: boolean;
  readonly code: boolean;
  readonly gdb: string | undefined;
  readonly debugDirectories: readonly string[];
}

/**
 * Runs `rseq-dap inspect`.
 *
 * @param args what follows the word `inspect`
 * @returns the exit code, see {@link INSPECT_EXIT}
 */
export async function runInspect(args: readonly string[], out: Writable, err: Writable): Promise<number> {
  let options: InspectOptions | 'help';
  try {
    options = parseOptions(args);
  } catch (error) {
    err.write(`rseq-dap inspect: ${messageOf(error)}\nTry 'rseq-dap inspect --help'.\n`);
    return INSPECT_EXIT.unusable;
  }
  if (options === 'help') {
    out.write(HELP);
    return INSPECT_EXIT.clean;
  }
  const reports = await inspectFiles(options);
  for (const report of reports.filter(r => r.unusable)) {
    for (const { message } of report.warnings) err.write(`rseq-dap inspect: ${message}\n`);
  }
  if (options.json) {
    const forms = reports.map(toJson);
    out.write(`${JSON.stringify(forms.length === 1 ? forms[0] : forms, undefined, 2)}\n`);
  } else
    out.write(
      reports
        .map(printReport)
        .filter(text => text !== '')
        .join('\n'),
    );
  return exitCode(reports);
}

function parseOptions(args: readonly string[]): InspectOptions | 'help' {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      json: { type: 'boolean' },
      lint: { type: 'boolean' },
      'no-code': { type: 'boolean' },
      gdb: { type: 'string' },
      'debug-directory': { type: 'string', multiple: true },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help === true) return 'help';
  if (positionals.length === 0) throw new Error('no file is named');
  return {
    files: positionals,
    json: values.json === true,
    lint: values.lint === true,
    code: values['no-code'] !== true,
    gdb: values.gdb,
    debugDirectories: values['debug-directory'] ?? DEBUG_DIRECTORIES,
  };
}

/** One file after the other: gdb holds one program at a time. */
async function inspectFiles(options: InspectOptions): Promise<FileReport[]> {
  const gdbs = new Gdbs(options);
  try {
    const reports: FileReport[] = [];
    for (const file of options.files) reports.push(await inspectFile(file, options, gdbs));
    return reports;
  } finally {
    await gdbs.end();
  }
}

async function inspectFile(file: string, options: InspectOptions, gdbs: Gdbs): Promise<FileReport> {
  const reading = { debugDirectories: options.debugDirectories, pieces: options.code };
  try {
    return await withFileTables(file, reading, async (tables, image) => {
      if (image.type !== 'core') return reportFile(tables, image, await gdbs.forMachine(tables.machine), options.lint);
      const { reportCore } = await import('./inspectCore.js');
      return reportCore(image, path => inspectFile(path, options, gdbs));
    });
  } catch (error) {
    return unusableReport(file, error);
  }
}

/** `e_machine` of the machines that the build of Node we run on, and so a plain gdb, is for. */
const OWN_MACHINES: Readonly<Partial<Record<NodeJS.Architecture, readonly number[]>>> = {
  x64: [62, 3],
  ia32: [3, 62],
  arm64: [183, 40],
  arm: [40],
  ppc64: [21, 20],
  riscv64: [243],
  s390x: [22],
};

/** The gdbs of one run. The plain one is started before the first file is read, so that both take place at once. */
class Gdbs {
  readonly #started = new Map<string, Promise<InspectGdb>>();

  constructor(private readonly options: InspectOptions) {
    if (options.code) void this.#get(options.gdb ?? 'gdb');
  }

  /** The gdb for a file of that machine; undefined where no code is wanted. */
  async forMachine(machine: number): Promise<InspectGdb | undefined> {
    if (!this.options.code) return undefined;
    const own = OWN_MACHINES[process.arch]?.includes(machine) ?? true;
    return this.#get(this.options.gdb ?? (own ? 'gdb' : 'gdb-multiarch'));
  }

  async end(): Promise<void> {
    await Promise.all([...this.#started.values()].map(async gdb => (await gdb).end()));
  }

  /** The MI layer is loaded with the first gdb: `--no-code` starts the faster for it. */
  #get(name: string): Promise<InspectGdb> {
    const known = this.#started.get(name);
    if (known !== undefined) return known;
    const gdb = import('./inspectCode.js').then(module => new module.InspectGdb(name, this.options.debugDirectories));
    this.#started.set(name, gdb);
    return gdb;
  }
}

function exitCode(reports: readonly FileReport[]): number {
  if (reports.some(report => report.unusable)) return INSPECT_EXIT.unusable;
  const found = reports.some(report => report.findings?.some(finding => finding.severity === 'finding'));
  return found ? INSPECT_EXIT.findings : INSPECT_EXIT.clean;
}
