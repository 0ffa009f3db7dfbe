import { parseBreakpoint } from '../mi/breakpoint.js';
import { breakDelete, breakDisable, breakEnable, breakInsert } from '../mi/commandsBreakpoints.js';
import type { StoppedEvent } from '../mi/events.js';
import { tupleAt } from '../mi/fields.js';
import type { Region } from '../rseq/region.js';
import type { RegionIndex } from '../rseq/regionIndex.js';
import { isInside } from '../stepping/judgement.js';
import { contains, type Address } from '../util/address.js';
import { stillCaught, takeCensus, type Caught } from './exceptionCensus.js';
import type { RegionPattern } from './exceptionPattern.js';
import type { Client, Gdb } from './ports.js';
import { demangled } from './targetMemory.js';

/** What the watch needs of the session. */
export interface AbortWatchPorts {
  readonly gdb: Gdb;
  readonly client: Client;
  readonly index: RegionIndex;
  /** The process, once it is known where its code lies. */
  readonly processId: () => number | undefined;
  readonly isRunning: () => boolean;
  /** gdb must, or need not, stop when libraries are loaded: their regions may abort at once. */
  watchLibraries(on: boolean): Promise<void>;
}

/** A filter that asks for aborts. */
export interface AbortWish {
  readonly pattern: RegionPattern;
  /** Also those that stops of the debugger have caused. */
  readonly all: boolean;
}

/** A thread stands where an abort has sent it. */
export interface AbortHit {
  readonly threadId: number;
  readonly address: Address;
  /** The regions with this abort handler that were asked for. */
  readonly regions: readonly Region[];
  /** `debugger`: the last stop before had found the thread inside; `unknown`: the kernel does not tell. */
  readonly cause: 'debugger' | 'unknown';
  /** Whether the user wants to see it. */
  readonly stops: boolean;
  /** The CPU that the thread was on when a stop has seen it last. */
  readonly cpuBefore: number | undefined;
  /** How many attempts stops of the debugger have cost, unshown, since the last abort that was shown. */
  readonly unshown: number;
}

/** What stands at one address. */
interface Target {
  readonly regions: Region[];
  all: boolean;
}

/** Time enough for a thread that was let go on to run, in milliseconds, and where they are many. */
const SOON_MS = 2;
const LATER_MS = 50;

/**
 * Stops threads whose restartable sequences have been aborted: by breakpoints on the abort handlers, which are outside of
 * the sequences and harm nobody.
 *
 * The user's situation: they want to know which sequences the kernel aborts, and when. But each stop of the debugger's
 * stops all threads, and those that it finds inside abort when they go on. Were these shown too, each stop would cause
 * the next ones: on a machine with more threads inside than one, for ever, and long sequences would never commit.
 *
 * The plan: at each stop all threads are looked at. Where one stands inside, the breakpoints are disabled before anybody
 * goes on, and enabled again while the program runs, without a stop, as soon as each such thread has been on a CPU (the
 * kernel aborts before it returns to the thread's code). So what the debugger causes is neither shown nor stopped at.
 */
export class AbortWatch {
  private readonly wishes = new Set<AbortWish>();
  private targets: ReadonlyMap<Address, Target> = new Map();
  /** gdb's numbers by address. */
  private readonly planted = new Map<Address, string>();
  private disabled: readonly string[] = [];
  private caught: ReadonlyMap<number, Caught> = new Map();
  private cpus: ReadonlyMap<number, number> = new Map();
  private unshown = 0;
  private timer: NodeJS.Timeout | undefined;
  /** Demangled names by symbol. */
  private readonly names = new Map<string, string>();

  constructor(private readonly ports: AbortWatchPorts) {}

  /** Adds a filter; {@link settle} carries it out. */
  add(wish: AbortWish): void {
    this.wishes.add(wish);
  }

  delete(wish: AbortWish): void {
    this.wishes.delete(wish);
  }

  /** How many abort handlers a filter has a breakpoint on. */
  async countOf(wish: AbortWish): Promise<number> {
    const addresses = new Set<Address>();
    for (const region of this.ports.index.all()) {
      if (!wish.pattern.matches(region, await this.nameOf(region))) continue;
      for (const address of abortsOf(region)) if (this.planted.has(address)) addresses.add(address);
    }
    return addresses.size;
  }

  /** Brings the breakpoints into line with the filters and with what is loaded. gdb is there. */
  async settle(): Promise<void> {
    this.targets = this.ports.processId() === undefined ? new Map() : await this.wanted();
    const gone = [...this.planted].filter(([address]) => !this.targets.has(address));
    for (const [address] of gone) this.planted.delete(address);
    await this.send(
      breakDelete,
      gone.map(([, number]) => number),
    );
    for (const address of this.targets.keys()) if (!this.planted.has(address)) await this.plant(address);
    await this.ports.watchLibraries(this.wishes.size > 0);
    if (!this.ports.isRunning()) await this.look();
  }

  /** Takes the breakpoints out of gdb; {@link settle} brings them back. */
  async lift(): Promise<void> {
    const numbers = [...this.planted.values()];
    this.planted.clear();
    this.disabled = [];
    await this.send(breakDelete, numbers);
  }

  owns(number: string): boolean {
    return [...this.planted.values()].includes(number);
  }

  /** gdb has deleted a breakpoint by a command of the user's. */
  forget(number: string): void {
    for (const [address, planted] of this.planted) if (planted === number) this.planted.delete(address);
  }

  /** What a stop has to do with aborts, and a look at all threads before they go on. To be called at each stop. */
  async onStop(stop: StoppedEvent): Promise<AbortHit | undefined> {
    if (this.wishes.size === 0) return undefined;
    const hit = this.hitOf(stop);
    await this.look();
    return hit;
  }

  /** The user is shown an abort: attempts that were not shown are counted anew. */
  shown(): void {
    this.unshown = 0;
  }

  /** Threads go on. */
  onRunning(): void {
    if (this.disabled.length > 0 && this.timer === undefined) this.wait(0);
  }

  /** What a region is called: its function, demangled, else its id. */
  async nameOf({ function: symbol, id }: Region): Promise<string> {
    if (symbol === undefined) return id;
    const known = this.names.get(symbol) ?? (await demangled(this.ports.gdb, symbol));
    this.names.set(symbol, known);
    return known;
  }

  private hitOf({ reason, threadId, frame }: StoppedEvent): AbortHit | undefined {
    const address = frame?.address;
    const target = address === undefined ? undefined : this.targets.get(address);
    if (reason !== 'breakpoint-hit' || threadId === undefined || address === undefined || target === undefined) {
      return undefined;
    }
    const { regions, all } = target;
    const caught = this.caught.get(threadId)?.regions ?? [];
    const cause = regions.some(({ id }) => caught.some(each => each.id === id)) ? 'debugger' : 'unknown';
    const stops = all || cause === 'unknown';
    return { threadId, address, regions, cause, stops, cpuBefore: this.cpus.get(threadId), unshown: this.unshown };
  }

  private async wanted(): Promise<ReadonlyMap<Address, Target>> {
    const targets = new Map<Address, Target>();
    for (const region of this.wishes.size === 0 ? [] : this.ports.index.all()) {
      const name = await this.nameOf(region);
      const wishes = [...this.wishes].filter(({ pattern }) => pattern.matches(region, name));
      if (wishes.length === 0) continue;
      for (const address of abortsOf(region)) {
        const target = targets.get(address) ?? { regions: [], all: false };
        target.regions.push(region);
        target.all ||= wishes.some(({ all }) => all);
        targets.set(address, target);
      }
    }
    return targets;
  }

  private async plant(address: Address): Promise<void> {
    const { results } = await this.ports.gdb.send(breakInsert({ location: { kind: 'address', address } }));
    const number = parseBreakpoint(tupleAt(results, 'bkpt') ?? {})?.number;
    if (number !== undefined) this.planted.set(address, number);
  }

  private async look(): Promise<void> {
    this.stopWaiting();
    this.caught = new Map();
    const processId = this.ports.processId();
    if (processId === undefined || this.wishes.size === 0) return;
    const asked = [...this.targets.values()].flatMap(({ regions }) => regions);
    const at = (pc: Address): Region[] => asked.filter(region => isCaughtIn(region, pc));
    const { caught, cpus } = await takeCensus(this.ports.gdb, processId, at);
    this.caught = caught;
    this.cpus = cpus;
    if (caught.size > 0) await this.disable();
    else await this.enable();
  }

  private async disable(): Promise<void> {
    const numbers = [...this.planted].filter(([address]) => this.targets.get(address)?.all !== true);
    this.disabled = numbers.map(([, number]) => number);
    await this.send(breakDisable, this.disabled);
  }

  private async enable(): Promise<void> {
    const kept = new Set(this.planted.values());
    const numbers = this.disabled.filter(number => kept.has(number));
    this.disabled = [];
    await this.send(breakEnable, numbers);
  }

  /** Waits until each thread that was caught has run; then once more, for one that was only on its way into user mode. */
  private wait(looks: number): void {
    const { caught } = this;
    const processId = this.ports.processId();
    if (processId === undefined) return;
    this.timer = setTimeout(
      () => {
        void stillCaught(processId, caught).then(left => {
          if (this.caught !== caught) return;
          if (caught.size > 0) {
            this.unshown += caught.size - left.size;
            this.caught = left;
            this.wait(looks + 1);
          } else this.ports.client.post(() => this.enableRunning(caught));
        });
      },
      looks < 50 ? SOON_MS : LATER_MS,
    );
  }

  private async enableRunning(caught: ReadonlyMap<number, Caught>): Promise<void> {
    // A stop has come in between and looked again, or the process has ended.
    if (this.caught !== caught || this.ports.processId() === undefined) return;
    this.stopWaiting();
    await this.enable();
  }

  private stopWaiting(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  private async send(
    command: (numbers: readonly [string, ...string[]]) => ReturnType<typeof breakDelete>,
    numbers: readonly string[],
  ): Promise<void> {
    const [first, ...rest] = numbers;
    if (first !== undefined) await this.ports.gdb.send(command([first, ...rest]));
  }
}

/** Where an abort leads to; for a region that its key alone makes known, its ABORT points. */
function abortsOf({ abort, exits }: Region): readonly Address[] {
  if (abort !== undefined) return [abort];
  return exits.filter(({ origin }) => origin === 'abort').map(({ address }) => address);
}

/** A region that its key alone makes known begins behind its START point and ends before its FINISH point; more is not known. */
const LONGEST_KEY_REGION = 4096n;

function isCaughtIn(region: Region, pc: Address): boolean {
  if (region.range !== undefined) return isInside(region, pc);
  const finishes = region.exits.filter(({ origin }) => origin === 'finish').map(({ address }) => address);
  return region.preludes.some(start =>
    finishes.some(end => end - start < LONGEST_KEY_REGION && contains({ start: start + 1n, end }, pc)),
  );
}
