import { breakDelete, breakDisable, breakEnable, breakInsert, type InsertOptions } from '../mi/commandsBreakpoints.js';
import { parseBreakpoint, type Breakpoint } from '../mi/breakpoint.js';
import { tupleAt } from '../mi/fields.js';
import type { Region } from '../rseq/region.js';
import { formatAddress, type Address } from '../util/address.js';
import { messageOf } from '../util/errors.js';
import type { Entry } from './breakpointTable.js';
import type { HardwareInsertion } from './hardwareInsertion.js';
import type { Modules } from './modules.js';
import type { Gdb } from './ports.js';

/** What moving needs to know. */
export interface MoverPorts {
  readonly gdb: Gdb;
  readonly hardware: HardwareInsertion;
  readonly modules: Pick<Modules, 'index' | 'sourceOf' | 'isCode'>;
  /** Whether breakpoints inside regions stay there. */
  readonly keeps: () => boolean;
  /** Whether run-time addresses are known: before, a breakpoint at an address would make the program's start fail. */
  readonly loaded: () => boolean;
}

interface Inside {
  readonly location: Location;
  readonly region: Region;
}

interface Location {
  /** gdb's name for it, `2` or `2.1`. */
  readonly number: string;
  readonly address: Address;
}

/**
 * Brings a breakpoint into line with the regions that are known.
 *
 * The user's situation: a breakpoint inside a region stops the thread there, which aborts it at every hit, for ever; and
 * gdb cannot step other threads over it without harm. The plan: gdb's locations inside regions are disabled, and each
 * is replaced by a breakpoint with the same condition at the region's preludes.
 */
export async function settle(entry: Entry, ports: MoverPorts): Promise<void> {
  const inside = locationsOf(entry).flatMap(location => {
    const region = ports.modules.index.inside(location.address)?.region;
    return region === undefined ? [] : [{ location, region }];
  });
  if (ports.keeps()) {
    await keep(entry, inside, ports);
    return;
  }
  const wanted = new Set(inside.flatMap(({ region }) => region.preludes));
  await disableExactly(
    entry,
    inside.map(({ location }) => location.number),
    ports.gdb,
  );
  entry.moved = await description(inside, ports);
  entry.problem = inside.length > 0 && wanted.size === 0 ? noPrelude(inside) : undefined;
  if (ports.loaded()) await plantExactly(entry, wanted, ports);
}

/**
 * A breakpoint that is to stay inside stops at each hit: where gdb evaluates a condition to false it steps the thread
 * over the breakpoint in place, which is a stop inside like any other, for ever. So its condition is the adapter's to judge.
 */
async function keep(entry: Entry, inside: readonly Inside[], ports: MoverPorts): Promise<void> {
  const judged = entry.condition === undefined ? [] : inside;
  entry.isJudged = judged.length > 0;
  await disableExactly(
    entry,
    judged.map(({ location }) => location.number),
    ports.gdb,
  );
  if (ports.loaded()) await plantExactly(entry, new Set(judged.map(({ location }) => location.address)), ports);
}

function locationsOf(entry: Entry): readonly Location[] {
  if (entry.place.kind === 'instruction' && entry.atPlace === undefined) {
    return [{ number: '', address: entry.place.address }];
  }
  const locations = entry.atPlace?.locations ?? [];
  // A single location goes by the breakpoint's own number; as `2.1` it can be disabled without what a library adds later.
  return locations.flatMap(({ number, address }) =>
    address === undefined ? [] : [{ number: number.includes('.') ? number : `${number}.1`, address }],
  );
}

async function disableExactly(entry: Entry, numbers: readonly string[], gdb: Gdb): Promise<void> {
  const wanted = new Set(numbers.filter(number => number !== ''));
  const disable = [...wanted].filter(number => !entry.disabled.has(number));
  const enable = [...entry.disabled].filter(number => !wanted.has(number));
  for (const number of disable) {
    await gdb.send(breakDisable([number]));
    entry.disabled.add(number);
  }
  for (const number of enable) {
    entry.disabled.delete(number);
    // gdb may have renumbered the locations, or dropped this one with its library: then there is nothing to enable.
    await gdb.send(breakEnable([number])).catch(() => undefined);
  }
}

/**
 * Sets a breakpoint of gdb's for an entry, in the code or in a debug register as its mode says.
 *
 * @throws RequestError where it needs a debug register and there is none; MiError
 */
export async function insert(
  entry: Entry,
  options: InsertOptions,
  { gdb, hardware }: Pick<MoverPorts, 'gdb' | 'hardware'>,
): Promise<Breakpoint | undefined> {
  const isHardware = entry.modifiers.mode === 'hardware';
  const command = breakInsert({ ...options, hardware: isHardware });
  const { results } = await (isHardware ? hardware.insert(() => gdb.send(command)) : gdb.send(command));
  return parseBreakpoint(tupleAt(results, 'bkpt') ?? {});
}

async function plantExactly(entry: Entry, wanted: ReadonlySet<Address>, ports: MoverPorts): Promise<void> {
  for (const [address, number] of entry.planted) {
    if (wanted.has(address)) continue;
    entry.planted.delete(address);
    await ports.gdb.send(breakDelete([number]));
  }
  for (const address of wanted) {
    if (entry.planted.has(address)) continue;
    const condition = entry.condition === undefined || entry.isJudged ? {} : { condition: entry.condition };
    try {
      const planted = await insert(entry, { location: { kind: 'address', address }, ...condition }, ports);
      if (planted !== undefined) entry.planted.set(address, planted.number);
    } catch (error) {
      entry.problem = `It lies inside a restartable sequence, and gdb cannot set it before that: ${messageOf(error)}`;
    }
  }
}

async function description(
  inside: readonly { region: Region }[],
  ports: MoverPorts,
): Promise<{ line: number | undefined; message: string } | undefined> {
  const first = inside[0]?.region;
  const prelude = first?.preludes[0];
  if (first === undefined || prelude === undefined) return undefined;
  const line = (await ports.modules.sourceOf(prelude))?.line;
  const where = line === undefined ? formatAddress(prelude) : `line ${line}`;
  const name = first.function === undefined ? '' : ` of ${first.function}`;
  return {
    line,
    message: `Moved to ${where}, before the restartable sequence${name}: a stop inside would abort it at every hit.`,
  };
}

function noPrelude(inside: readonly { region: Region }[]): string {
  const name = inside[0]?.region.function ?? inside[0]?.region.id ?? '';
  return (
    `It lies inside the restartable sequence of ${name}, where a stop would abort it at every hit, and no instruction ` +
    'before the sequence is known to move it to. Set it on an earlier line, or use "breakpointsInside": "keep".'
  );
}
