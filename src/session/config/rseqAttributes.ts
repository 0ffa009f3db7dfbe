import { withDefault } from './attribute.js';
import { either, flag, mapped, object, oneOf, type Parsed } from './shapes.js';

const STEPPING = oneOf({
  through: 'steps go through restartable sequences',
  firstIteration: 'instruction steps go into the first attempt, which aborts, and the retry runs through',
  off: 'gdb as it is: no tables are read, and nothing is adapted',
});

const MEMBERS = {
  stepping: { shape: STEPPING, fallback: 'through' as const, description: 'How steps treat restartable sequences.' },
  breakpointsInside: {
    shape: oneOf({
      move: 'they are planted in front of it, and say so',
      keep: 'they stay, and each hit costs one attempt',
    }),
    fallback: 'move' as const,
    description: 'What becomes of breakpoints inside a restartable sequence.',
  },
  log: {
    shape: flag(),
    fallback: false,
    description: 'A line in the debug console for every run through a restartable sequence.',
  },
};

const OBJECT = object(MEMBERS, "an object or one of 'through', 'firstIteration', 'off'");

/** What the session does about restartable sequences. */
export type RseqOptions = Parsed<typeof OBJECT>;

/** What is done before the user has said anything. */
export const RSEQ_DEFAULTS: RseqOptions = { stepping: 'through', breakpointsInside: 'move', log: false };

/** Awareness of restartable sequences. */
export const RSEQ_ATTRIBUTES = {
  rseq: withDefault(
    mapped(either(STEPPING, OBJECT), (value): RseqOptions => {
      const options = typeof value === 'string' ? { ...RSEQ_DEFAULTS, stepping: value } : value;
      // Without tables nobody knows that a breakpoint would have to move.
      return options.stepping === 'off' ? { ...options, breakpointsInside: 'keep' } : options;
    }),
    RSEQ_DEFAULTS,
    {
      description: 'What is done about restartable sequences; a string is short for `stepping`.',
      members: MEMBERS,
    },
  ),
};
