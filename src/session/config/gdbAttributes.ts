import { alias, optional, withDefault } from './attribute.js';
import { environment, words } from './programAttributes.js';
import { either, flag, listOf, mapped, object, oneOf, text, type Shape } from './shapes.js';

/** A command that the user has gdb carry out: MI where it begins with `-`, else a line of gdb's command line. */
export interface UserCommand {
  readonly text: string;
  readonly ignoreFailures: boolean;
}

/** Commands, each as a string or with what shall become of a failure. */
export function commands(): Shape<readonly UserCommand[]> {
  const detailed = object(
    {
      text: { shape: text('a command of gdb'), description: 'The command.', fallback: '' },
      description: { shape: text(), description: 'What it is for; shown where it fails.' },
      ignoreFailures: { shape: flag(), description: 'Go on where it fails.', fallback: false },
    },
    'an object {text, ignoreFailures}',
  );
  const command = mapped(either(text('a command of gdb'), detailed), (value): UserCommand => {
    return typeof value === 'string' ? { text: value, ignoreFailures: false } : value;
  });
  return { ...listOf(command, 'a list of commands'), type: '(string or {text, ignoreFailures})[]' };
}

/** gdb, and what it is told. */
export const GDB_ATTRIBUTES = {
  gdb: withDefault(text('the path or name of a gdb'), 'gdb', {
    description: 'The gdb to use: a path, or a name to look for on PATH.',
    aliases: [alias('miDebuggerPath', 'cppdbg'), alias('gdbpath', 'code-debug')],
  }),
  gdbArguments: withDefault(words("gdb's options", '`-q -iex "set sysroot /"`'), [], {
    description: 'More options for gdb; a string is taken apart as a shell does.',
    aliases: [alias('miDebuggerArgs', 'cppdbg'), alias('debugger_args', 'code-debug')],
  }),
  gdbEnvironment: withDefault(
    environment(),
    {},
    { description: 'Environment variables for gdb alone; `null` removes one.' },
  ),
  preConnectCommands: withDefault(commands(), [], {
    description: 'Commands for gdb as soon as it runs: gdb/MI where they begin with `-`, else its command line.',
    aliases: [alias('autorunBefore', 'code-debug')],
  }),
  setupCommands: withDefault(commands(), [], { description: 'Commands before gdb is given the program.' }),
  initCommands: withDefault(commands(), [], {
    description: 'Commands when gdb has the program, the process or the connection, before anything runs.',
    aliases: [alias('autorun', 'code-debug')],
  }),
  postRemoteConnectCommands: withDefault(commands(), [], {
    description: 'Commands right after the connection to a `target`.',
  }),
  customLaunchSetupCommands: optional(commands(), {
    on: ['launch'],
    description:
      'Commands that give gdb the program, instead of our own; with `launchCompleteCommand`, the process as well. An empty list leaves that to ' +
      "gdb's options.",
  }),
  launchCompleteCommand: withDefault(
    oneOf({
      'exec-run': 'the program is started',
      'exec-continue': 'what the commands have connected to goes on',
      None: 'it stays as the commands leave it',
    }),
    'exec-run',
    {
      on: ['launch'],
      description:
        'How it goes on behind `customLaunchSetupCommands`, or the connection to a `target`. `exec-run`: the program is started; `exec-continue`: what the commands have connected to goes on; `None`: it stays as the commands leave it.',
    },
  ),
  preRunCommands: withDefault(commands(), [], {
    description: 'Commands when the breakpoints are set, before the program runs.',
  }),
  exitCommands: withDefault(commands(), [], {
    description: 'Commands before gdb is ended. Failures are told and change nothing.',
  }),
  customResetCommands: withDefault(commands(), [], {
    description: 'Commands instead of a new start of the program where the session is restarted.',
  }),
};
