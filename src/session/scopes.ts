import type { DebugProtocol as D } from '@vscode/debugprotocol';
import { requireNumber } from '../dap/arguments.js';
import type { RouteTable } from '../dap/route.js';
import type { FrameContext } from '../mi/commands.js';
import { FixedContainer, type Container } from './variablesContainer.js';

/** A scope that another subject of the session supplies: what it is called, and what it shows. */
export interface ExtraScope {
  readonly name: string;
  readonly variables: readonly { readonly name: string; readonly value: string; readonly memoryReference?: string }[];
}

/** What scopes need of the other subjects of the session. */
export interface ScopesPorts {
  frameOf(frameId: number): FrameContext;
  /** What shows the arguments or the locals of a frame. */
  frameScope(context: FrameContext, kind: 'arguments' | 'locals'): Container;
  registers(context: FrameContext): Container;
  /** What shows the variables of the frame's source file; undefined where gdb cannot list them. */
  globals(context: FrameContext): Container | undefined;
  /** What shows what the function that has just ended returned to this frame; undefined where none did. */
  returned(context: FrameContext): Container | undefined;
  /** A `variablesReference` for a container. */
  open(container: Container, thread: number): number;
  /** More scopes for a frame; empty where there are none. It must not reject. */
  extraScopes(thread: number, frameLevel: number): Promise<readonly ExtraScope[]>;
}

/** The scopes of a frame: what was returned to it, arguments, locals, what others add, globals, registers. */
export class Scopes {
  readonly routes: RouteTable = {
    scopes: { when: 'stopped', run: args => this.scopes(args) },
  };

  constructor(private readonly ports: ScopesPorts) {}

  private async scopes(args: D.ScopesArguments): Promise<D.ScopesResponse['body']> {
    const context = this.ports.frameOf(requireNumber(args, 'frameId'));
    const { thread, frame } = context;
    const reference = (container: Container): number => this.ports.open(container, thread);
    const extra = await this.ports.extraScopes(thread, frame ?? 0);
    const returned = this.ports.returned(context);
    const globals = this.ports.globals(context);
    return {
      scopes: [
        ...(returned === undefined
          ? []
          : [
              {
                name: 'Return value',
                presentationHint: 'returnValue',
                variablesReference: reference(returned),
                expensive: false,
              },
            ]),
        {
          name: 'Arguments',
          presentationHint: 'arguments',
          variablesReference: reference(this.ports.frameScope(context, 'arguments')),
          expensive: false,
        },
        {
          name: 'Locals',
          presentationHint: 'locals',
          variablesReference: reference(this.ports.frameScope(context, 'locals')),
          expensive: false,
        },
        ...extra.map(({ name, variables }) => ({
          name,
          variablesReference: reference(new FixedContainer(variables)),
          expensive: false,
        })),
        ...(globals === undefined
          ? []
          : [{ name: 'Globals', variablesReference: reference(globals), expensive: true }]),
        {
          name: 'Registers',
          presentationHint: 'registers',
          variablesReference: reference(this.ports.registers(context)),
          expensive: true,
        },
      ],
    };
  }
}
