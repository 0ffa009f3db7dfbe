import type { DebugProtocol as D } from '@vscode/debugprotocol';
import type { FrameContext } from '../mi/commands.js';
import { gdbSet, gdbShow } from '../mi/commands.js';
import { stackListVariables } from '../mi/commandsInspection.js';
import { textAt, tuplesAt } from '../mi/fields.js';
import type { PauseAnswers } from './pauseAnswers.js';
import type { Gdb } from './ports.js';
import {
  arrayLengthIn,
  errorValue,
  isOpaquePointer,
  isPointer,
  memoryReferenceIn,
  oneLine,
  withoutReference,
} from './valueFormat.js';
import {
  notAssignable,
  pageOf,
  type Container,
  type ContainerPorts,
  type ExpressionPlace,
  type Page,
} from './variablesContainer.js';
import { assignTo, ObjectContainer } from './variablesObject.js';
import { isCut, hexadecimal, summary } from './variablesValue.js';
import { vectorLengthIn } from './variablesVector.js';

/** A string of C++, which a pretty printer shows whole. Without one the members of its class stay hidden. */
const STRING = /^(const )?std::(__\w+::)?(basic_)?string(_view)?(<.*>)?$/;

/** gdb's setting for how deep nested values are printed. */
const MAX_DEPTH = 'print max-depth';
const GDBS_OWN_DEPTH = '20';

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
  /** Its place in gdb's list of the frame. */
  readonly index: number;
}

/** The arguments and locals of frames. gdb is asked once for each frame of a stop, for both. */
export class FrameVariables {
  /** The user's own `print max-depth`; undefined until it is needed. */
  private depth: string | undefined;

  constructor(private readonly ports: { readonly gdb: Gdb; readonly answers: PauseAnswers }) {}

  /** What a scope shows. */
  scope(context: FrameContext, kind: 'arguments' | 'locals', ports: ContainerPorts): Container {
    return new FrameScope(this, context, kind === 'arguments', ports);
  }

  /** `print max-depth` has been set. */
  depthChanged(depth: string): void {
    this.depth = depth;
  }

  /**
   * The structures and arrays of a frame in one line each, one level deep, by their places in gdb's list: one command for
   * all, since a command for each (and its `with`) costs a millisecond. Undefined where gdb cannot.
   */
  async summaries(context: FrameContext): Promise<readonly (string | undefined)[]> {
    try {
      const depth = (this.depth ??= await this.askDepth());
      const [, list] = await this.ports.answers.together(`summaries of ${context.thread}:${context.frame ?? 0}`, () => [
        gdbSet(MAX_DEPTH, 1),
        stackListVariables(context, 'all'),
        gdbSet(MAX_DEPTH, this.depth ?? depth),
      ]);
      return tuplesAt(list?.results ?? {}, 'variables').map(variable => textAt(variable, 'value'));
    } catch {
      // A gdb before 9 has no such setting; each is then asked for by itself, which tells what is wrong with it.
      return [];
    }
  }

  /** The arguments and locals of a frame, innermost block first. @throws MiError */
  async list(context: FrameContext): Promise<readonly FrameVariable[]> {
    const { results } = await this.ports.answers.send(stackListVariables(context));
    const counts = new Map<string, number>();
    // gdb lists the variables of the innermost block first.
    return tuplesAt(results, 'variables').map((variable, index) => {
      const name = textAt(variable, 'name') ?? '';
      const count = (counts.get(name) ?? 0) + 1;
      counts.set(name, count);
      return {
        name: count === 1 ? name : `${name} (${count === 2 ? 'hidden' : `hidden ${count - 1}`})`,
        expression: count === 1 ? name : undefined,
        isArgument: textAt(variable, 'arg') === '1',
        type: textAt(variable, 'type') ?? '',
        value: textAt(variable, 'value'),
        index,
      };
    });
  }

  private async askDepth(): Promise<string> {
    const { results } = await this.ports.gdb.send(gdbShow(MAX_DEPTH));
    return textAt(results, 'value') ?? GDBS_OWN_DEPTH;
  }
}

/** The arguments or the locals of one frame. */
class FrameScope implements Container {
  constructor(
    private readonly frames: FrameVariables,
    private readonly context: FrameContext,
    private readonly isArguments: boolean,
    private readonly ports: ContainerPorts,
  ) {}

  async list(page: Page): Promise<D.Variable[]> {
    const variables = page.filter === 'indexed' ? [] : pageOf(await this.own(), page);
    const isPlain = variables.every(({ value }) => value !== undefined);
    const summaries = isPlain ? [] : await this.frames.summaries(this.context);
    return Promise.all(variables.map(variable => this.describe(variable, summaries[variable.index], page.hex)));
  }

  async assign(name: string, value: string, hex: boolean): Promise<D.SetVariableResponse['body']> {
    const variable = (await this.own()).find(candidate => candidate.name === name);
    if (variable === undefined) throw notAssignable(name, 'the frame has no such variable.');
    const { expression } = variable;
    if (expression === undefined) {
      throw notAssignable(name, 'a variable of the same name in an inner block hides it from gdb.');
    }
    return assignTo(expression, value, this.context, this.ports, hex);
  }

  async placeOf(name: string): Promise<ExpressionPlace | undefined> {
    const expression = (await this.own()).find(candidate => candidate.name === name)?.expression;
    return expression === undefined ? undefined : { expression, context: this.context };
  }

  private async own(): Promise<readonly FrameVariable[]> {
    return (await this.frames.list(this.context)).filter(variable => variable.isArgument === this.isArguments);
  }

  private async describe(variable: FrameVariable, whole: string | undefined, hex: boolean): Promise<D.Variable> {
    const { name, expression, type } = variable;
    const value = await this.valueOf(variable, whole, hex);
    const length = arrayLengthIn(type) ?? (variable.value === undefined ? vectorLengthIn(value) : undefined);
    const isExpandable = expression !== undefined && mayHaveChildren(variable);
    const memoryReference = memoryReferenceIn(variable.value ?? '');
    return {
      name,
      value,
      type,
      variablesReference: isExpandable ? this.open(expression) : 0,
      ...(expression === undefined
        ? { presentationHint: { attributes: ['readOnly'] } }
        : { evaluateName: expression, ...this.ports.declared(this.context, expression) }),
      ...this.ports.pointed(variable.value ?? '', type),
      ...(isExpandable && length !== undefined ? { indexedVariables: length } : {}),
      ...(memoryReference === undefined ? {} : { memoryReference }),
    };
  }

  private open(expression: string): number {
    return this.ports.open(new ObjectContainer({ place: { context: this.context, expression } }, this.ports));
  }

  private async valueOf(variable: FrameVariable, whole: string | undefined, hex: boolean): Promise<string> {
    const { expression, type, value } = variable;
    if (value === undefined) {
      const length = arrayLengthIn(type);
      const bare = length === undefined ? '{...}' : `[${length}]`;
      if (whole !== undefined) return readable(whole, bare);
      return expression === undefined ? bare : summary(expression, this.context, this.ports.gdb, bare);
    }
    const text = withoutReference(oneLine(value));
    if (!hex || expression === undefined) return text;
    return hexadecimal(expression, text, { context: this.context, expression }, this.ports.gdb);
  }
}

/** A value in one line; what is larger than gdb reads at once (`max-value-size`) as `bare`. */
function readable(whole: string, bare: string): string {
  const failure = /^<error reading variable: (.*)>$/s.exec(whole)?.[1];
  if (failure === undefined) return isCut(whole) ? bare : withoutReference(oneLine(whole));
  return failure.includes('max-value-size') ? bare : errorValue(failure);
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
