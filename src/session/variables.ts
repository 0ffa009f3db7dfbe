import type { DebugProtocol as D } from '@vscode/debugprotocol';
import { optionalNumber, optionalString, requireNumber, requireString } from '../dap/arguments.js';
import type { RouteTable } from '../dap/route.js';
import type { FrameContext } from '../mi/commands.js';
import { Handles } from '../util/handles.js';
import type { Locations } from './locations.js';
import type { PauseAnswers } from './pauseAnswers.js';
import type { Gdb } from './ports.js';
import type { CallGuard } from './evaluateGuard.js';
import {
  isHex,
  refused,
  type Container,
  type ContainerPorts,
  type ExpressionPlace,
  type Page,
} from './variablesContainer.js';
import { FrameVariables } from './variablesFrame.js';
import { functionAddressIn } from './valueFormat.js';
import { GlobalsContainer } from './variablesGlobals.js';
import { HeldContainer } from './variablesHeld.js';
import { RegisterContainer } from './variablesRegisters.js';
import { VarObjects } from './varobjs.js';

/** What variables need of the other subjects of the session. */
export interface VariablesPorts {
  readonly gdb: Gdb;
  readonly answers: PauseAnswers;
  readonly guard: CallGuard;
  readonly locations: Pick<Locations, 'code' | 'declaration'>;
  /** Values were written: what the client shows is stale. */
  written(thread: number | undefined): Promise<void>;
}

interface Opened {
  readonly container: Container;
  readonly thread: number | undefined;
}

/** Everything that a client can expand, and assigning to it. */
export class Variables {
  readonly routes: RouteTable = {
    variables: { when: 'stopped', run: args => this.list(args) },
    setVariable: { when: 'stopped', run: args => this.assign(args) },
  };

  private readonly handles = new Handles<Opened>('variables reference');
  private readonly varobjs: VarObjects;
  private readonly frames: FrameVariables;

  constructor(private readonly ports: VariablesPorts) {
    this.varobjs = new VarObjects(ports.gdb);
    this.frames = new FrameVariables(ports);
  }

  /** What shows the arguments or the locals of a frame. */
  frameScope(context: FrameContext, kind: 'arguments' | 'locals'): Container {
    return this.frames.scope(context, kind, this.containerPorts(context.thread));
  }

  /** What shows the global and static variables of a frame's source file. */
  globals(context: FrameContext): Container {
    return new GlobalsContainer(context, this.containerPorts(context.thread));
  }

  /** What shows the value that a convenience variable of gdb's holds. */
  held(variable: string, name: string, context: FrameContext): Container {
    return new HeldContainer(variable, name, context, this.containerPorts(context.thread));
  }

  /** What shows the registers of a frame. */
  registers(context: FrameContext): Container {
    return new RegisterContainer(context, this.containerPorts(context.thread));
  }

  /** What containers of a thread need. */
  containerPorts(thread: number | undefined): ContainerPorts {
    return {
      gdb: this.ports.gdb,
      varobjs: this.varobjs,
      open: container => this.open(container, thread),
      declared: (context, name) => {
        const declarationLocationReference = this.ports.locations.declaration(context, name);
        return declarationLocationReference === undefined ? {} : { declarationLocationReference };
      },
      pointed: (value, type) => {
        const address = functionAddressIn(value, type ?? '');
        return address === undefined ? {} : { valueLocationReference: this.ports.locations.code(address) };
      },
    };
  }

  /** A reference for a container, valid until the target goes on. */
  open(container: Container, thread: number | undefined): number {
    return this.handles.create({ container, thread });
  }

  /** gdb's setting `print max-depth` has been set. */
  depthChanged(depth: string): void {
    this.frames.depthChanged(depth);
  }

  /**
   * The expression of something that the client was shown; undefined where it has none.
   *
   * @throws RequestError `staleHandle`
   */
  async placeOf(variablesReference: number, name: string): Promise<ExpressionPlace | undefined> {
    return this.handles.get(variablesReference).container.placeOf(name);
  }

  /** The target has gone on or has stopped: references given so far are stale. */
  onPauseChanged(): void {
    this.handles.reset();
    this.varobjs.onPauseChanged();
  }

  /** Memory or registers may have been written, by whatever way: values are read again when they are asked for. */
  async refresh(): Promise<void> {
    this.ports.answers.forget();
    await this.varobjs.refresh();
  }

  private async list(args: D.VariablesArguments): Promise<D.VariablesResponse['body']> {
    const { container, thread } = this.handles.get(requireNumber(args, 'variablesReference'));
    const count = optionalNumber(args, 'count') ?? 0;
    const page = {
      start: optionalNumber(args, 'start') ?? 0,
      count: count > 0 ? count : undefined,
      hex: isHex(args.format),
      filter: filterOf(optionalString(args, 'filter')),
    };
    try {
      return { variables: await this.ports.guard.run(thread, 'unnamed', () => container.list(page)) };
    } catch (error) {
      throw refused('The values cannot be read', error);
    }
  }

  private async assign(args: D.SetVariableArguments): Promise<D.SetVariableResponse['body']> {
    const { container, thread } = this.handles.get(requireNumber(args, 'variablesReference'));
    const name = requireString(args, 'name');
    const value = requireString(args, 'value');
    try {
      return await this.ports.guard.run(thread, 'unnamed', () => container.assign(name, value, isHex(args.format)));
    } catch (error) {
      throw refused(`'${name}' cannot be set to '${value}'`, error);
    } finally {
      await this.ports.written(thread);
    }
  }
}

function filterOf(text: string | undefined): Page['filter'] {
  return text === 'indexed' || text === 'named' ? text : undefined;
}
