import type { AbortUnwinding } from './abortUnwinding.js';
import type { DebugProtocol as D } from '@vscode/debugprotocol';
import { objectList, optionalString, requireNumber, requireString } from '../dap/arguments.js';
import type { RouteTable } from '../dap/route.js';
import type { ExceptionEvent } from '../mi/commandsBreakpoints.js';
import type { StoppedEvent } from '../mi/events.js';
import type { RegionIndex } from '../rseq/regionIndex.js';
import { RequestError } from '../util/errors.js';
import type { SignalHandling } from './config/exceptionAttributes.js';
import { ConsoleCatchpoints, cppEventOf } from './consoleCatchpoints.js';
import { describeAbort } from './exceptionAbortStop.js';
import { AbortWatch, type AbortHit } from './exceptionAborts.js';
import { AbortTrap } from './exceptionAbortTrap.js';
import { CppTrap } from './exceptionCatchpoints.js';
import { exceptionFilters, filterOf, type ExceptionRecord, type Filter } from './exceptionFilters.js';
import { RegionPattern } from './exceptionPattern.js';
import { ExceptionSignals } from './exceptionSignals.js';
import { describeSignal } from './exceptionSignalStop.js';
import { stackText } from './exceptionStack.js';
import { describeThrown } from './exceptionThrownStop.js';
import { failed, pending, verified, type FilterStatus, type Trap } from './exceptionTrap.js';
import type { Client, Gdb } from './ports.js';
import type { Restartable } from './restartable.js';
import { caught } from './stopReport.js';

/** What exceptions need of the other subjects of the session. */
export interface ExceptionsPorts {
  readonly gdb: Gdb;
  readonly client: Client;
  readonly index: RegionIndex;
  /** Whether gdb is there and its program is set. */
  readonly ready: () => boolean;
  readonly processId: () => number | undefined;
  readonly isRunning: () => boolean;
  /** Whether regions are looked for at all. */
  readonly isAware: () => boolean;
  /** An id for a filter, of the row that breakpoints have theirs of. */
  readonly nextId: () => number;
  readonly regions: Pick<Restartable, 'passed' | 'placeAt'>;
  readonly unwinding: Pick<AbortUnwinding, 'meet'>;
  watchLibraries(on: boolean): Promise<void>;
}

/** A filter that the client has set. */
interface Entry {
  readonly id: number;
  readonly filter: string;
  readonly condition: string | undefined;
  readonly meaning: Filter | undefined;
  readonly trap: Trap;
  told: D.Breakpoint | undefined;
}

const UNAWARE = 'The configuration\'s "rseq.stepping" is "off": no restartable sequence is known.';

/** Libraries that throw C++ exceptions for others. */
const CPP_RUNTIME = /lib(stdc\+\+|c\+\+|c\+\+abi|supc\+\+)[^/]*$/;

/** Exceptions of every kind: C++ exceptions, signals, and aborts of restartable sequences. */
export class Exceptions {
  /** Those of the debug console. */
  readonly catchpoints = new ConsoleCatchpoints();
  private entries: readonly Entry[] = [];
  private hasBegun = false;
  private readonly signals: ExceptionSignals;
  private readonly aborts: AbortWatch;
  /** What stops had to do with exceptions, as long as anybody holds the stop. */
  private readonly records = new WeakMap<StoppedEvent, ExceptionRecord>();
  private readonly hits = new WeakMap<StoppedEvent, AbortHit>();
  /** The exception that the client has been told of last. */
  private current: { readonly threadId: number; readonly record: ExceptionRecord } | undefined;

  constructor(private readonly ports: ExceptionsPorts) {
    this.signals = new ExceptionSignals(ports.gdb);
    this.aborts = new AbortWatch(ports);
  }

  readonly routes: RouteTable = {
    setExceptionBreakpoints: {
      when: 'initialized',
      run: async args => {
        const plain: unknown = args.filters;
        const filters = Array.isArray(plain) ? plain.map(filter => ({ filter: checkedFilter(filter) })) : [];
        const options = objectList(args, 'filterOptions').map(option => ({
          filter: requireString(option, 'filterId'),
          condition: optionalString(option, 'condition'),
        }));
        return { breakpoints: await this.replace([...filters, ...options]) };
      },
    },
    exceptionInfo: { when: 'stopped', run: args => this.info(requireNumber(args, 'threadId')) },
  };

  /** The configuration's attribute `signals`. */
  configure(signals: Readonly<Record<string, SignalHandling>>): void {
    const handling = new Map(Object.entries(signals));
    this.signals.configure(handling);
    if (handling.size === 0) return;
    const exceptionBreakpointFilters = exceptionFilters(name => this.signals.configuredStop(name));
    this.ports.client.emit('capabilities', { capabilities: { exceptionBreakpointFilters } });
  }

  /** Brings everything into line with what is loaded, and tells the client what has changed. */
  async settleAll(): Promise<void> {
    if (!(await this.begin())) return;
    for (const entry of this.entries) {
      const before = JSON.stringify(entry.told);
      const breakpoint = await this.settle(entry);
      if (before !== JSON.stringify(breakpoint))
        this.ports.client.emit('breakpoint', { reason: 'changed', breakpoint });
    }
  }

  /** A library is there: it may bring the C++ runtime, or regions. */
  async libraryLoaded(path: string): Promise<void> {
    const kinds = this.entries.map(({ meaning }) => meaning?.kind);
    const concerns = kinds.includes('abort') || (kinds.includes('cpp') && CPP_RUNTIME.test(path));
    if (concerns) await this.settleAll();
  }

  /** What is at addresses of the process goes out of gdb: it ends, and another one begins. */
  lift(): Promise<void> {
    return this.aborts.lift();
  }

  /** Nothing of ours shall stop the program any more. */
  async removeAll(): Promise<void> {
    for (const { trap } of this.entries) await trap.remove();
    this.entries = [];
  }

  /**
   * What a stop has to do with an abort; also the look at all threads that must come before any of them goes on. To be
   * called once at each stop of gdb's.
   *
   * @param isBreakpoint whether a breakpoint of the user's was hit there, too: then it is a stop at that
   */
  async abortAt(stop: StoppedEvent, isBreakpoint: boolean): Promise<AbortHit | undefined> {
    const hit = await this.aborts.onStop(stop);
    if (isBreakpoint) return undefined;
    if (hit?.stops !== true) return hit;
    this.hits.set(stop, hit);
    this.ports.regions.passed({ kind: 'tell', thread: hit.threadId, outcome: 'aborted', ...hit }, true);
    return hit;
  }

  /** Threads go on. */
  onRunning(): void {
    this.aborts.onRunning();
  }

  /** The client's pause has ended or begun. */
  onResumed(): void {
    this.catchpoints.onResumed();
    this.current = undefined;
  }

  /** gdb has deleted a breakpoint: by a command of the user's. */
  onDeleted(number: string): void {
    const entry = this.entries.find(({ trap }) => trap.owns(number));
    if (entry === undefined) return;
    entry.trap.forget(number);
    this.ports.client.post(() => this.settleAll());
  }

  /** Finds out what there is to tell of a stop that the client will be shown. */
  async examine(stop: StoppedEvent): Promise<void> {
    const abort = this.hits.get(stop);
    if (abort !== undefined) this.aborts.shown();
    try {
      const record = await this.recordOf(stop, abort);
      if (record !== undefined) this.records.set(stop, record);
    } catch (error) {
      // The stop itself must be told, whatever keeps us from explaining it; the defect is logged.
      this.ports.client.post(() => {
        throw error;
      });
    }
  }

  /** What `stopped` says where the stop is an exception; the client is told now. */
  report(stop: StoppedEvent): Partial<D.StoppedEvent['body']> | undefined {
    const record = this.records.get(stop);
    const catchpoint = this.catchpoints.hitBy(stop);
    if (record === undefined || stop.threadId === undefined) {
      return catchpoint === undefined ? undefined : caught(stop, catchpoint);
    }
    this.current = { threadId: stop.threadId, record };
    const ids = this.hitBy(stop, record);
    return {
      reason: 'exception',
      description: record.headline,
      text: record.details.message ?? record.exceptionId,
      ...(ids.length === 0 ? {} : { hitBreakpointIds: ids }),
    };
  }

  private hitBy({ breakpointNumber }: StoppedEvent, { exceptionId }: ExceptionRecord): number[] {
    const hit = this.entries.filter(
      ({ trap, filter }) => filter === exceptionId || (breakpointNumber !== undefined && trap.owns(breakpointNumber)),
    );
    return hit.map(({ id }) => id);
  }

  private async recordOf(stop: StoppedEvent, abort: AbortHit | undefined): Promise<ExceptionRecord | undefined> {
    const { gdb } = this.ports;
    const { threadId, signalName } = stop;
    if (threadId === undefined) return undefined;
    if (abort !== undefined) {
      const region = abort.regions[0];
      const name = region === undefined ? '' : await this.aborts.nameOf(region);
      return describeAbort(gdb, stop, abort, name);
    }
    if (stop.reason === 'signal-received') {
      if (signalName === undefined || signalName === '0') return undefined;
      return describeSignal(gdb, { ...stop, signalName, threadId }, this.ports.processId());
    }
    const event = this.cppEventOf(stop);
    return event === undefined ? undefined : describeThrown(gdb, threadId, event);
  }

  private cppEventOf(stop: StoppedEvent): ExceptionEvent | undefined {
    const number = stop.breakpointNumber;
    if (stop.reason !== 'breakpoint-hit' || number === undefined) return undefined;
    const meaning = this.entries.find(({ trap }) => trap.owns(number))?.meaning;
    return meaning?.kind === 'cpp' ? meaning.event : cppEventOf(this.catchpoints.hitBy(stop));
  }

  private async info(threadId: number): Promise<D.ExceptionInfoResponse['body']> {
    const { current } = this;
    if (current?.threadId !== threadId) {
      const message = `Thread ${threadId} has not stopped on an exception, a signal or an abort.`;
      throw new RequestError('nobody', 'noException', message);
    }
    const { exceptionId, description, breakMode, details } = current.record;
    const { gdb, regions, unwinding } = this.ports;
    const stackTrace = await stackText(
      gdb,
      threadId,
      address => regions.placeAt(address),
      (thread, address) => unwinding.meet(thread, address),
    );
    return { exceptionId, description, breakMode, details: { ...details, stackTrace } };
  }

  private async replace(
    wanted: readonly { filter: string; condition?: string | undefined }[],
  ): Promise<D.Breakpoint[]> {
    const left = new Set(this.entries);
    const entries = wanted.map(({ filter, condition: text }) => {
      const condition = text === undefined || text.trim() === '' ? undefined : text.trim();
      const same = [...left].find(entry => entry.filter === filter && entry.condition === condition);
      if (same !== undefined) left.delete(same);
      return same ?? this.create(filter, condition);
    });
    this.entries = entries;
    const ready = await this.begin();
    for (const { trap } of left) await trap.remove();
    const names = entries.flatMap(({ meaning }) => (meaning?.kind === 'signal' ? [meaning.name] : []));
    await this.signals.stopAt(new Set(names), ready);
    const answers: D.Breakpoint[] = [];
    for (const entry of entries) answers.push(await this.settle(entry));
    return answers;
  }

  /** Gives gdb what the configuration asks for, once. @returns whether gdb is there */
  private async begin(): Promise<boolean> {
    if (!this.ports.ready()) return false;
    if (!this.hasBegun) {
      this.hasBegun = true;
      await this.signals.start();
    }
    return true;
  }

  private create(filter: string, condition: string | undefined): Entry {
    const meaning = filterOf(filter);
    const trap = this.trapOf(filter, meaning, condition);
    return { id: this.ports.nextId(), filter, condition, meaning, trap, told: undefined };
  }

  private trapOf(filter: string, meaning: Filter | undefined, condition: string | undefined): Trap {
    if (meaning === undefined) return inert(() => failed(`There is no exception filter '${filter}'.`));
    const isLoaded = (): boolean => this.ports.processId() !== undefined;
    switch (meaning.kind) {
      case 'cpp':
        return new CppTrap(this.ports.gdb, meaning.event, condition, isLoaded);
      case 'signal':
        return inert(() => this.signalStatus(meaning.name, condition));
      case 'abort':
        if (!this.ports.isAware()) return inert(() => failed(UNAWARE));
        return new AbortTrap(
          this.aborts,
          { pattern: new RegionPattern(condition ?? ''), all: meaning.all },
          this.ports,
        );
    }
  }

  private signalStatus(name: string, condition: string | undefined): FilterStatus {
    const problem = this.signals.problemOf(name);
    if (problem !== undefined) return failed(problem);
    return condition === undefined
      ? verified
      : { verified: true, message: 'Signals have no conditions: it always stops.' };
  }

  private async settle(entry: Entry): Promise<D.Breakpoint> {
    const { id } = entry;
    const ready = this.ports.ready();
    const status = ready ? await entry.trap.settle() : pending('It is set when the program is loaded.');
    const { verified: isVerified, message, reason } = status;
    entry.told = {
      id,
      verified: isVerified,
      ...(message === undefined ? {} : { message }),
      ...(reason === undefined ? {} : { reason }),
    };
    return entry.told;
  }
}

/** A filter that needs no breakpoint. */
function inert(status: () => FilterStatus): Trap {
  return {
    settle: () => Promise.resolve(status()),
    remove: () => Promise.resolve(),
    owns: () => false,
    forget: () => undefined,
  };
}

function checkedFilter(filter: unknown): string {
  if (typeof filter === 'string') return filter;
  throw new RequestError('user', 'badArguments', "The argument 'filters' must be a list of strings.");
}
