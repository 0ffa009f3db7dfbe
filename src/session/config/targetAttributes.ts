import { alias, optional } from './attribute.js';
import { commands } from './gdbAttributes.js';
import { words } from './programAttributes.js';
import { count, either, flag, listOf, mapped, object, oneOf, text, wrongValue } from './shapes.js';

const TARGET = {
  type: {
    shape: oneOf({
      remote: 'connect to what is being debugged there',
      'extended-remote': 'as well, but the server stays and can start programs',
    }),
    fallback: 'remote' as const,
    description: 'How gdb connects.',
  },
  host: { shape: text('the name of a machine'), description: 'The machine of the gdbserver; `localhost` if left out.' },
  port: {
    shape: mapped(either(count('the number of a port', 1), text('the number of a port')), String),
    description: 'The port of the gdbserver.',
  },
  parameters: {
    shape: either(listOf(text(), 'a list of strings'), text()),
    description: "Instead of host and port: what follows gdb's `target remote`, e.g. `host:port` or `/dev/ttyS0`.",
  },
  connectCommands: { shape: commands(), description: 'Commands that connect, instead of our own.' },
  server: {
    shape: text('the path or name of a gdbserver'),
    description: 'A gdbserver to start on this machine first.',
  },
  serverParameters: {
    shape: words("the server's arguments", '`--once :0 ./program`'),
    description: 'Its arguments. Without them: `--once localhost:0`, the program and its `args`.',
  },
  serverPortRegExp: {
    shape: text('a regular expression'),
    description: 'Finds the port in what the server prints, as its first group.',
    fallback: '[Ll]istening on port (\\d+)',
  },
  serverStartupDelay: {
    shape: count('a number of milliseconds'),
    description: 'Milliseconds to wait after its start, where it does not print a port.',
  },
  serverStartupTimeout: {
    shape: count('a number of milliseconds', 1),
    fallback: 15_000,
    description: 'Milliseconds after which a server that has told no port is given up.',
  },
  processId: {
    shape: count('the number of a process on the other machine', 1),
    description: 'With `extended-remote`: a process there to attach to.',
  },
  remoteProgram: {
    shape: text('a path on the other machine'),
    description: 'With `extended-remote`: the path there of the program to start.',
  },
};

const OFFSET = mapped(either(text('an offset'), count('an offset')), String);

const IMAGE = {
  symbolFileName: {
    shape: text('the path of a file'),
    description: 'A file of symbols, read in addition to `program`.',
  },
  symbolOffset: { shape: OFFSET, description: 'What is added to its addresses.' },
  imageFileName: { shape: text('the path of a file'), description: 'A file that is loaded into the target (`load`).' },
  imageOffset: { shape: OFFSET, description: 'What is added to its addresses.' },
};

const TARGET_OBJECT = object(TARGET, 'an object such as {host, port}');

/** Where a program comes from that is not launched here. */
export const TARGET_ATTRIBUTES = {
  processId: optional(
    mapped(either(text(), count('the number of a running process', 1)), (value, { path }) => {
      const number = Number(value);
      if (Number.isSafeInteger(number) && number > 0) return number;
      throw wrongValue(path, 'the number of a running process', value);
    }),
    {
      on: ['attach'],
      description: 'The process to attach to: its number, also as a string.',
      aliases: [
        alias('pid', 'gdb', 'lldb-dap', 'codelldb'),
        {
          name: 'target',
          of: ['code-debug'],
          note: 'a number as a string, to attach',
          when: (value, request) => request === 'attach' && typeof value === 'string' && /^\d+$/.test(value),
        },
      ],
    },
  ),
  waitFor: optional(either(flag(), text('the name of a program')), {
    on: ['attach'],
    description:
      'Wait for a process that begins after now: the name of its program, or `true` for that of `program`; then attach to it.',
    aliases: [],
  }),
  coreFile: optional(text('the path of a core file'), {
    description: 'A core file to look at instead of a process.',
    aliases: [alias('coreDumpPath', 'cppdbg'), alias('coreFilePath', 'lldb-dap')],
  }),
  imageAndSymbols: optional(object(IMAGE, 'an object {imageFileName, symbolFileName}'), {
    description: 'Files for a target that has no program yet, as a microcontroller.',
    members: IMAGE,
  }),
  target: optional(
    mapped(either(TARGET_OBJECT, text('what follows `target remote`')), value =>
      typeof value === 'string' ? { ...NO_TARGET, parameters: value } : value,
    ),
    {
      description: 'A gdbserver, or another program that speaks its protocol; a string is short for `parameters`.',
      members: TARGET,
      aliases: [
        { ...alias('miDebuggerServerAddress', 'cppdbg'), convert: value => ({ parameters: value }) },
        {
          ...alias('useExtendedRemote', 'cppdbg'),
          convert: value => (value === true ? { type: 'extended-remote' } : undefined),
        },
        { ...alias('debugServerPath', 'cppdbg'), convert: value => ({ server: value }) },
        { ...alias('debugServerArgs', 'cppdbg'), convert: value => ({ serverParameters: value }) },
        { ...alias('serverStarted', 'cppdbg'), convert: value => ({ serverPortRegExp: value }) },
        { ...alias('serverLaunchTimeout', 'cppdbg'), convert: value => ({ serverStartupTimeout: value }) },
        { ...alias('gdb-remote-hostname', 'lldb-dap'), convert: value => ({ host: value }) },
        { ...alias('gdb-remote-port', 'lldb-dap'), convert: value => ({ port: value }) },
        {
          ...alias('remote', 'code-debug'),
          note: '`true` with `target` an address; the address itself',
          convert: value => (typeof value === 'string' ? { parameters: value } : undefined),
        },
      ],
    },
  ),
};

/** A target of which nothing is known yet. */
export const NO_TARGET = TARGET_OBJECT.parse({}, { path: 'target', warn: () => undefined });

/** Where and how to connect, checked. */
export type RemoteOptions = typeof NO_TARGET;
