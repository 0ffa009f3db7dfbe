import type { DebugProtocol as D } from '@vscode/debugprotocol';
import { objectList, optionalString, requireString } from '../dap/arguments.js';
import type { RouteTable } from '../dap/route.js';
import type { Breakpoint } from '../mi/breakpoint.js';
import { console as consoleCommand } from '../mi/commands.js';
import { breakCondition, breakDelete, type WatchAccess } from '../mi/commandsBreakpoints.js';
import type { StoppedEvent, WatchTrigger } from '../mi/events.js';
import { messageOf, RequestError } from '../util/errors.js';
import { compileCondition, hitCounter, isGiven, judge } from './breakpointCondition.js';
import { DataBreakpointFinder } from './dataBreakpointFinder.js';
import { parseDataId, type DataPlace } from './dataBreakpointPlace.js';
import type { HardwareInsertion } from './hardwareInsertion.js';
import type { Client, Gdb, Tell } from './ports.js';
import { concerns, isTriggered, triggerText } from './stopWatches.js';
import { watch } from './watchpoint.js';

/** What data breakpoints need of the other subjects of the session. */
export interface DataBreakpointPorts {
  readonly gdb: Gdb;
  readonly hardware: HardwareInsertion;
  readonly client: Client;
  readonly tell: Tell;
  /** A DAP breakpoint id that nobody else has. */
  nextId(): number;
  /** Runs `job` while no thread runs, in a stop that nobody is told of if need be: gdb makes no watchpoint otherwise. */
  whileStopped<T>(job: () => Promise<T>): Promise<T>;
  /** Whether the program is there: before, gdb takes everything for watchable. */
  readonly loaded: () => boolean;
  /** Whether any restartable sequence is known. */
  readonly anyRegion: () => boolean;
}

type Access = D.DataBreakpointAccessType;

/** A data breakpoint of the user's and what gdb has of it. */
interface Entry {
  readonly id: number;
  readonly wanted: D.DataBreakpoint;
  /** What lets gdb or the adapter pass over a trigger. */
  readonly condition: string | undefined;
  /** Undefined where the dataId is none of ours. */
  readonly place: DataPlace | undefined;
  /** gdb's number, while it has it. */
  number: string | undefined;
  /**
   * Whether the adapter judges each trigger, and gdb stops at all of them. What gdb passes over by itself (a false
   * condition, a value written that was there before) is a stop all the same, which aborts a restartable sequence; only
   * the adapter gives the thread a free pass then, without which the retry would run into it again, for ever.
   */
  isJudged: boolean;
  problem: string | undefined;
}

const MI_ACCESS: Readonly<Record<Access, WatchAccess>> = { read: 'read', write: 'write', readWrite: 'access' };

/** Data breakpoints: watchpoints in the processor's debug registers. */
export class DataBreakpoints {
  private entries: Entry[] = [];
  /** By gdb's number, those that are gone, too: stops that tell of them may still be on their way. */
  private readonly ids = new Map<string, Entry>();
  /** Values by gdb's number, from before the free pass under way. */
  private before: ReadonlyMap<string, string> = new Map();
  private readonly finder: DataBreakpointFinder;

  constructor(private readonly ports: DataBreakpointPorts) {
    this.finder = new DataBreakpointFinder(ports.gdb);
  }

  readonly routes: RouteTable = {
    setDataBreakpoints: {
      when: 'initialized',
      run: async args => ({ breakpoints: await this.replace(objectList(args, 'breakpoints').map(checked)) }),
    },
  };

  /** Sets what could not be set before: the program is loaded, or has got another library. */
  async settleAll(): Promise<void> {
    const waiting = this.entries.filter(entry => entry.number === undefined);
    if (waiting.length === 0 || !this.ports.loaded()) return;
    const before = waiting.map(entry => JSON.stringify(describe(entry)));
    await this.ports.whileStopped(async () => {
      for (const entry of waiting) await this.plant(entry);
    });
    const changed = waiting.filter((entry, index) => JSON.stringify(describe(entry)) !== before[index]);
    for (const entry of changed) this.tellChanged(entry);
  }

  /** The process goes, another comes: takes what gdb has out of it; {@link settleAll} puts it back. */
  async lift(): Promise<void> {
    for (const entry of this.entries) if (entry.number !== undefined) await this.unplant(entry);
  }

  /** Restartable sequences have become known: from now on triggers inside them must be judged. */
  async regionsChanged(): Promise<void> {
    const unjudged = this.entries.filter(({ number, isJudged }) => number !== undefined && !isJudged);
    if (unjudged.length === 0 || !this.ports.anyRegion()) return;
    await this.ports.whileStopped(async () => {
      for (const entry of unjudged) {
        await this.unplant(entry);
        await this.plant(entry);
      }
    });
  }

  /** @returns false where gdb's number is none of ours */
  onModified(breakpoint: Breakpoint): boolean {
    const entry = this.byNumber(breakpoint.number);
    if (entry === undefined) return false;
    // What was watched by the processor can no longer be: gdb would go on by single steps without a word.
    if (breakpoint.type === 'watchpoint') {
      this.ports.client.post(async () => {
        await this.unplant(entry);
        entry.problem = 'gdb cannot watch it in debug registers any more.';
        this.tellChanged(entry);
      });
    }
    return true;
  }

  /** gdb has deleted a watchpoint: its frame has ended, or the user has deleted it in the debug console. */
  onDeleted(number: string): void {
    const entry = this.byNumber(number);
    if (entry === undefined) return;
    this.entries = this.entries.filter(each => each !== entry);
    this.ports.client.emit('breakpoint', { reason: 'removed', breakpoint: { id: entry.id, verified: false } });
  }

  /** DAP ids of the data breakpoints that have stopped the target, or whose scope has ended there. */
  hitBy(stop: StoppedEvent): readonly number[] {
    return stop.watches.flatMap(({ number }) => this.ids.get(number)?.id ?? []);
  }

  /** A stop is to be reported: @returns what `stopped` tells of the data that was watched; the debug console tells it, too */
  reported(stop: StoppedEvent): Partial<D.StoppedEvent['body']> {
    if (stop.watches.length === 0) return {};
    const texts = stop.watches.map(trigger => triggerText(stop, trigger, this.ids.get(trigger.number)?.place?.name));
    this.ports.tell('console', texts.map(text => `${text}\n`).join(''));
    return { text: texts.join('; ') };
  }

  /** Judges triggers: @returns whether the stop is nothing but triggers that are not to stop the program */
  async isSilent(stop: StoppedEvent): Promise<boolean> {
    const entries = stop.watches.map(trigger => ({ trigger, entry: this.ids.get(trigger.number) }));
    if (!isTriggered(stop) || !entries.every(({ entry }) => entry?.isJudged === true)) return false;
    let isSilent = true;
    for (const { trigger, entry } of entries) {
      // One that has been removed meanwhile concerns nobody any more.
      const isSet = entry !== undefined && this.byNumber(trigger.number) === entry;
      if (!isSet || !concerns(entry.wanted.accessType ?? 'write', trigger)) continue;
      if (await judge(entry.condition, stop.threadId, this.ports)) isSilent = false;
    }
    return isSilent;
  }

  /** A thread is let through a restartable sequence, with watchpoints lifted. */
  async passBegins(): Promise<void> {
    this.before = await this.values();
  }

  /** What has changed since {@link passBegins}. */
  async changedInPass(): Promise<readonly WatchTrigger[]> {
    const { before } = this;
    this.before = new Map();
    if (before.size === 0) return [];
    const now = await this.values();
    return [...now].flatMap(([number, value]) => {
      const old = before.get(number);
      return old === undefined || old === value ? [] : [{ number, old, new: value }];
    });
  }

  /** The values of what is watched, by gdb's number, as far as they can be read. */
  private async values(): Promise<ReadonlyMap<string, string>> {
    const values = new Map<string, string>();
    for (const { number, place } of this.entries) {
      if (number === undefined || place === undefined) continue;
      const value = await this.finder.valueOf(place);
      if (value !== undefined) values.set(number, value);
    }
    return values;
  }

  /** Takes every watchpoint out of gdb, so that nothing stops the program any more. */
  async removeAll(): Promise<void> {
    for (const entry of this.entries) await this.unplant(entry);
    this.entries = [];
  }

  /** Makes the data breakpoints those that are wanted; what is there already stays, with its count. */
  private async replace(wanted: readonly D.DataBreakpoint[]): Promise<D.Breakpoint[]> {
    const old = [...this.entries];
    const kept = wanted.map(one => {
      const index = old.findIndex(entry => isSame(entry.wanted, one));
      return index < 0 ? undefined : old.splice(index, 1)[0];
    });
    for (const entry of old) await this.unplant(entry);
    const now = wanted.map((one, index) => kept[index] ?? this.create(one));
    this.entries = now;
    const fresh = now.filter(entry => entry.number === undefined);
    if (fresh.length > 0 && this.ports.loaded()) {
      await this.ports.whileStopped(async () => {
        for (const entry of fresh) await this.plant(entry);
      });
    }
    return now.map(describe);
  }

  private create(wanted: D.DataBreakpoint): Entry {
    const id = this.ports.nextId();
    const bare = { id, wanted, number: undefined, isJudged: false, problem: undefined };
    try {
      return { ...bare, place: parseDataId(wanted.dataId), condition: compileCondition(id, wanted) };
    } catch (error) {
      return { ...bare, place: undefined, condition: undefined, problem: messageOf(error) };
    }
  }

  /** Sets it in gdb; the target is stopped. What goes wrong is the entry's problem. */
  private async plant(entry: Entry): Promise<void> {
    const { place, condition, wanted } = entry;
    const { gdb, hardware } = this.ports;
    if (place === undefined) return;
    entry.problem = undefined;
    entry.isJudged = this.ports.anyRegion();
    try {
      if (isGiven(wanted.hitCondition)) await gdb.send(consoleCommand(`set ${hitCounter(entry.id)} = 0`));
      const watched = await this.finder.watchedAt(place);
      const access = entry.isJudged ? 'access' : MI_ACCESS[wanted.accessType ?? 'write'];
      const number = await hardware.insert(() => watch(gdb, watched, access));
      entry.number = number;
      this.ids.set(number, entry);
      if (condition !== undefined && !entry.isJudged)
        await gdb.send(breakCondition(number, condition, watched.context));
    } catch (error) {
      await this.unplant(entry);
      entry.problem = messageOf(error);
    }
  }

  private async unplant(entry: Entry): Promise<void> {
    const { number } = entry;
    entry.number = undefined;
    if (number !== undefined) await this.ports.gdb.send(breakDelete([number]));
  }

  private byNumber(number: string): Entry | undefined {
    return this.entries.find(entry => entry.number === number);
  }

  private tellChanged(entry: Entry): void {
    this.ports.client.emit('breakpoint', { reason: 'changed', breakpoint: describe(entry) });
  }
}

function checked(item: D.DataBreakpoint): D.DataBreakpoint {
  const accessType = optionalString(item, 'accessType');
  if (accessType !== undefined && !Object.hasOwn(MI_ACCESS, accessType)) {
    throw new RequestError('user', 'badArguments', `'${accessType}' is no access type: read, write, readWrite.`);
  }
  return {
    dataId: requireString(item, 'dataId'),
    accessType: (accessType ?? 'write') as Access,
    condition: optionalString(item, 'condition') ?? '',
    hitCondition: optionalString(item, 'hitCondition') ?? '',
  };
}

function isSame(a: D.DataBreakpoint, b: D.DataBreakpoint): boolean {
  return (['dataId', 'accessType', 'condition', 'hitCondition'] as const).every(name => a[name] === b[name]);
}

function describe({ id, number, problem }: Entry): D.Breakpoint {
  if (number !== undefined) return { id, verified: true };
  if (problem !== undefined) return { id, verified: false, reason: 'failed', message: problem };
  return { id, verified: false, reason: 'pending', message: 'It is set when the program is loaded.' };
}
