import type { DebugProtocol as D } from '@vscode/debugprotocol';
import { optionalNumber, requireNumber, requireString } from '../dap/arguments.js';
import type { RouteTable } from '../dap/route.js';
import { hasGdbEnded } from '../mi/client.js';
import { complete, type FrameContext, type MiCommand } from '../mi/commands.js';
import { textsAt } from '../mi/fields.js';
import type { Gdb } from './ports.js';

/** What completions need of the rest of the session. */
export interface CompletionsPorts {
  readonly gdb: Gdb;
  frameOf(frameId: number): FrameContext;
  /** Whether names of the program's can be looked up in a frame. */
  readonly isStopped: () => boolean;
  /** Whether the client counts columns from 1, as it said in `initialize`. */
  readonly columnsStartAt1: () => boolean;
}

/** gdb sees an expression behind this command. */
const EXPRESSION = 'print ';

/** What a user may write in front of a command, as other adapters want it. */
const PREFIX = /^-exec\s+/;

/** The name at the end of a line, with what it is a member of. */
const OPERAND = /(?:[\w$]+(?:\[\w*\])*(?:\.|->|::))*[\w$]*$/;

/** What can stand at the cursor in the debug console: commands of gdb's, and expressions. */
export class Completions {
  readonly routes: RouteTable = {
    completions: { when: 'initialized', run: args => this.complete(args) },
  };

  constructor(private readonly ports: CompletionsPorts) {}

  private async complete(args: D.CompletionsArguments): Promise<D.CompletionsResponse['body']> {
    const lines = requireString(args, 'text').split('\n');
    const text = lines[(optionalNumber(args, 'line') ?? 1) - 1] ?? '';
    const column = requireNumber(args, 'column') - (this.ports.columnsStartAt1() ? 1 : 0);
    const typed = text.slice(0, Math.max(0, column));
    const prefix = PREFIX.exec(typed)?.[0] ?? '';
    const line = typed.slice(prefix.length);
    const frameId = optionalNumber(args, 'frameId');
    const context = frameId === undefined || !this.ports.isStopped() ? undefined : this.ports.frameOf(frameId);
    const operand = OPERAND.exec(line)?.[0] ?? '';
    const before = line.slice(0, line.length - operand.length);
    // A bare expression is evaluated, too; inside parentheses gdb 13 offers every symbol instead of members.
    const isInside = /[([]/.test(before);
    const [commands, expressions] = await Promise.all([
      isInside ? [] : this.ask(line, context),
      isInside || !/\s/.test(line) ? this.ask(`${EXPRESSION}${operand}`, context) : [],
    ]);
    const whole = [...commands, ...expressions.map(match => `${before}${match.slice(EXPRESSION.length)}`)];
    return { targets: targetsOf(line, [...new Set(whole)], prefix.length) };
  }

  /** Whole lines that a line can be completed to; none where gdb knows none, or does not look while the program runs. */
  private async ask(line: string, context: FrameContext | undefined): Promise<string[]> {
    const asked = async (command: MiCommand): Promise<string[]> =>
      textsAt((await this.ports.gdb.send(command)).results, 'matches');
    return asked(complete(line, context)).catch((error: unknown) => {
      if (hasGdbEnded(error)) throw error;
      return [];
    });
  }
}

/**
 * What of each line replaces what of the text. gdb answers whole lines; a client shows and replaces the last word.
 *
 * @param offset where `line` begins in the client's text
 */
function targetsOf(line: string, matches: readonly string[], offset: number): D.CompletionItem[] {
  const word = /[\w$-]*$/.exec(line)?.[0] ?? '';
  const common = line.slice(0, line.length - word.length);
  return matches.map(match => {
    // gdb may spell what stands before anew: then the whole line is replaced.
    const start = match.startsWith(common) ? common.length : 0;
    return { label: match.slice(start), start: offset + start, length: line.length - start };
  });
}
