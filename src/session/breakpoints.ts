import type { DebugProtocol as D } from '@vscode/debugprotocol';
import type { RouteTable } from '../dap/route.js';
import { console as consoleCommand } from '../mi/commands.js';
import { breakDelete, type BreakpointLocation } from '../mi/commandsBreakpoints.js';
import type { Breakpoint } from '../mi/breakpoint.js';
import type { StoppedEvent } from '../mi/events.js';
import { defined } from '../mi/fields.js';
import { messageOf, RequestError } from '../util/errors.js';
import { compileCondition, hitCounter, isGiven, judge, type Modifiers } from './breakpointCondition.js';
import { describe } from './breakpointDescription.js';
import { insert, settle, type MoverPorts } from './breakpointMover.js';
import { functionWishes, instructionWishes, sourceWishes, type Wish } from './breakpointRequests.js';
import { BreakpointTable, isSame, numbersOf, type Entry, type Place } from './breakpointTable.js';
import type { Logpoints } from './logpoints.js';
import type { Client, Gdb, Tell } from './ports.js';

/** What breakpoints need of the other subjects of the session. */
export interface BreakpointPorts extends MoverPorts {
  /** Runs a job while no thread runs, in a stop that the client is not told of. */
  whileStopped(job: () => Promise<unknown>): Promise<unknown>;
  readonly gdb: Gdb;
  readonly client: Client;
  readonly tell: Tell;
  /** A DAP breakpoint id that nobody else has. */
  nextId(): number;
  /** Whether breakpoints stand in debug registers where the client names no mode. */
  readonly prefersHardware: () => boolean;
  readonly logpoints: Logpoints;
  /** A pending breakpoint has come, or the last one has gone: gdb must, or need not, stop when libraries are loaded. */
  pendingChanged(any: boolean): Promise<void>;
}

/** Source, function and instruction breakpoints. */
export class Breakpoints {
  private readonly table: BreakpointTable;
  /** gdb's numbers whose hit counts have grown since the target was resumed. */
  private readonly hits = new Set<string>();
  private anyPending = false;

  constructor(private readonly ports: BreakpointPorts) {
    this.table = new BreakpointTable(() => ports.nextId());
  }

  readonly routes: RouteTable = {
    setBreakpoints: {
      when: 'initialized',
      run: async args => {
        const { path, wanted } = sourceWishes(args);
        const scope = (place: Place): boolean => place.kind === 'source' && place.path === path;
        return { breakpoints: await this.replace(scope, wanted) };
      },
    },
    setFunctionBreakpoints: {
      when: 'initialized',
      run: async args => ({
        breakpoints: await this.replace(place => place.kind === 'function', functionWishes(args)),
      }),
    },
    setInstructionBreakpoints: {
      when: 'initialized',
      run: async args => ({
        breakpoints: await this.replace(place => place.kind === 'instruction', instructionWishes(args)),
      }),
    },
  };

  /** Brings every breakpoint into line with what is loaded now, and tells the client what has changed. */
  async settleAll(): Promise<void> {
    for (const entry of this.table.all()) await this.refresh(entry);
    await this.watchPending();
  }

  /**
   * A library has gone. An address of it must not stay in gdb, which cannot set it where no memory is, and does not let the
   * program go on then.
   */
  async libraryUnloaded(): Promise<void> {
    for (const entry of this.table.all()) if (entry.place.kind === 'instruction') await this.refresh(entry);
    await this.watchPending();
  }

  /**
   * gdb has changed a breakpoint: bound it to a library, or counted a hit. Noted at once, since its stop follows.
   *
   * @returns false where it is none of the client's
   */
  onModified(breakpoint: Breakpoint): boolean {
    const entry = this.table.byNumber(breakpoint.number);
    if (entry === undefined) return false;
    if (entry.atPlace?.number !== breakpoint.number) {
      this.hits.add(breakpoint.number);
      return true;
    }
    const before = entry.atPlace;
    entry.atPlace = breakpoint;
    if (breakpoint.times > before.times) this.hits.add(breakpoint.number);
    if (placesOf(before) !== placesOf(breakpoint)) this.ports.client.post(() => this.refresh(entry));
    return true;
  }

  /** gdb has deleted a breakpoint of the user's: by a command of theirs. */
  onDeleted(number: string): void {
    const entry = this.table.byNumber(number);
    if (entry === undefined) return;
    if (entry.atPlace?.number === number) entry.atPlace = undefined;
    for (const [address, planted] of entry.planted) if (planted === number) entry.planted.delete(address);
    if (numbersOf(entry).length > 0) return;
    this.table.remove(entry);
    this.ports.client.emit('breakpoint', { reason: 'removed', breakpoint: { id: entry.id, verified: false } });
  }

  /** DAP ids of the breakpoints that a stop has hit. */
  hitBy(stop: StoppedEvent): readonly number[] {
    const numbers = new Set(this.hits);
    if (stop.breakpointNumber !== undefined) numbers.add(stop.breakpointNumber);
    const ids = [...numbers].map(number => this.table.byNumber(number)?.id).filter(id => id !== undefined);
    return [...new Set(ids)];
  }

  /** DAP's own word for a stop that breakpoints of one kind alone have hit, where it has one for that kind. */
  reported(stop: StoppedEvent): Pick<D.StoppedEvent['body'], 'reason'> | undefined {
    if (stop.reason !== 'breakpoint-hit') return undefined;
    const ids = this.hitBy(stop);
    const kinds = new Set(this.table.all().flatMap(({ id, place }) => (ids.includes(id) ? [place.kind] : [])));
    const [kind] = kinds;
    return kinds.size !== 1 || kind === undefined || kind === 'source' ? undefined : { reason: `${kind} breakpoint` };
  }

  /**
   * Judges the conditions of the breakpoints that are kept inside regions.
   *
   * @returns whether the stop hit such breakpoints alone, and none of them is to stop the program
   */
  async isSilent(stop: StoppedEvent): Promise<boolean> {
    if (stop.reason !== 'breakpoint-hit' || stop.watches.length > 0) return false;
    const hits = this.table.all().filter(entry => this.hitBy(stop).includes(entry.id));
    if (hits.length === 0 || !hits.every(entry => entry.isJudged)) return false;
    let isSilent = true;
    for (const { condition } of hits) if (await judge(condition, stop.threadId, this.ports)) isSilent = false;
    if (isSilent) this.hits.clear();
    return isSilent;
  }

  /** The target goes on: hits are counted anew. */
  onResumed(): void {
    this.hits.clear();
  }

  /** Takes every breakpoint out of gdb, so that nothing stops the program any more. */
  async removeAll(): Promise<void> {
    for (const entry of this.table.all()) await this.remove(entry);
  }

  /** The process goes, another comes: takes what gdb has out of it; {@link settleAll} puts it back, with counts at 0. */
  async lift(): Promise<void> {
    for (const entry of this.table.all()) {
      const [first, ...rest] = numbersOf(entry);
      entry.atPlace = undefined;
      entry.planted.clear();
      entry.disabled.clear();
      if (first !== undefined) await this.ports.gdb.send(breakDelete([first, ...rest]));
      if (entry.problem === undefined) await this.prepare(entry);
    }
    this.hits.clear();
  }

  /** Makes the breakpoints of one kind (of one file) those that are wanted; what is there already stays, with its count. */
  private async replace(scope: (place: Place) => boolean, wishes: readonly Wish[]): Promise<D.Breakpoint[]> {
    const mode = this.ports.prefersHardware() ? ('hardware' as const) : undefined;
    const wanted = wishes.map(({ place, modifiers }) => ({ place, modifiers: { mode, ...defined(modifiers) } }));
    const old = this.table.all().filter(entry => scope(entry.place));
    const kept = new Set<Entry>();
    const found = wanted.map(({ place, modifiers }) => {
      const same = old.find(entry => !kept.has(entry) && isSame(entry, place, modifiers));
      if (same !== undefined) kept.add(same);
      return same;
    });
    await inFlight(
      old.filter(entry => !kept.has(entry)),
      entry => this.remove(entry),
    );
    const answers = await inFlight(
      wanted.map((wish, index) => ({ ...wish, same: found[index] })),
      async ({ same, place, modifiers }) => (same === undefined ? this.create(place, modifiers) : describe(same)),
    );
    await this.watchPending();
    return answers;
  }

  private async create(place: Place, modifiers: Modifiers): Promise<D.Breakpoint> {
    let entry: Entry;
    try {
      entry = this.table.add(place, modifiers, id => compileCondition(id, modifiers));
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      return { verified: false, message: error.message, reason: 'failed' };
    }
    try {
      await this.prepare(entry);
      await this.atRest(entry, async () => {
        await this.plant(entry);
        await settle(entry, this.ports);
      });
    } catch (error) {
      entry.problem = messageOf(error);
    }
    entry.told = describe(entry);
    return entry.told;
  }

  /** What the condition refers to must exist before it. */
  private async prepare({ id, modifiers }: Entry): Promise<void> {
    const { gdb, logpoints } = this.ports;
    if (isGiven(modifiers.hitCondition)) await gdb.send(consoleCommand(`set ${hitCounter(id)} = 0`));
    if (!isGiven(modifiers.logMessage)) return;
    if (logpoints.unavailable !== undefined) throw new RequestError('user', 'noPython', logpoints.unavailable);
    await logpoints.define(id, modifiers.logMessage);
  }

  /** Sets gdb's breakpoint at the place itself; an address waits until the program is loaded. */
  private async plant(entry: Entry): Promise<void> {
    const { place } = entry;
    if (entry.atPlace !== undefined) return;
    if (place.kind === 'instruction') {
      const isInside = this.ports.modules.index.inside(place.address) !== undefined;
      const moves = isInside && (!this.ports.keeps() || entry.condition !== undefined);
      if (!this.ports.loaded() || moves || !(await this.ports.modules.isCode(place.address))) return;
    }
    const location: BreakpointLocation =
      place.kind === 'source'
        ? { kind: 'source', file: place.path, line: place.line }
        : place.kind === 'function'
          ? { kind: 'function', name: place.name }
          : { kind: 'address', address: place.address };
    if (entry.modifiers.mode === 'hardware' && !this.ports.loaded()) return;
    const condition = entry.condition === undefined ? {} : { condition: entry.condition };
    entry.atPlace = await insert(entry, { location, pending: true, ...condition }, this.ports);
  }

  /** Takes an address out of gdb that is no code any more; it comes back with a library that has code there. */
  private async leave(entry: Entry): Promise<void> {
    const { atPlace, place } = entry;
    if (place.kind !== 'instruction' || atPlace === undefined || !this.ports.loaded()) return;
    if (await this.ports.modules.isCode(place.address)) return;
    entry.atPlace = undefined;
    await this.ports.gdb.send(breakDelete([atPlace.number]));
  }

  private async refresh(entry: Entry): Promise<void> {
    try {
      await this.atRest(entry, async () => {
        await this.leave(entry);
        await this.plant(entry);
        await settle(entry, this.ports);
      });
    } catch (error) {
      entry.problem = messageOf(error);
    }
    const now = describe(entry);
    if (JSON.stringify(now) === JSON.stringify(entry.told)) return;
    entry.told = now;
    this.ports.client.emit('breakpoint', { reason: 'changed', breakpoint: now });
  }

  private async remove(entry: Entry): Promise<void> {
    this.table.remove(entry);
    const [first, ...rest] = numbersOf(entry);
    if (first === undefined) return;
    await this.atRest(entry, () => this.ports.gdb.send(breakDelete([first, ...rest])));
  }

  /**
   * Debug registers are changed while no thread runs. gdb can change them in running threads too, by stops of its own, but
   * gdb 13.1 then sometimes never reports a SIGSTOP again, and the program cannot be paused any more.
   */
  private async atRest(entry: Entry, job: () => Promise<unknown>): Promise<void> {
    if (entry.modifiers.mode === 'hardware') await this.ports.whileStopped(job);
    else await job();
  }

  /** Whether a library may bring the code that a breakpoint is for. */
  private isWaiting({ atPlace, place, planted }: Entry): boolean {
    if (atPlace !== undefined) return atPlace.state === 'pending';
    return place.kind === 'instruction' && planted.size === 0 && this.ports.loaded();
  }

  private async watchPending(): Promise<void> {
    const any = this.table.all().some(entry => this.isWaiting(entry));
    if (any === this.anyPending) return;
    this.anyPending = any;
    await this.ports.pendingChanged(any);
  }
}

/** Where a breakpoint is, for comparison: what changes when a library binds it. */
function placesOf(breakpoint: Breakpoint): string {
  const locations = breakpoint.locations.map(({ address }) => address);
  return [breakpoint.state, ...locations].map(String).join(' ');
}

/**
 * Does the same with all of them, each begun before the others' answers have come: gdb is never idle among a thousand. With a
 * debug register among them in turn: the program may have to stand for it, and must not stand twice at once.
 */
async function inFlight<T extends { readonly modifiers: Modifiers }, R>(
  all: readonly T[],
  job: (one: T) => Promise<R>,
): Promise<R[]> {
  if (!all.some(({ modifiers }) => modifiers.mode === 'hardware')) return Promise.all(all.map(job));
  const results: R[] = [];
  for (const one of all) results.push(await job(one));
  return results;
}
