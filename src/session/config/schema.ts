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
import { CONNECTION_ATTRIBUTES } from './connectionAttributes.js';
import { GDB_ATTRIBUTES } from './gdbAttributes.js';
import { PROGRAM_ATTRIBUTES } from './programAttributes.js';
import { RSEQ_ATTRIBUTES } from './rseqAttributes.js';
import { TIMEOUT_ATTRIBUTES } from './timeoutAttributes.js';

/** Attributes by subject, in the order of the reference. */
export const GROUPS: readonly Group[] = [
  { title: 'The program', attributes: PROGRAM_ATTRIBUTES },
  { title: 'gdb', attributes: GDB_ATTRIBUTES },
  { title: 'Restartable sequences', attributes: RSEQ_ATTRIBUTES },
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
  ...GDB_ATTRIBUTES,
  ...RSEQ_ATTRIBUTES,
  ...TIMEOUT_ATTRIBUTES,
  ...CONNECTION_ATTRIBUTES,
};

/** An attribute of another adapter that this one does not have, and what to do instead. */
export interface Unsupported {
  readonly of: Peer;
  readonly advice: string;
}

export const UNSUPPORTED: Readonly<Record<string, Unsupported>> = {
  visualizerFile: { of: 'cppdbg', advice: 'gdb shows values by its pretty printers, which are Python.' },
  showDisplayString: { of: 'cppdbg', advice: 'gdb shows values by its pretty printers, which are Python.' },
  pipeTransport: { of: 'cppdbg', advice: 'Start the adapter on the other machine, or use gdbserver there.' },
  deploySteps: { of: 'cppdbg', advice: 'Use a preLaunchTask of the editor.' },
  svdPath: { of: 'cdt-gdb', advice: 'Registers of peripherals are not shown.' },
};
