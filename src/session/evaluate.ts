import type { DebugProtocol as D } from '@vscode/debugprotocol';
import { optionalNumber, optionalString, requireString } from '../dap/arguments.js';
import type { RouteTable } from '../dap/route.js';
import { complete, console, type FrameContext } from '../mi/commands.js';
import { dataEvaluateExpression } from '../mi/commandsInspection.js';
import { textAt, textsAt } from '../mi/fields.js';
import { messageOf, RequestError } from '../util/errors.js';
import { callerOf, callsOf, callsOfLine, isNoCommand, onlyLooks, readsMoreLines } from './evaluateCommand.js';
import type { CallGuard } from './evaluateGuard.js';
import type { Gdb } from './ports.js';
import { assigns, setsRegister } from './valueFormat.js';
import { isHex, refused, type ContainerPorts } from './variablesContainer.js';
import { assignTo, describe, placeOf, type Described } from './variablesObject.js';
import type { VarObject } from './varobjs.js';

/** What evaluating needs of the other subjects of the session. */
export interface EvaluatePorts {
  readonly gdb: Gdb;
  readonly guard: CallGuard;
  frameOf(frameId: number): FrameContext;
  /** Whether the target is stopped and the client knows it. */
  readonly isStopped: () => boolean;
  /** What containers of a thread need. */
  containerPorts(thread: number | undefined): ContainerPorts;
  /** The adapter's own way of a command that resumes the target (`next`); undefined where the line is gdb's to run. */
  intercept(line: string, thread: number | undefined): Promise<string | undefined>;
  /** Types a line into the running program's terminal; false where it does not run, or has no terminal of ours. */
  type(line: string): boolean;
  /** An expression was evaluated that may have called a function: what is held of values is to be read again. */
  refresh(): Promise<void>;
  /** A command or an assignment may have written memory or registers; `mayWrite`: it is known to write. */
  afterCommand(thread: number | undefined, mayWrite: boolean): Promise<void>;
}

/** Expressions, and gdb's command line in the debug console. */
export class Evaluate {
  readonly routes: RouteTable = {
    evaluate: { when: 'initialized', run: args => this.evaluate(args) },
    setExpression: { when: 'stopped', run: args => this.assign(args) },
  };

  constructor(private readonly ports: EvaluatePorts) {}

  private async evaluate(args: D.EvaluateArguments): Promise<D.EvaluateResponse['body']> {
    const expression = requireString(args, 'expression');
    const frameId = optionalNumber(args, 'frameId');
    const context = frameId === undefined ? undefined : this.ports.frameOf(frameId);
    const usage = optionalString(args, 'context');
    if (usage === 'repl') return this.console(expression, context);
    this.requireStopped();
    const hex = isHex(args.format);
    if (usage === 'hover') return this.hover(expression, context, hex);
    return this.guarded(expression, context, () =>
      usage === 'clipboard' ? this.clipboard(expression, context, hex) : this.expression(expression, context, hex),
    );
  }

  /** While the program runs, what is typed is its input, as in any terminal; a line behind a backquote is gdb's all the same. */
  private async console(line: string, context: FrameContext | undefined): Promise<Result> {
    const forGdb = /^(?:`|-exec\s)\s*(.*)$/s.exec(line)?.[1];
    if (forGdb === undefined && this.ports.type(line)) return { result: '', variablesReference: 0 };
    return this.command(forGdb ?? line, context);
  }

  /** Looking at something must not change it, and a failure is nobody's business: the mouse has just passed by. */
  private async hover(expression: string, context: FrameContext | undefined, hex: boolean): Promise<Result> {
    if (assigns(expression))
      throw new RequestError('nobody', 'notHoverable', `'${expression}' would change the program.`);
    try {
      return await this.ports.guard.run(context?.thread, 'none', () => this.expression(expression, context, hex));
    } catch (error) {
      throw new RequestError('nobody', 'notHoverable', messageOf(error), { cause: error });
    }
  }

  private guarded(expression: string, context: FrameContext | undefined, job: () => Promise<Result>): Promise<Result> {
    return this.ports.guard.run(context?.thread, callsOf(expression), job).catch((error: unknown) => {
      throw refused(`'${expression}' cannot be evaluated`, error);
    });
  }

  /** Evaluates once; what comes of it can be expanded. @throws MiError */
  private async expression(expression: string, context: FrameContext | undefined, hex: boolean): Promise<Result> {
    const ports = this.ports.containerPorts(context?.thread);
    const place = placeOf(expression, context);
    let object: VarObject;
    try {
      object = await ports.varobjs.create(expression, context, place.expression !== undefined);
    } catch {
      // gdb says no more than that it cannot: the other command tells why, or can.
      return this.whole(expression, context);
    }
    if (object.value === '' && !object.dynamic && object.type !== 'void') {
      ports.varobjs.discard(object);
      return this.whole(expression, context);
    }
    const described = await describe(object, place, ports, hex);
    if (described.variablesReference === 0) ports.varobjs.discard(object);
    return toResult(described);
  }

  /**
   * All of a value, however many elements it has; gdb's bound on a value's size (`max-value-size`) holds.
   *
   * @throws MiError
   */
  private async clipboard(expression: string, context: FrameContext | undefined, hex: boolean): Promise<Result> {
    const output = `output${hex ? '/x' : ''} ${expression.replace(/\s+/g, ' ')}`;
    const unlimited = 'with print elements unlimited -- with print repeats unlimited --';
    try {
      const answer = await this.ports.gdb.send(console(`${unlimited} ${output}`, context));
      return { result: answer.console.trim(), variablesReference: 0 };
    } catch (error) {
      // A gdb before 10 has no `with`.
      if (!messageOf(error).includes('Undefined command: "with"')) throw error;
      return this.whole(expression, context);
    }
  }

  /** The whole value as a text, as long as gdb's limit on elements lets it be. @throws MiError */
  private async whole(expression: string, context: FrameContext | undefined): Promise<Result> {
    const { results } = await this.ports.gdb.send(dataEvaluateExpression(expression, context));
    return { result: textAt(results, 'value') ?? '', variablesReference: 0 };
  }

  private async command(text: string, context: FrameContext | undefined): Promise<Result> {
    const line = text.trim().replace(/^-exec\s+/, '');
    if (line === '') return { result: '', variablesReference: 0 };
    if (/[\r\n]/.test(line) || readsMoreLines(line)) throw severalLines(line);
    const intercepted = await this.ports.intercept(line, context?.thread);
    if (intercepted !== undefined) return { result: intercepted, variablesReference: 0 };
    return this.ports.guard
      .run(callerOf(line, context?.thread), callsOfLine(line), () => this.line(line, context))
      .catch((error: unknown) => {
        throw error instanceof RequestError
          ? error
          : new RequestError('user', 'gdbRefused', messageOf(error), { cause: error });
      });
  }

  /**
   * gdb takes any abbreviation: a variable's name may be one (`str` sets a tracepoint). A name that is no whole command's
   * is looked up in the program first.
   */
  private async variable(line: string, context: FrameContext | undefined): Promise<Result | undefined> {
    if (!/^[A-Za-z_]\w{2,}$/.test(line) || context === undefined || !this.ports.isStopped()) return undefined;
    const { results } = await this.ports.gdb.send(complete(line));
    if (textsAt(results, 'matches').includes(line)) return undefined;
    return this.expression(line, context, false).catch(() => undefined);
  }

  /** @throws MiError, RequestError */
  private async line(line: string, context: FrameContext | undefined): Promise<Result> {
    const variable = await this.variable(line, context);
    if (variable !== undefined) return variable;
    try {
      const answer = await this.ports.gdb.send(console(line, context));
      return { result: `${answer.console}${answer.log}`.trimEnd(), variablesReference: 0 };
    } catch (error) {
      if (!isNoCommand(messageOf(error)) || !this.ports.isStopped()) throw error;
      return await this.expression(line, context, false).catch((second: unknown) => {
        if (messageOf(second).includes('may-call-functions is off')) throw second;
        throw neither(line, messageOf(second), error);
      });
    } finally {
      if (this.ports.isStopped()) {
        if (onlyLooks(line)) await this.ports.refresh();
        else await this.ports.afterCommand(context?.thread, setsRegister(line));
      }
    }
  }

  private async assign(args: D.SetExpressionArguments): Promise<D.SetExpressionResponse['body']> {
    const expression = requireString(args, 'expression');
    const value = requireString(args, 'value');
    const frameId = optionalNumber(args, 'frameId');
    const context = frameId === undefined ? undefined : this.ports.frameOf(frameId);
    const ports = this.ports.containerPorts(context?.thread);
    try {
      return await this.ports.guard.run(context?.thread, callsOf(`${expression} ${value}`), () =>
        assignTo(expression, value, context, ports, isHex(args.format)),
      );
    } catch (error) {
      throw refused(`'${expression}' cannot be set to '${value}'`, error);
    } finally {
      await this.ports.afterCommand(context?.thread, true);
    }
  }

  private requireStopped(): void {
    if (this.ports.isStopped()) return;
    throw new RequestError('nobody', 'notStopped', 'Expressions can be evaluated while the program is stopped.');
  }
}

type Result = D.EvaluateResponse['body'];

function toResult({ value, ...rest }: Described): Result {
  return { result: value, ...rest };
}

function severalLines(line: string): RequestError {
  return new RequestError(
    'user',
    'severalLines',
    `'${line}' needs more lines, which the debug console cannot give to gdb. Write it on one line ('python print(1)'), or ` +
      "put it in a file and read that with 'source FILE'.",
  );
}

function neither(line: string, message: string, cause: unknown): RequestError {
  return new RequestError('user', 'gdbRefused', `'${line}' is no command of gdb, and as an expression: ${message}`, {
    cause,
  });
}
