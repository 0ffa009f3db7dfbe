import { withDefault } from './attribute.js';
import { flag, mapOf, mapped, object, wrongValue, type Parsed } from './shapes.js';

const HANDLING = object(
  {
    stop: { shape: flag(), description: 'Whether the program stops at the signal.' },
    pass: { shape: flag(), description: 'Whether the program gets the signal.' },
    print: {
      shape: flag(),
      description: 'Whether gdb tells of the signal in the debug console; a stop is always told.',
    },
  },
  'an object {stop, pass, print}',
);

/** What is done at a signal; what is left out stays as gdb has it. */
export type SignalHandling = Parsed<typeof HANDLING>;

/** Signals that a debugger needs for itself, or that nobody can handle. */
const RESERVED = ['SIGSTOP', 'SIGTRAP', 'SIGKILL'];

const NAMES = "an object from signals' names (SIGUSR1) to {stop, pass, print}";

/** Signals. */
export const EXCEPTION_ATTRIBUTES = {
  signals: withDefault(
    mapped(mapOf(HANDLING, NAMES), (value, { path }) => {
      for (const name of Object.keys(value)) {
        if (RESERVED.includes(name))
          throw wrongValue(`${path}.${name}`, 'left out: the debugger needs it', value[name]);
        if (!/^SIG[A-Z0-9]+$/.test(name)) throw wrongValue(path, NAMES, value);
      }
      return value;
    }),
    {},
    {
      description:
        'What is done at signals when the session begins, by name: `{"SIGUSR1": {"stop": false}}`; without `stop` and `pass`, what gdb does. Exception filters that the user switches win from then on.',
    },
  ),
};
