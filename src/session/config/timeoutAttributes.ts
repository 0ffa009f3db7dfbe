import { withDefault } from './attribute.js';
import { count, object, type Parsed } from './shapes.js';

const MEMBERS = {
  gdb: {
    shape: count('a number of seconds, or 0 for no limit'),
    // A download of debug information may be silent for 90 s: the default of DEBUGINFOD_TIMEOUT.
    fallback: 120,
    description:
      'Seconds after which a gdb that owes an answer, prints nothing and uses no processor time is taken for hung, and ended; 0: never. A gdb that works is waited for as long as it takes.',
  },
};

const OBJECT = object(MEMBERS, 'an object {gdb}');

/** How long the session waits, in seconds. */
export type Timeouts = Parsed<typeof OBJECT>;

/** What is waited for, and for how long. */
export const TIMEOUT_ATTRIBUTES = {
  timeouts: withDefault(
    OBJECT,
    { gdb: MEMBERS.gdb.fallback },
    {
      description: 'How long the session waits.',
      members: MEMBERS,
    },
  ),
};
