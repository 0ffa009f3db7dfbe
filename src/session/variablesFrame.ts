import type { DebugProtocol as D } from '@vscode/debugprotocol';
import type { FrameContext } from '../mi/commands.js';
import { stackListVariables } from '../mi/commandsInspection.js';
import { textAt, tuplesAt } from '../mi/fields.js';
import type { Gdb } from './ports.js';
import {
  arrayLengthIn,
  isOpaquePointer,
  isPointer,
  memoryReferenceIn,
  oneLine,
  withoutReference,
} from './valueFormat.js';
import { notAssignable, type Container, type ContainerPorts, type Page } from './variablesContainer.js';
import { assignTo, ObjectContainer } from './variablesObject.js';
import { hexadecimal, summary } from './variablesValue.js';

/** A string of C++, which a pretty printer shows whole. Without one the members of its class stay hidden. */
const STRING = /^(const )?std::(__\w+::)?(basic_)?string(_view)?(<.*>)?$/;

/** A local variable or an argument of a frame. */
interface FrameVariable {
  /** As it is listed: an outer block's variable that an inner one hides bears a remark. */
  readonly name: string;
  /** Undefined where an inner block's variable of the same name hides it from every expression. */
  readonly expression: string | undefined;
  readonly isArgument: boolean;
  readonly type: string;
  /** Absent for structures and arrays. */
  readonly value: string | undefined;
}

/** The arguments and locals of frames. gdb is asked once for each frame of a stop, for both. */
export class FrameVariables {
  private readonly lists = new Map<string, Promise<readonly FrameVariable[]>>();

  constructor(private readonly gdb: Gdb) {}

  /** What a scope shows. */
  scope(context: FrameContext, kind: 'arguments' | 'locals', ports: ContainerPorts): Container {
    return new FrameScope(() => this.list(context), context, kind === 'arguments', ports);
  }

  /** The values may have changed: the target has gone on, or something was written. */
  forget(): void {
    this.lists.clear();
  }

  private list(context: FrameContext): Promise<readonly FrameVariable[]> {
    const key = `${context.thread}:${context.frame ?? 0}`;
    let list = this.lists.get(key);
    if (list === undefined) {
      list = this.ask(context);
      this.lists.set(key, list);
      // A failure is not kept: the next question is put to gdb again.
      list.catch(() => this.lists.delete(key));
    }
    return list;
  }

  private async ask(context: FrameContext): Promise<readonly FrameVariable[]> {
    const { results } = await this.gdb.send(stackListVariables(context));
    const counts = new Map<string, number>();
    // gdb lists the variables of the innermost block first.
    return tuplesAt(results, 'variables').map(variable => {
      const name = textAt(variable, 'name') ?? '';
      const count = (counts.get(name) ?? 0) + 1;
      counts.set(name, count);
      return {
        name: count === 1 ? name : `${name} (${count === 2 ? 'hidden' : `hidden ${count - 1}`})`,
        expression: count === 1 ? name : undefined,
        isArgument: textAt(variable, 'arg') === '1',
        type: textAt(variable, 'type') ?? '',
        value: textAt(variable, 'value'),
      };
    });
  }
}

/** The arguments or the locals of one frame. */
class FrameScope implements Container {
  constructor(
    private readonly all: () => Promise<readonly FrameVariable[]>,
    private readonly context: FrameContext,
    private readonly isArguments: boolean,
    private readonly ports: ContainerPorts,
  ) {}

  async list(page: Page): Promise<D.Variable[]> {
    const variables = await this.own();
    return Promise.all(variables.map(variable => this.describe(variable, page.hex)));
  }

  async assign(name: string, value: string): Promise<D.SetVariableResponse['body']> {
    const variable = (await this.own()).find(candidate => candidate.name === name);
    if (variable === undefined) throw notAssignable(name, 'the frame has no such variable.');
    const { expression } = variable;
    if (expression === undefined) {
      throw notAssignable(name, 'a variable of the same name in an inner block hides it from gdb.');
    }
    return assignTo(expression, value, this.context, this.ports);
  }

  private async own(): Promise<readonly FrameVariable[]> {
    return (await this.all()).filter(variable => variable.isArgument === this.isArguments);
  }

  private async describe(variable: FrameVariable, hex: boolean): Promise<D.Variable> {
    const { name, expression, type } = variable;
    const value = await this.valueOf(variable, hex);
    const length = arrayLengthIn(type);
    const isExpandable = expression !== undefined && mayHaveChildren(variable);
    const memoryReference = memoryReferenceIn(variable.value ?? '');
    return {
      name,
      value,
      type,
      variablesReference: isExpandable ? this.open(expression) : 0,
      ...(expression === undefined ? {} : { evaluateName: expression }),
      ...(isExpandable && length !== undefined ? { indexedVariables: length } : {}),
      ...(memoryReference === undefined ? {} : { memoryReference }),
    };
  }

  private open(expression: string): number {
    return this.ports.open(new ObjectContainer({ place: { context: this.context, expression } }, this.ports));
  }

  private async valueOf({ expression, type, value }: FrameVariable, hex: boolean): Promise<string> {
    if (value === undefined) {
      const length = arrayLengthIn(type);
      const bare = length === undefined ? '{...}' : `[${length}]`;
      return expression === undefined ? bare : summary(expression, this.context, this.ports.gdb, bare);
    }
    const text = withoutReference(oneLine(value));
    if (!hex || expression === undefined) return text;
    return hexadecimal(expression, text, { context: this.context, expression }, this.ports.gdb);
  }
}

/**
 * Whether a variable may have children, from its type and value alone: a variable object would tell, at the cost of one
 * command for each. Wrong only for structures without members and for pointers to functions behind a type's name.
 */
function mayHaveChildren({ type, value }: FrameVariable): boolean {
  if (value === undefined) return !STRING.test(type);
  if (/^<.*>$/.test(value)) return false;
  const text = withoutReference(value);
  return /^\{|= \{/.test(text) || (isPointer(value) && !isOpaquePointer(type, value));
}
