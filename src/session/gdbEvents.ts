import type { Breakpoint } from '../mi/breakpoint.js';
import { breakDelete } from '../mi/commandsBreakpoints.js';
import type { MiEvent } from '../mi/events.js';
import type { Logger } from '../util/log.js';
import type { AbortUnwinding } from './abortUnwinding.js';
import { Announcements } from './announcements.js';
import type { Breakpoints } from './breakpoints.js';
import { whyRefused } from './consoleBreakpoints.js';
import type { Control } from './control.js';
import { Downloads } from './downloads.js';
import type { DataBreakpoints } from './dataBreakpoints.js';
import type { Exceptions } from './exceptions.js';
import type { Execution } from './execution.js';
import type { Inspection } from './inspection.js';
import type { Logpoints } from './logpoints.js';
import type { Modules } from './modules.js';
import type { Client, Gdb, Tell } from './ports.js';
import type { Progress } from './progress.js';
import type { SystemEvents } from './systemEvents.js';
import type { TargetProcess } from './target/targetProcess.js';

/** Whom gdb's events concern. */
export interface GdbEventsPorts {
  readonly gdb: Gdb;
  readonly client: Client;
  readonly tell: Tell;
  readonly log: Logger;
  readonly execution: Execution;
  readonly breakpoints: Breakpoints;
  readonly dataBreakpoints: DataBreakpoints;
  readonly control: Control;
  readonly exceptions: Exceptions;
  readonly modules: Modules;
  readonly unwinding: AbortUnwinding;
  readonly system: SystemEvents;
  readonly logpoints: Logpoints;
  readonly inspection: Inspection;
  readonly progress: Progress;
  readonly process: TargetProcess;
  /** gdb's own process. */
  readonly gdbPid: () => number | undefined;
  /** The session's process is a child of the one before. */
  followed(): void;
}

/** Hands what gdb says to the subjects that it concerns. */
export class GdbEvents {
  private readonly announcements = new Announcements();
  private readonly downloads: Downloads;

  constructor(private readonly ports: GdbEventsPorts) {
    this.downloads = new Downloads(ports);
  }

  /** One asynchronous record, at once. */
  onEvent(event: MiEvent): void {
    const { execution, breakpoints, dataBreakpoints, exceptions, modules, unwinding, inspection, process, client } =
      this.ports;
    switch (event.kind) {
      case 'running':
        execution.onRunning();
        exceptions.onRunning();
        return;
      case 'stopped':
        this.announcements.stopped();
        execution.onStopped(event);
        return;
      case 'threadCreated':
        client.emit('thread', { reason: 'started', threadId: event.threadId });
        inspection.threads.changed();
        execution.drivers.threadStarted(event.threadId);
        return;
      case 'threadExited':
        client.emit('thread', { reason: 'exited', threadId: event.threadId });
        inspection.threads.changed();
        execution.drivers.threadEnded(event.threadId, process.isLeft(event.groupId));
        execution.failures.threadEnded();
        return;
      case 'groupStarted':
        if (process.began(event.groupId, event.pid)) inspection.loaded.processStarted(event.pid);
        return;
      case 'groupExited':
        if (process.left(event.groupId)) this.ports.followed();
        return;
      case 'libraryLoaded':
        inspection.threads.changed();
        inspection.loaded.libraryLoaded(event.library);
        inspection.sources.changed();
        this.ports.system.symbols.libraryLoaded(event.library);
        client.post(async () => {
          if (process.id === undefined) return;
          await modules.libraryLoaded(event.library);
          await dataBreakpoints.regionsChanged();
          await exceptions.libraryLoaded(event.library.hostName);
        });
        return;
      case 'libraryUnloaded':
        inspection.loaded.libraryUnloaded(event.library);
        inspection.sources.changed();
        modules.libraryUnloaded(event.library);
        this.ports.system.libraryUnloaded();
        client.post(() => unwinding.forget());
        client.post(() => breakpoints.libraryUnloaded());
        return;
      case 'breakpointCreated':
        exceptions.catchpoints.onChanged(event.breakpoint);
        this.refuseHarmful(event.breakpoint);
        return;
      case 'breakpointModified':
        exceptions.catchpoints.onChanged(event.breakpoint);
        if (breakpoints.onModified(event.breakpoint) || dataBreakpoints.onModified(event.breakpoint)) return;
        this.refuseHarmful(event.breakpoint);
        return;
      case 'breakpointDeleted':
        execution.drivers.onBreakpointDeleted(event.number);
        breakpoints.onDeleted(event.number);
        dataBreakpoints.onDeleted(event.number);
        exceptions.onDeleted(event.number);
        exceptions.catchpoints.onDeleted(event.number);
        return;
      case 'recordChanged':
        this.ports.control.recordChanged(event.isRecording);
        return;
      case 'parameterChanged':
        if (event.name === 'scheduler-locking') execution.single.modeChanged(event.value);
        if (event.name === 'print max-depth') inspection.depthChanged(event.value);
        return;
      case 'memoryChanged':
        inspection.memoryChanged(event.address, event.length);
        return;
      case 'threadSelected':
        return;
      case 'unknown':
        this.ports.log.debug(`gdb told something unknown: ${event.record.asyncClass}`);
    }
  }

  /** Text of gdb's console or log; `collected`: it belongs to the answer of a command, which shows it. */
  onText(kind: 'console' | 'log', text: string, collected: boolean): void {
    const { execution, logpoints, tell } = this.ports;
    if (kind === 'log') void execution.failures.onLog(text, collected);
    if (kind === 'console') this.downloads.onText(text);
    const { rest, messages } = kind === 'console' ? logpoints.split(text) : { rest: text, messages: [] };
    for (const message of messages) tell('console', message);
    const news = collected ? '' : this.announcements.strip(rest);
    if (news !== '') tell('console', news);
  }

  /** A breakpoint of the debug console's. */
  private refuseHarmful(breakpoint: Breakpoint): void {
    const { index } = this.ports.modules;
    if (index.isEmpty) return;
    const why = whyRefused(breakpoint, address => index.inside(address) !== undefined);
    if (why === undefined) return;
    this.ports.client.post(async () => {
      await this.ports.gdb.send(breakDelete([breakpoint.number]));
      this.ports.tell('important', `${why}\n`);
    });
  }
}
