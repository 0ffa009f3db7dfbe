import type { DebugProtocol as D } from '@vscode/debugprotocol';
import type { RouteTable } from '../dap/route.js';
import { GdbCode } from '../mi/code.js';
import type { FrameContext } from '../mi/commands.js';
import type { StoppedEvent } from '../mi/events.js';
import type { Address } from '../util/address.js';
import { BreakpointLocations } from './breakpointLocations.js';
import { DataBreakpointInfo } from './dataBreakpointInfo.js';
import type { Execution } from './execution.js';
import { GotoTargets } from './gotoTargets.js';
import type { Client, Gdb, Tell } from './ports.js';
import { Reverse } from './reverse.js';
import { StepInTargets } from './stepInTargets.js';
import { steppingRoutes } from './steppingRoutes.js';
import type { ExpressionPlace } from './variablesContainer.js';

/** What control of the execution needs of the rest of the session. */
export interface ControlPorts {
  readonly gdb: Gdb;
  readonly client: Client;
  readonly tell: Tell;
  readonly execution: Execution;
  /** The restartable sequence for which an address lies in `[arming store, post_commit_ip)`, by its function's name. */
  regionAt(address: Address): string | undefined;
  readonly anyRegion: () => boolean;
  /** Whether the program is there. */
  readonly loaded: () => boolean;
  placeOf(variablesReference: number, name: string): Promise<ExpressionPlace | undefined>;
  frameOf(frameId: number): FrameContext;
}

/** The subjects that let the target go on, put it elsewhere, or find where it can be stopped; wired to each other. */
export class Control {
  readonly routes: RouteTable;
  private readonly gotoTargets: GotoTargets;
  private readonly stepInTargets: StepInTargets;
  private readonly reverse: Reverse;

  constructor(ports: ControlPorts) {
    const { gdb, execution } = ports;
    const code = new GdbCode(command => gdb.send(command));
    this.gotoTargets = new GotoTargets({
      ...ports,
      code,
      pcOf: thread => execution.pcOf(thread),
      regionAt: address => ports.regionAt(address),
      moved: (thread, frame) => {
        execution.moved(thread, frame);
      },
    });
    this.stepInTargets = new StepInTargets({ gdb, code, frameOf: id => ports.frameOf(id) });
    this.reverse = new Reverse({ ...ports, resume: start => execution.resume(start) });
    const dataBreakpointInfo = new DataBreakpointInfo({
      gdb,
      whileStopped: job => execution.silent.whileStopped(job),
      loaded: ports.loaded,
      placeOf: (reference, name) => ports.placeOf(reference, name),
      frameOf: id => ports.frameOf(id),
    });
    this.routes = {
      ...new BreakpointLocations(gdb).routes,
      ...dataBreakpointInfo.routes,
      ...this.gotoTargets.routes,
      ...this.stepInTargets.routes,
      ...this.reverse.routes,
      ...steppingRoutes(execution, id => this.stepInTargets.targetOf(id)),
    };
  }

  /** The target has gone on or has stopped: what the client was offered at the last stop is stale. */
  onPauseChanged(): void {
    this.gotoTargets.onPauseChanged();
    this.stepInTargets.onPauseChanged();
  }

  /** A stop is to be reported: @returns what `stopped` tells beyond what gdb says */
  reported(stop: StoppedEvent): Partial<D.StoppedEvent['body']> {
    return this.reverse.reported(stop);
  }

  /** gdb has begun to record, or has stopped it. */
  recordChanged(isRecording: boolean): void {
    this.reverse.recordChanged(isRecording);
  }
}
