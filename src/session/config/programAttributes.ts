import { alias, optional, withDefault } from './attribute.js';
import {
  count,
  either,
  flag,
  isRecord,
  listOf,
  mapOf,
  mapped,
  nullable,
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

/** The program that is debugged, and what it gets. */
export const PROGRAM_ATTRIBUTES = {
  program: optional(text('the path of the program to debug'), {
    description:
      'The program to debug: a path, absolute or relative to the working folder of the adapter. `attach` finds it by itself.',
    usually: 'required to launch; to attach, the executable of the process',
    aliases: [
      {
        name: 'target',
        of: ['code-debug'],
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
    mapOf(nullable(text()), 'an object from names to strings (null removes a variable)'),
    {},
    {
      on: ['launch'],
      description: "Environment variables on top of the adapter's own environment; `null` removes one.",
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
  stopOnEntry: withDefault(flag(), false, {
    on: ['launch'],
    description: 'Stop in `main`.',
    aliases: [alias('stopAtEntry', 'cppdbg', 'code-debug'), alias('stopAtBeginningOfMainSubprogram', 'gdb')],
  }),
  processId: optional(
    mapped(either(text(), count('the number of a running process', 1)), (value, { path }) => {
      const number = Number(value);
      if (Number.isSafeInteger(number) && number > 0) return number;
      throw wrongValue(path, 'the number of a running process', value);
    }),
    {
      on: ['attach'],
      description: 'The process to attach to: its number, also as a string.',
      usually: 'required to attach',
      aliases: [
        alias('pid', 'gdb', 'lldb-dap', 'codelldb'),
        {
          name: 'target',
          of: ['code-debug'],
          note: 'a number as a string',
          when: (value, request) => request === 'attach' && typeof value === 'string' && /^\d+$/.test(value),
        },
      ],
    },
  ),
};

/** cppdbg lists `{name, value}`, others have a map. What is of neither form is refused as our own attribute would. */
function environmentOf(value: unknown): unknown {
  if (!Array.isArray(value)) return value;
  const items: readonly unknown[] = value;
  const entries = items.map(item => (isRecord(item) && typeof item.name === 'string' ? [item.name, item.value] : item));
  return entries.every(Array.isArray) ? Object.fromEntries(entries as [string, unknown][]) : value;
}
