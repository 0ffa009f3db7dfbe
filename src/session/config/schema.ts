/**
 * The configuration of a session: ONE source for the checks and defaults of `launch` and `attach` (`configuration.ts`), for
 * what the editor offers (`contributes.debuggers[].configurationAttributes` in package.json) and for docs/configuration.md.
 *
 * To add an attribute:
 *
 * 1. Put it into the group that it belongs to (`*Attributes.ts`, or a new group, listed below): `withDefault(shape,
 *    default, {...})`, or `optional(shape, {...})` where leaving it out means something of its own. `shapes.ts` has the
 *    shapes; `on` says for which requests it is (default: both); other adapters' names for it are its `aliases`. The
 *    description is Markdown and ends with a full stop.
 * 2. It is then there, checked and typed, as `config.NAME` of `Configuration`.
 * 3. `npm run build && node scripts/configuration.mjs` writes it into package.json and docs/configuration.md. A test fails
 *    while they differ.
 */
import type { Attribute, Peer } from './attribute.js';
import { BEHAVIOUR_ATTRIBUTES } from './behaviourAttributes.js';
import { CONNECTION_ATTRIBUTES } from './connectionAttributes.js';
import { EXCEPTION_ATTRIBUTES } from './exceptionAttributes.js';
import { GDB_ATTRIBUTES } from './gdbAttributes.js';
import { LOGGING_ATTRIBUTES } from './loggingAttributes.js';
import { PROGRAM_ATTRIBUTES } from './programAttributes.js';
import { RSEQ_ATTRIBUTES } from './rseqAttributes.js';
import { TARGET_ATTRIBUTES } from './targetAttributes.js';
import { TIMEOUT_ATTRIBUTES } from './timeoutAttributes.js';

/** Attributes by subject, in the order of the reference. */
export const GROUPS: readonly Group[] = [
  { title: 'The program', attributes: PROGRAM_ATTRIBUTES },
  { title: 'Processes, core files, remote targets', attributes: TARGET_ATTRIBUTES },
  { title: 'gdb', attributes: GDB_ATTRIBUTES },
  { title: 'Sources, symbols, threads', attributes: BEHAVIOUR_ATTRIBUTES },
  { title: 'Signals', attributes: EXCEPTION_ATTRIBUTES },
  { title: 'Restartable sequences', attributes: RSEQ_ATTRIBUTES },
  { title: 'The log', attributes: LOGGING_ATTRIBUTES },
  { title: 'Time limits', attributes: TIMEOUT_ATTRIBUTES },
  { title: 'The connection', attributes: CONNECTION_ATTRIBUTES },
];

export interface Group {
  readonly title: string;
  readonly attributes: Readonly<Record<string, Attribute<unknown>>>;
}

/** Every attribute by its name, with its own type. */
export const ATTRIBUTES = {
  ...PROGRAM_ATTRIBUTES,
  ...TARGET_ATTRIBUTES,
  ...GDB_ATTRIBUTES,
  ...BEHAVIOUR_ATTRIBUTES,
  ...EXCEPTION_ATTRIBUTES,
  ...RSEQ_ATTRIBUTES,
  ...LOGGING_ATTRIBUTES,
  ...TIMEOUT_ATTRIBUTES,
  ...CONNECTION_ATTRIBUTES,
};

/** An attribute of another adapter that this one does not have, and what to do instead. */
export interface Unsupported {
  readonly of: Peer;
  readonly advice: string;
  /** Values that ask for what happens anyway: nothing is said of them. */
  readonly harmless?: readonly unknown[];
}

const PRINTERS = 'gdb shows values by its pretty printers, which are Python.';
const FILTER = 'Both streams of the server are searched for the port.';
const LLDB =
  "Commands of lldb mean nothing to gdb: see 'setupCommands', 'initCommands', 'preRunCommands', 'exitCommands'.";
const THREADS = 'Threads are asked for when the client wants them.';

export const UNSUPPORTED: Readonly<Record<string, Unsupported>> = {
  MIMode: { of: 'cppdbg', advice: 'For lldb use an adapter of its own, e.g. lldb-dap.', harmless: ['gdb'] },
  visualizerFile: { of: 'cppdbg', advice: PRINTERS },
  showDisplayString: { of: 'cppdbg', advice: PRINTERS },
  pipeTransport: { of: 'cppdbg', advice: "Use a gdbserver there and 'target', or start the adapter there." },
  sshfs: { of: 'code-debug', advice: "Use a gdbserver there and 'target', or start the adapter there." },
  ssh: { of: 'code-debug', advice: "Use a gdbserver there and 'target', or start the adapter there." },
  deploySteps: { of: 'cppdbg', advice: "Use a task and 'preLaunchTask'." },
  filterStdout: { of: 'cppdbg', advice: FILTER, harmless: [true] },
  filterStderr: { of: 'cppdbg', advice: FILTER, harmless: [true] },
  requireExactSource: { of: 'cppdbg', advice: 'gdb holds no checksums of sources.', harmless: [false] },
  auxiliaryGdb: { of: 'cdt-gdb', advice: 'gdb always answers while the program runs.', harmless: [false] },
  steppingResponseTimeout: { of: 'cdt-gdb', advice: 'Steps are answered as soon as they have begun.' },
  frameFilters: { of: 'code-debug', advice: 'Frames are shown as gdb/MI tells them.', harmless: [false] },
  registerLimit: { of: 'code-debug', advice: 'Registers are asked for when the client shows them.' },
  disableASLR: { of: 'lldb-dap', advice: "Give 'set disable-randomization' in 'setupCommands'.", harmless: [true] },
  launchCommands: { of: 'lldb-dap', advice: LLDB },
  attachCommands: { of: 'lldb-dap', advice: LLDB },
  stopCommands: { of: 'lldb-dap', advice: LLDB },
  terminateCommands: { of: 'lldb-dap', advice: LLDB },
  targetCreateCommands: { of: 'codelldb', advice: LLDB },
  processCreateCommands: { of: 'codelldb', advice: LLDB },
  postRunCommands: { of: 'codelldb', advice: LLDB },
  preTerminateCommands: { of: 'codelldb', advice: LLDB },
  svdPath: { of: 'cdt-gdb', advice: 'Registers of peripherals are not shown.' },
  unknownBreakpointHandling: {
    of: 'cppdbg',
    advice: 'A breakpoint that only gdb knows stops the program as any other.',
    harmless: ['stop'],
  },
  gdbAsync: { of: 'cdt-gdb', advice: 'gdb always answers while the program runs.', harmless: [true] },
  gdbNonStop: { of: 'cdt-gdb', advice: 'All threads stop together.', harmless: [false] },
  updateThreadInfo: { of: 'cdt-gdb', advice: THREADS, harmless: ['missing', 'when-requested'] },
  openGdbConsole: { of: 'cdt-gdb', advice: "The debug console takes gdb's commands.", harmless: [false] },
};
