import type { Address, AddressRange } from '../util/address.js';
import { parseBreakpoint, type Breakpoint } from './breakpoint.js';
import { addressAt, defined, integerAt, isTuple, textAt, textsAt, tupleAt, tuplesAt } from './fields.js';
import { parseFrame, type Frame } from './frame.js';
import type { AsyncRecord, MiTuple } from './record.js';

/** The reasons of a stop that gdb 13 to 18 know (gdb/mi/mi-common.c). */
const STOP_REASONS = [
  'breakpoint-hit',
  'watchpoint-trigger',
  'read-watchpoint-trigger',
  'access-watchpoint-trigger',
  'function-finished',
  'location-reached',
  'watchpoint-scope',
  'end-stepping-range',
  'exited-signalled',
  'exited',
  'exited-normally',
  'signal-received',
  'solib-event',
  'fork',
  'vfork',
  'syscall-entry',
  'syscall-return',
  'exec',
  'no-history',
] as const;

/** Why threads stopped. */
export type StopReason = (typeof STOP_REASONS)[number];

/** A watchpoint that was triggered, or went out of scope. Values are gdb's texts. */
export interface WatchTrigger {
  readonly number: string;
  readonly expression?: string;
  readonly old?: string;
  readonly new?: string;
  /** The value that was read. */
  readonly value?: string;
}

/** Threads have stopped, or the target has ended. */
export interface StoppedEvent {
  readonly kind: 'stopped';
  /**
   * Each cause in gdb's order: first the command that has ended, then breakpoints and watchpoints. Empty where gdb names
   * none (after an attach, or at an entry point). A word that is no {@link StopReason} is kept as it is.
   */
  readonly reasons: readonly string[];
  /** The last of `reasons` that is known: of a step that ended on a breakpoint, the breakpoint. */
  readonly reason?: StopReason;
  readonly threadId?: number;
  readonly frame?: Frame;
  /** gdb's number of the breakpoint that was hit; of several in one place, one. */
  readonly breakpointNumber?: string;
  /** What becomes of that breakpoint: `keep`, `del`, `dis`. */
  readonly disposition?: string;
  readonly signalName?: string;
  readonly signalMeaning?: string;
  /** The name of a system call that was caught; its number where gdb knows no name. */
  readonly systemCall?: string;
  /** The process that a `fork` or `vfork` that was caught has made. */
  readonly newProcessId?: number;
  /** The program that an `exec` that was caught has started. */
  readonly newProgram?: string;
  /** Of a target that ended by itself; 0 for `exited-normally`. */
  readonly exitCode?: number;
  /** The CPU that the thread last ran on. */
  readonly core?: number;
  readonly stoppedThreads: 'all' | readonly number[];
  readonly watches: readonly WatchTrigger[];
  /** What a function that finished returned: the convenience variable that holds it, and its text. */
  readonly returned?: { readonly variable: string; readonly value?: string };
}

/** A shared library of the target. */
export interface Library {
  readonly id: string;
  /** Its path as the target sees it. */
  readonly targetName: string;
  /** Its path as gdb sees it. */
  readonly hostName: string;
  /** Where its code (from its first to its last executable section) lies; empty when unloaded. */
  readonly ranges: readonly AddressRange[];
}

/** What gdb tells by itself ("GDB/MI Async Records" in its manual), one variant per record. Threads bear gdb's numbers. */
export type MiEvent =
  | { readonly kind: 'running'; readonly threadId: number | 'all' }
  | StoppedEvent
  | { readonly kind: 'threadCreated'; readonly threadId: number; readonly groupId: string }
  | { readonly kind: 'threadExited'; readonly threadId: number; readonly groupId: string }
  | { readonly kind: 'threadSelected'; readonly threadId: number; readonly frame?: Frame }
  | { readonly kind: 'groupStarted'; readonly groupId: string; readonly pid: number }
  | { readonly kind: 'groupExited'; readonly groupId: string; readonly exitCode?: number }
  | { readonly kind: 'libraryLoaded'; readonly library: Library; readonly symbolsLoaded: boolean }
  | { readonly kind: 'libraryUnloaded'; readonly library: Library }
  | { readonly kind: 'breakpointCreated'; readonly breakpoint: Breakpoint }
  | { readonly kind: 'breakpointModified'; readonly breakpoint: Breakpoint }
  | { readonly kind: 'breakpointDeleted'; readonly number: string }
  | { readonly kind: 'recordChanged'; readonly isRecording: boolean }
  | { readonly kind: 'parameterChanged'; readonly name: string; readonly value: string }
  | { readonly kind: 'memoryChanged'; readonly address: Address; readonly length: number; readonly isCode: boolean }
  /** A record that is not known, or lacks what it must have. */
  | { readonly kind: 'unknown'; readonly record: AsyncRecord };

/** Reads an asynchronous record; never throws. */
export function parseEvent(record: AsyncRecord): MiEvent {
  return parseKnown(record) ?? { kind: 'unknown', record };
}

function parseKnown(record: AsyncRecord): MiEvent | undefined {
  const { results } = record;
  switch (record.asyncClass) {
    case 'running':
      return parseRunning(results);
    case 'stopped':
      return parseStopped(record);
    case 'thread-created':
      return parseThreadLife('threadCreated', results);
    case 'thread-exited':
      return parseThreadLife('threadExited', results);
    case 'thread-selected':
      return parseThreadSelected(results);
    case 'thread-group-started':
    case 'thread-group-exited':
      return parseGroup(record);
    case 'library-loaded':
    case 'library-unloaded':
      return parseLibrary(record);
    case 'breakpoint-created':
      return parseBreakpointChange('breakpointCreated', results);
    case 'breakpoint-modified':
      return parseBreakpointChange('breakpointModified', results);
    case 'breakpoint-deleted': {
      const number = textAt(results, 'id');
      return number === undefined ? undefined : { kind: 'breakpointDeleted', number };
    }
    case 'cmd-param-changed': {
      const name = textAt(results, 'param');
      return name === undefined ? undefined : { kind: 'parameterChanged', name, value: textAt(results, 'value') ?? '' };
    }
    case 'record-started':
    case 'record-stopped':
      return { kind: 'recordChanged', isRecording: record.asyncClass === 'record-started' };
    case 'memory-changed':
      return parseMemoryChange(results);
    default:
      return undefined;
  }
}

function parseRunning(results: MiTuple): MiEvent | undefined {
  const threadId = textAt(results, 'thread-id') === 'all' ? 'all' : integerAt(results, 'thread-id');
  return threadId === undefined ? undefined : { kind: 'running', threadId };
}

function parseStopped(record: AsyncRecord): StoppedEvent {
  const { results, fields } = record;
  const reasons = fields.flatMap(({ name, value }) => (name === 'reason' && typeof value === 'string' ? [value] : []));
  const frame = tupleAt(results, 'frame');
  const variable = textAt(results, 'gdb-result-var');
  const threads = textsAt(results, 'stopped-threads').map(Number).filter(Number.isSafeInteger);
  const reason = reasons.findLast(isStopReason);
  return {
    kind: 'stopped',
    reasons,
    stoppedThreads: Array.isArray(results['stopped-threads']) ? threads : 'all',
    watches: parseWatches(record),
    ...defined({
      reason,
      threadId: integerAt(results, 'thread-id'),
      frame: frame === undefined ? undefined : parseFrame(frame),
      breakpointNumber: textAt(results, 'bkptno'),
      disposition: textAt(results, 'disp'),
      signalName: textAt(results, 'signal-name'),
      signalMeaning: textAt(results, 'signal-meaning'),
      systemCall: textAt(results, 'syscall-name') ?? textAt(results, 'syscall-number'),
      newProcessId: integerAt(results, 'newpid'),
      newProgram: textAt(results, 'new-exec'),
      exitCode: reason === 'exited-normally' ? 0 : octalAt(results, 'exit-code'),
      core: integerAt(results, 'core'),
      returned:
        variable === undefined ? undefined : { variable, ...defined({ value: textAt(results, 'return-value') }) },
    }),
  };
}

function isStopReason(text: string): text is StopReason {
  return (STOP_REASONS as readonly string[]).includes(text);
}

/** gdb prints a watchpoint and then its values; where several were triggered, one pair after the other. */
function parseWatches({ fields }: AsyncRecord): WatchTrigger[] {
  const watches: WatchTrigger[] = [];
  for (const { name, value } of fields) {
    const last = watches.at(-1);
    if (/^(hw-[ar])?wpt$/.test(name) && isTuple(value)) {
      watches.push({ number: textAt(value, 'number') ?? '', ...defined({ expression: textAt(value, 'exp') }) });
    } else if (name === 'wpnum' && typeof value === 'string') {
      watches.push({ number: value });
    } else if (name === 'value' && isTuple(value) && last !== undefined) {
      const values = { old: textAt(value, 'old'), new: textAt(value, 'new'), value: textAt(value, 'value') };
      watches[watches.length - 1] = { ...last, ...defined(values) };
    }
  }
  return watches;
}

/** gdb prints exit codes in octal, with a zero in front (gdb/infrun.c, `print_exited_event`). */
function octalAt(tuple: MiTuple, name: string): number | undefined {
  const text = textAt(tuple, name);
  return text !== undefined && /^[0-7]+$/.test(text) ? parseInt(text, 8) : undefined;
}

function parseThreadLife(kind: 'threadCreated' | 'threadExited', results: MiTuple): MiEvent | undefined {
  const threadId = integerAt(results, 'id');
  return threadId === undefined ? undefined : { kind, threadId, groupId: textAt(results, 'group-id') ?? '' };
}

function parseThreadSelected(results: MiTuple): MiEvent | undefined {
  const threadId = integerAt(results, 'id');
  const frame = tupleAt(results, 'frame');
  return threadId === undefined
    ? undefined
    : { kind: 'threadSelected', threadId, ...defined({ frame: frame === undefined ? undefined : parseFrame(frame) }) };
}

function parseGroup({ asyncClass, results }: AsyncRecord): MiEvent | undefined {
  const groupId = textAt(results, 'id');
  if (groupId === undefined) {
    return undefined;
  }
  if (asyncClass === 'thread-group-exited') {
    return { kind: 'groupExited', groupId, ...defined({ exitCode: octalAt(results, 'exit-code') }) };
  }
  const pid = integerAt(results, 'pid');
  return pid === undefined ? undefined : { kind: 'groupStarted', groupId, pid };
}

function parseLibrary({ asyncClass, results }: AsyncRecord): MiEvent | undefined {
  const library = parseLibraryTuple(results);
  if (library === undefined) {
    return undefined;
  }
  return asyncClass === 'library-unloaded'
    ? { kind: 'libraryUnloaded', library }
    : { kind: 'libraryLoaded', library, symbolsLoaded: textAt(results, 'symbols-loaded') === '1' };
}

/** Reads one library, also of the answer to `-file-list-shared-libraries`; undefined where it has no id. */
export function parseLibraryTuple(tuple: MiTuple): Library | undefined {
  const id = textAt(tuple, 'id');
  if (id === undefined) {
    return undefined;
  }
  const ranges = tuplesAt(tuple, 'ranges').flatMap(range => {
    const [start, end] = [addressAt(range, 'from'), addressAt(range, 'to')];
    return start === undefined || end === undefined ? [] : [{ start, end }];
  });
  return { id, targetName: textAt(tuple, 'target-name') ?? id, hostName: textAt(tuple, 'host-name') ?? id, ranges };
}

function parseBreakpointChange(
  kind: 'breakpointCreated' | 'breakpointModified',
  results: MiTuple,
): MiEvent | undefined {
  const tuple = tupleAt(results, 'bkpt');
  const breakpoint = tuple === undefined ? undefined : parseBreakpoint(tuple);
  return breakpoint === undefined ? undefined : { kind, breakpoint };
}

function parseMemoryChange(results: MiTuple): MiEvent | undefined {
  const address = addressAt(results, 'addr');
  const length = textAt(results, 'len');
  return address === undefined || length === undefined
    ? undefined
    : { kind: 'memoryChanged', address, length: Number(length), isCode: textAt(results, 'type') === 'code' };
}
