import { alias, optional, withDefault } from './attribute.js';
import {
  either,
  flag,
  isRecord,
  listOf,
  mapOf,
  mapped,
  nullable,
  object,
  oneOf,
  text,
  wrongValue,
  type Place,
  type Shape,
} from './shapes.js';
import { splitShellWords } from './shellWords.js';

/** A list of words, or a line that is taken apart as a shell does. */
export function words(what: string, example: string): Shape<readonly string[]> {
  const list = listOf(text(), 'a list of strings');
  return mapped(either(list, text(`a line such as ${example}`)), (value, place: Place) => {
    if (typeof value !== 'string') return value;
    const split = splitShellWords(value);
    if (split === undefined) throw wrongValue(place.path, `${what} with each quote closed`, value);
    return split;
  });
}

/** An object from names to strings, each null where the variable shall not be there. */
export function environment(): Shape<Readonly<Record<string, string | null>>> {
  return mapOf(nullable(text()), 'an object from names to strings (null removes a variable)');
}

const STDIO = object(
  {
    in: { shape: text('the path of a file'), description: 'What the program reads from stdin.' },
    out: { shape: text('the path of a file'), description: 'Where its stdout goes.' },
    err: { shape: text('the path of a file'), description: 'Where its stderr goes.' },
  },
  'an object {in, out, err}',
);

/** The program that is launched, and what it gets. */
export const PROGRAM_ATTRIBUTES = {
  program: optional(text('the path of the program to debug'), {
    description:
      'The program to debug: a path, absolute or relative to the working folder of the adapter. For a process or a core ' +
      'file it is found where the system tells it.',
    usually: 'required to launch',
    aliases: [
      {
        name: 'target',
        of: ['code-debug'],
        note: 'a string, to launch',
        when: (value, request) => typeof value === 'string' && request === 'launch',
      },
      alias('executable', 'code-debug'),
    ],
  }),
  args: withDefault(words("the program's arguments", '`-v "my file"`'), [], {
    on: ['launch'],
    description:
      'The arguments of the program, each as the program shall see it. A string is taken apart at blanks, with the quotes ' +
      'of a shell; nothing in it is expanded.',
    aliases: [{ ...alias('arguments', 'cdt-gdb', 'code-debug'), note: 'a string' }],
  }),
  cwd: optional(text('the path of a folder'), {
    on: ['launch'],
    description: 'The working folder of the program.',
    usually: "the program's folder",
  }),
  env: withDefault(
    environment(),
    {},
    {
      on: ['launch'],
      description:
        "Environment variables on top of the adapter's own environment and of `envFile`; `null` removes one.",
      aliases: [
        {
          name: 'environment',
          of: ['cppdbg', 'cdt-gdb'],
          note: 'cppdbg: an array of `{name, value}`',
          convert: environmentOf,
        },
      ],
    },
  ),
  envFile: optional(text('the path of a file'), {
    on: ['launch'],
    description: 'A file of lines `NAME=value` with more environment variables; `#` begins a comment.',
    aliases: [],
  }),
  console: withDefault(
    oneOf({
      internalConsole:
        'a terminal of its own whose output the debug console shows, stdout and stderr told apart; what is typed into the debug console does not reach it',
      integratedTerminal: 'a terminal of the editor',
      externalTerminal: "a terminal window of the system's",
    }),
    'internalConsole',
    {
      on: ['launch'],
      description: 'The terminal of the program.',
      aliases: [
        {
          name: 'externalConsole',
          of: ['cppdbg'],
          note: '`true`: `externalTerminal`; `false`: `integratedTerminal`, as there',
          convert: value => (value === true ? 'externalTerminal' : value === false ? 'integratedTerminal' : value),
        },
        {
          name: 'runInTerminal',
          of: ['lldb-dap'],
          note: '`true`: `integratedTerminal`',
          convert: value => (value === true ? 'integratedTerminal' : value === false ? 'internalConsole' : value),
        },
        {
          name: 'terminal',
          of: ['codelldb', 'code-debug'],
          note: '`integrated`, `external`, `console`; another text: `externalTerminal`',
          convert: terminalOf,
        },
      ],
    },
  ),
  stdio: optional(
    mapped(either(listOf(nullable(text('the path of a file')), 'a list of up to three paths'), STDIO), value => {
      if (!isList(value)) return value;
      return { in: value[0] ?? undefined, out: value[1] ?? undefined, err: value[2] ?? undefined };
    }),
    {
      on: ['launch'],
      description:
        'Files instead of the terminal: `[stdin, stdout, stderr]`, with `null` for those that stay, or an object. Where it is left out, ' +
        '`<`, `>`, `>>` and `2>` in `args` with the word behind them are taken as redirections, as in configurations for cppdbg.',
      members: STDIO.members,
      aliases: [
        { ...alias('stdinFrom', 'lldb-dap'), convert: value => ({ in: value }) },
        { ...alias('stdoutTo', 'lldb-dap'), convert: value => ({ out: value }) },
        { ...alias('stderrTo', 'lldb-dap'), convert: value => ({ err: value }) },
      ],
    },
  ),
  stopOnEntry: withDefault(either(flag(), text('the name of a function')), false, {
    on: ['launch'],
    description:
      '`true`: stop in `main`; the name of a function: stop there; `"instruction"`: stop before the first instruction.',
    aliases: [alias('stopAtEntry', 'cppdbg', 'code-debug'), alias('stopAtBeginningOfMainSubprogram', 'gdb')],
  }),
  stopAtConnect: withDefault(flag(), false, {
    description: 'Stay stopped after attaching to a process or connecting to a remote target.',
    aliases: [{ name: 'run', of: ['cdt-gdb'], note: '`preserve`: `true`', convert: value => value === 'preserve' }],
  }),
};

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

/** cppdbg lists `{name, value}`, others have a map. What is of neither form is refused as our own attribute would. */
function environmentOf(value: unknown): unknown {
  if (!isList(value)) return value;
  const entries = value.map(item => (isRecord(item) && typeof item.name === 'string' ? [item.name, item.value] : item));
  return entries.every(Array.isArray) ? Object.fromEntries(entries as [string, unknown][]) : value;
}

function terminalOf(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  if (value === 'integrated') return 'integratedTerminal';
  return value === 'console' || value === '' ? 'internalConsole' : 'externalTerminal';
}
