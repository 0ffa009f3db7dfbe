import type { Address } from '../util/address.js';
import { addressAt, defined, integerAt, textAt, textsAt, tuplesAt } from './fields.js';
import type { MiTuple } from './record.js';

/** One place of a breakpoint. */
export interface BreakpointSite {
  /** `2` for a breakpoint, `2.1` for one of several locations. */
  readonly number: string;
  readonly enabled: boolean;
  /** Absent for watchpoints and catchpoints. */
  readonly address?: Address;
  readonly func?: string;
  /** The source file as the debug information names it. */
  readonly file?: string;
  /** The source file's absolute path. */
  readonly fullname?: string;
  readonly line?: number;
}

/** A breakpoint, watchpoint, catchpoint or dprintf as gdb describes it. */
export interface Breakpoint extends BreakpointSite {
  /** gdb's word: `breakpoint`, `hw breakpoint`, `hw watchpoint`, `read watchpoint`, `acc watchpoint`, `watchpoint` (software), `catchpoint`, `dprintf`. */
  readonly type: string;
  /** gdb's word for what becomes of it when it is hit: `keep`, `del`, `dis`. */
  readonly disposition: string;
  /** `resolved`: at the address here; `multiple`: see `locations`; `pending`: no loaded file has the place; `none`: it has no address. */
  readonly state: 'resolved' | 'multiple' | 'pending' | 'none';
  /** All its places in the target: `locations` of a `multiple` one, itself if `resolved`, else none. */
  readonly locations: readonly BreakpointSite[];
  readonly condition?: string;
  /** How often it has been hit. */
  readonly times: number;
  /** How many more hits pass without a stop. */
  readonly ignore: number;
  /** gdb's number of the only thread that it stops. */
  readonly thread?: number;
  /** As it was asked for. */
  readonly originalLocation?: string;
  /** What a `pending` one waits for. */
  readonly pending?: string;
  /** What a watchpoint watches, or a catchpoint catches. */
  readonly what?: string;
  /** Of a catchpoint: `throw`, `rethrow`, `catch`, `fork`, `vfork`, `exec`, `syscall`, `signal`, `load`, `unload`. */
  readonly catchType?: string;
  /** Lines that gdb's command line executes at a hit. */
  readonly script: readonly string[];
}

/**
 * Reads a `bkpt={...}` (gdb manual, "GDB/MI Breakpoint Information", mi3).
 *
 * @returns undefined where the tuple has no number
 */
export function parseBreakpoint(tuple: MiTuple): Breakpoint | undefined {
  const site = parseSite(tuple);
  if (site === undefined) {
    return undefined;
  }
  const state = stateOf(tuple, site);
  const several = tuplesAt(tuple, 'locations').flatMap(location => parseSite(location) ?? []);
  return {
    ...site,
    type: textAt(tuple, 'type') ?? '',
    disposition: textAt(tuple, 'disp') ?? '',
    state,
    locations: state === 'resolved' && several.length === 0 ? [site] : several,
    times: integerAt(tuple, 'times') ?? 0,
    ignore: integerAt(tuple, 'ignore') ?? 0,
    ...defined({
      condition: textAt(tuple, 'cond'),
      thread: integerAt(tuple, 'thread'),
      originalLocation: textAt(tuple, 'original-location'),
      pending: textAt(tuple, 'pending'),
      what: textAt(tuple, 'what'),
      catchType: textAt(tuple, 'catch-type'),
    }),
    script: textsAt(tuple, 'script'),
  };
}

/** The breakpoints of a `BreakpointTable={...}`, the answer to `-break-list` and `-break-info`. */
export function parseBreakpointTable(table: MiTuple): Breakpoint[] {
  return tuplesAt(table, 'body').flatMap(tuple => parseBreakpoint(tuple) ?? []);
}

function parseSite(tuple: MiTuple): BreakpointSite | undefined {
  const number = textAt(tuple, 'number');
  if (number === undefined) {
    return undefined;
  }
  return {
    number,
    enabled: textAt(tuple, 'enabled') === 'y',
    ...defined({
      address: addressAt(tuple, 'addr'),
      func: textAt(tuple, 'func'),
      file: textAt(tuple, 'file'),
      fullname: textAt(tuple, 'fullname'),
      line: integerAt(tuple, 'line'),
    }),
  };
}

function stateOf(tuple: MiTuple, site: BreakpointSite): Breakpoint['state'] {
  const address = textAt(tuple, 'addr');
  if (address === '<MULTIPLE>') {
    return 'multiple';
  }
  if (address === '<PENDING>') {
    return 'pending';
  }
  return site.address === undefined ? 'none' : 'resolved';
}
