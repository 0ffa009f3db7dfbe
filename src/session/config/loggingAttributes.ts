import { optional } from './attribute.js';
import { either, flag, isRecord, mapped, object, text, type Parsed, type Shape } from './shapes.js';

const MEMBERS = {
  file: {
    shape: text('the path of a file'),
    description: 'The file that the lines are appended to. Without it they appear in the debug console.',
  },
  engine: { shape: flag(), fallback: false, description: 'Every record from and to gdb.' },
  trace: { shape: flag(), fallback: false, description: 'Every message from and to the client.' },
  timing: {
    shape: flag(),
    fallback: false,
    description: 'For every request: how long it waited, how long gdb worked for it, and how long the adapter did.',
  },
};

const OBJECT = object(MEMBERS, 'an object {file, engine, trace, timing}');

/** What is logged of a session, and where. */
export type Logging = Parsed<typeof OBJECT>;

/** cppdbg's words for members of its own `logging`. */
const WORDS: Readonly<Record<string, string>> = { engineLogging: 'engine', traceResponse: 'trace' };

/** The members under cppdbg's names, too. */
const TOLERANT: Shape<Logging> = {
  ...OBJECT,
  parse(value, place) {
    if (!isRecord(value)) return OBJECT.parse(value, place);
    const entries = Object.entries(value).map(([name, each]) => [WORDS[name] ?? name, each] as const);
    // Where one of the names says yes, a no under the other does not undo it.
    const said = entries.sort(([, a], [, b]) => Number(a === true) - Number(b === true));
    return OBJECT.parse(Object.fromEntries(said), place);
  },
};

/** What is written down of a session. */
export const LOGGING_ATTRIBUTES = {
  logging: optional(
    mapped(either(flag(), either(text('the path of a file'), TOLERANT)), (value): Logging => {
      const all = { file: undefined, engine: true, trace: true, timing: true };
      if (typeof value === 'string') return { ...all, file: value };
      if (typeof value === 'boolean') return { file: undefined, engine: value, trace: value, timing: value };
      return value;
    }),
    {
      description:
        'What is written down of the session: `true` is all of it, a string all of it into that file. The form of the lines is told in ' +
        '[sessions](sessions.md#the-log).',
      members: MEMBERS,
      aliases: [
        { name: 'verbose', of: ['cdt-gdb'], note: '`true`: `engine`', convert: engine },
        { name: 'showDevDebugOutput', of: ['code-debug'], note: '`true`: `engine`', convert: engine },
        { name: 'printCalls', of: ['code-debug'], note: '`true`: `engine`', convert: engine },
        { name: 'logFile', of: ['cdt-gdb'], note: 'its `file`', convert: file => ({ file }) },
      ],
    },
  ),
};

function engine(value: unknown): unknown {
  return value === true ? { engine: true } : undefined;
}
