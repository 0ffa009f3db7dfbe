import { console as consoleCommand } from '../mi/commands.js';
import type { MiCommand } from '../mi/commands.js';
import { LOG_FUNCTION, parseLogMessage } from './breakpointCondition.js';
import type { Gdb } from './ports.js';

/** Begins a line of gdb's console output that is a log message of ours; no program's output comes that way. */
const MARK = '\u0001rseq-dap-log:';

/**
 * gdb's own `dprintf` needs the type of each expression in its format. A convenience function in the breakpoint's
 * condition prints any value as gdb prints it, and returns 0: the thread never stops for the user, no step of theirs is
 * cut short.
 */
const PYTHON = `
import gdb, json
class ${LOG_FUNCTION}(gdb.Function):
    def __init__(self):
        super().__init__('${LOG_FUNCTION}')
        self.messages = {}
    def part(self, part):
        if 'text' in part:
            return part['text']
        try:
            value = gdb.parse_and_eval(part['expression'])
            if value.type.strip_typedefs().code == gdb.TYPE_CODE_PTR:
                target = value.type.strip_typedefs().target().strip_typedefs()
                if target.code == gdb.TYPE_CODE_INT and target.sizeof == 1 and int(value) != 0:
                    return value.string(errors='backslashreplace')
            return value.format_string()
        except Exception as error:
            return '<' + str(error) + '>'
    def invoke(self, id):
        text = ''.join(self.part(part) for part in self.messages.get(int(id), []))
        gdb.write('${MARK}' + json.dumps(text) + '\\n')
        return 0
${LOG_FUNCTION} = ${LOG_FUNCTION}()
`;

/** The log messages of breakpoints, kept and printed by gdb's Python. */
export class Logpoints {
  private defined = false;
  private partial = '';

  constructor(
    private readonly gdb: Gdb,
    private readonly hasPython: () => boolean,
  ) {}

  /** Why no log message can be printed; undefined where they can. */
  get unavailable(): string | undefined {
    return this.hasPython() ? undefined : 'Log messages need a gdb that was built with Python.';
  }

  /** Makes `message` what the breakpoint with the DAP id `id` prints. */
  async define(id: number, message: string): Promise<void> {
    if (!this.defined) await this.gdb.send(python(`exec(${literal(PYTHON)})`));
    this.defined = true;
    const parts = literal(asciiJson(parseLogMessage(message)));
    await this.gdb.send(python(`${LOG_FUNCTION}.messages[${id}] = json.loads(${parts})`));
  }

  /**
   * Takes log messages out of gdb's console output.
   *
   * @returns the rest of the text, and the messages, each ending in a newline
   */
  split(text: string): { readonly rest: string; readonly messages: readonly string[] } {
    if (this.partial === '' && !text.includes(MARK)) return { rest: text, messages: [] };
    const lines = (this.partial + text).split(/(?<=\n)/);
    const last = lines.at(-1) ?? '';
    this.partial = last.startsWith(MARK) && !last.endsWith('\n') ? last : '';
    if (this.partial !== '') lines.pop();
    const messages = lines.filter(line => line.startsWith(MARK)).map(line => decode(line.slice(MARK.length)));
    return { rest: lines.filter(line => !line.startsWith(MARK)).join(''), messages };
  }
}

function decode(json: string): string {
  return `${String(JSON.parse(json))}\n`;
}

function python(code: string): MiCommand {
  return consoleCommand(`python ${code}`);
}

/** A Python string literal on one line: of ASCII text, JSON's is one. */
function literal(text: string): string {
  return JSON.stringify(text);
}

/** JSON in ASCII alone. */
function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\u0080-\uffff]/g,
    unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
