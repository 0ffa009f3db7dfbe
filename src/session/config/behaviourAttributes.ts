import { alias, optional, withDefault } from './attribute.js';
import { count, either, flag, listOf, mapOf, mapped, object, oneOf, text, type Parsed } from './shapes.js';

const MAPPED_PATH = mapped(
  either(
    text('a path'),
    object(
      {
        editorPath: { shape: text('a path'), description: 'The path here.', fallback: '' },
        useForBreakpoints: { shape: flag(), description: 'Taken for breakpoints too, always.', fallback: true },
      },
      'an object {editorPath}',
    ),
  ),
  value => (typeof value === 'string' ? value : value.editorPath),
);

const DEBUGINFOD = {
  enabled: { shape: flag(), fallback: true, description: 'Whether gdb may ask.' },
  timeout: { shape: count('a number of seconds', 1), fallback: 30, description: 'Seconds to wait for a server.' },
};

const SKIP = {
  functions: {
    shape: listOf(text(), 'a list of names'),
    fallback: [] as readonly string[],
    description: 'Names of functions; `*` and `?` match any.',
  },
  files: {
    shape: listOf(text(), 'a list of paths'),
    fallback: [] as readonly string[],
    description: 'Paths of source files; `*` and `?` match any.',
  },
};
const SKIP_OBJECT = object(SKIP, 'an object {functions, files}');

const SYMBOL_LOAD_INFO = {
  loadAll: {
    shape: flag(),
    fallback: true,
    description: '`true`: those of all libraries but the exceptions; `false`: those of the exceptions alone.',
  },
  exceptionList: {
    shape: mapped(either(listOf(text(), 'a list of names'), text('names separated by `;`')), value =>
      typeof value === 'string' ? value.split(';').filter(name => name !== '') : value,
    ),
    fallback: [] as readonly string[],
    description: 'Names of libraries, or paths where they hold a `/`; `*` and `?` match any.',
  },
};
const SYMBOL_LOAD_OBJECT = object(SYMBOL_LOAD_INFO, 'an object {loadAll, exceptionList}');

/** The symbols of which libraries gdb reads. */
export type SymbolLoadInfo = Parsed<typeof SYMBOL_LOAD_OBJECT>;

const HARDWARE = {
  require: { shape: flag(), fallback: false, description: 'All of them, unless the client names a mode.' },
  limit: {
    shape: count('a number of registers'),
    description: 'How many of them a remote target has; without it as many as it takes.',
  },
};

/** How gdb finds sources and symbols, and what it does on its way. */
export const BEHAVIOUR_ATTRIBUTES = {
  sourceMap: withDefault(
    mapped(
      either(
        mapOf(MAPPED_PATH, 'an object from paths to paths'),
        listOf(listOf(text(), 'a pair of paths'), 'a list of pairs'),
      ),
      value =>
        Array.isArray(value)
          ? (value as readonly (readonly string[])[]).map(([from = '', to = '']) => ({ from, to }))
          : Object.entries(value as Readonly<Record<string, string>>).map(([from, to]) => ({ from, to })),
    ),
    [],
    {
      description:
        'Where sources are that were compiled elsewhere: from the path in the debug information to the path here.',
      aliases: [
        alias('sourceFileMap', 'cppdbg'),
        alias('pathSubstitutions', 'code-debug'),
        alias('substitutePath', 'lldb-dap'),
      ],
    },
  ),
  solibSearchPath: optional(text('folders separated by `:`'), {
    description: 'Folders, separated by `:`, in which gdb looks for the libraries of the program.',
    aliases: [alias('additionalSOLibSearchPath', 'cppdbg')],
  }),
  symbolLoadInfo: withDefault(
    SYMBOL_LOAD_OBJECT,
    { loadAll: true, exceptionList: [] },
    {
      description:
        'The symbols of which libraries gdb reads; those of the C library always, since it tells threads by them. Restartable sequences are known of all libraries.',
      members: SYMBOL_LOAD_INFO,
    },
  ),
  hardwareBreakpoints: withDefault(
    mapped(either(flag(), object(HARDWARE, 'an object {require, limit}')), value =>
      typeof value === 'boolean' ? { require: value, limit: undefined } : value,
    ),
    { require: false, limit: undefined },
    {
      description: 'Breakpoints in debug registers instead of the code; `true` requires them.',
      members: HARDWARE,
      aliases: [alias('hardwareBreakpoint', 'cdt-gdb')],
    },
  ),
  debuginfod: withDefault(
    mapped(either(flag(), object(DEBUGINFOD, 'an object {enabled, timeout}')), value =>
      typeof value === 'boolean' ? { enabled: value, timeout: 30 } : value,
    ),
    { enabled: true, timeout: 30 },
    {
      description: 'Debug information and sources from the servers that `DEBUGINFOD_URLS` names.',
      members: DEBUGINFOD,
    },
  ),
  skip: withDefault(
    mapped(either(listOf(text(), 'a list of names of functions'), SKIP_OBJECT), value =>
      'functions' in value ? value : { functions: value, files: [] },
    ),
    { functions: [], files: [] },
    { description: 'What `stepIn` does not step into; a list is one of functions.', members: SKIP },
  ),
  schedulerLocking: optional(
    oneOf({
      off: 'all threads run',
      on: 'the others are held whenever a thread goes on',
      step: 'the others are held while a thread steps',
      replay: "as `off`, and as `on` in a recording: gdb's default",
    }),
    {
      description: "What other threads do while one goes on: gdb's `scheduler-locking`.",
      usually: "as gdb's init files say",
    },
  ),
  followFork: optional(
    oneOf({
      parent: 'the program; its children run without a debugger',
      child: 'the child, from then on; the program itself runs without a debugger',
      both: 'the program, and every child in a session of its own',
    }),
    {
      description:
        'What is debugged when the program forks. `parent`: the program, its children run without a debugger; `child`: the child, ' +
        'from then on; `both`: the program, and every child in a session of its own (`startDebugging`).',
      usually: "`parent`, unless gdb's init files say otherwise",
    },
  ),
  prettyPrinting: withDefault(flag(), true, {
    description: "Show values by gdb's pretty printers.",
    aliases: [
      {
        name: 'valuesFormatting',
        of: ['code-debug'],
        note: '`prettyPrinters`: `true`',
        convert: value => (typeof value === 'string' ? value === 'prettyPrinters' : value),
      },
    ],
  }),
};
