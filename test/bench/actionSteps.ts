import {
  ABORTING,
  ALL_SUBJECTS,
  CALLED,
  IN_HANDLER,
  INTERRUPTED,
  ONE,
  SEVERAL,
  SHAPES,
  TWO,
  type ActionSubject,
} from './actionSubjects.js';
import { Unfit, type ActionKind, type ActionRow } from './actionRow.js';

/** How often each action is done; a row of steps counts where it has got through a region. */
export const TIMES = 5;

/** So many steps of a kind get out of any region in front of which they begin, unless they never do. */
const MOST_STEPS = { statement: 12, line: 12, instruction: 60 } as const;

type Granularity = keyof typeof MOST_STEPS;
type Step = (row: ActionRow) => Promise<void>;

/** Brings the thread to the place where the steps begin. */
interface Place {
  readonly name: string;
  readonly keeps?: boolean;
  readonly stopsInside?: boolean;
  /** Sets the breakpoints; the program stands in front of the region. */
  prepare(row: ActionRow): Promise<void>;
  arrive(row: ActionRow): Promise<void>;
  /** Whether the first steps lead through a region, or the thread has come out of one. */
  readonly leadsThrough: boolean;
}

const goOn = (row: ActionRow): Promise<void> => row.resume('continue');
const FIRST_THREAD = { condition: '$_gthread == 1' };

const IN_FRONT: Place = {
  name: 'before the prelude',
  prepare: () => Promise.resolve(),
  arrive: goOn,
  leadsThrough: true,
};
const PRELUDE: Place = {
  ...IN_FRONT,
  name: 'on the prelude',
  prepare: async row => row.breakAt([(await row.places()).prelude], FIRST_THREAD),
};
const ARMING: Place = {
  ...IN_FRONT,
  name: 'on the arming store',
  keeps: true,
  prepare: async row => row.breakAt([(await row.places()).armingStore], FIRST_THREAD),
};
const START: Place = {
  ...IN_FRONT,
  name: 'inside, at the start',
  keeps: true,
  stopsInside: true,
  prepare: async row => row.breakAt([(await row.places()).start], FIRST_THREAD),
};
const INSIDE: Place = {
  ...START,
  name: 'inside, behind the start',
  prepare: async row => row.breakAt([(await row.places()).second], FIRST_THREAD),
};
const EXIT: Place = {
  ...IN_FRONT,
  name: 'on the exit',
  prepare: async row => row.breakAt([(await row.places()).end], FIRST_THREAD),
  leadsThrough: false,
};
const ABORT_HANDLER: Place = {
  ...START,
  name: 'in the abort handler',
  async prepare(row) {
    const { start, abort } = await row.places();
    await row.breakAt([start, abort], FIRST_THREAD);
  },
  async arrive(row) {
    const { abort } = await row.places();
    do await goOn(row);
    while (row.goesOn() && (await pcOf(row)) !== abort);
  },
};
const HANDLER: Place = { ...IN_FRONT, name: 'in the signal handler that interrupted it', leadsThrough: false };
const IN_A_HANDLER: Place = {
  ...IN_FRONT,
  name: 'in a signal handler with a region of its own',
  async prepare(row) {
    await row.breakAt([]);
    await row.breakFunctions([{ name: 'on_signal' }]);
  },
};
const CALLER: Place = {
  ...IN_FRONT,
  name: 'in the caller, after the return',
  async arrive(row) {
    await goOn(row);
    if (row.goesOn()) await row.resume('stepOut');
  },
  leadsThrough: false,
};

async function pcOf(row: ActionRow): Promise<string | undefined> {
  return (await row.session.frames(row.thread, 1))[0]?.instructionPointerReference;
}

/** Steps until the region is behind the thread: as the adapter tells, or as the program counts. */
async function getThrough(row: ActionRow, step: Step, most: number): Promise<void> {
  const [commits, passes] = [await row.commits(), row.session.runThroughs().length];
  for (let count = 1; count <= most; count++) {
    await step(row);
    row.made += 1;
    if (row.isOver) return;
    const passed = row.session.runThroughs().slice(passes);
    if (passed.some(({ outcome }) => outcome !== 'aborted')) return;
    // So many are made by instruction that the program is asked at the last one only.
    if (count < most && most === MOST_STEPS.instruction) continue;
    const now = await row.commits();
    if (now !== undefined && now !== commits) return;
  }
  row.problem = `${most} steps did not get through`;
}

/** Steps out until the caller is reached; the program's count of commits, which the caller may keep, tells nothing here. */
async function getOut(row: ActionRow, step: Step, most: number): Promise<void> {
  const [, caller] = await row.session.frames(row.thread, 2);
  if (caller === undefined) throw new Unfit('there is no caller');
  for (let count = 1; count <= most; count++) {
    await step(row);
    row.made += 1;
    if (row.isOver) return;
    const [now] = await row.session.frames(row.thread, 1);
    if (now?.name === caller.name) return;
  }
  row.problem = `${most} steps did not get out`;
}

/** One step, which must end at a line. */
async function once(row: ActionRow, step: Step): Promise<void> {
  await step(row);
  row.made += 1;
  if (row.isOver) return;
  const [frame] = await row.session.frames(row.thread, 1);
  if (frame?.line === 0) row.problem = `a step ended without a line, in ${frame.name}`;
}

function stepsFrom(
  place: Place,
  name: string,
  step: Step,
  granularity: Granularity,
  subjects: readonly ActionSubject[],
  reach: typeof getThrough = getThrough,
): ActionKind {
  return {
    name: `${name}, ${place.name}`,
    subjects,
    stopsInside: place.stopsInside === true,
    ...(place.keeps === true ? { breakpointsInside: 'keep' } : {}),
    async run(row) {
      await place.prepare(row);
      for (let time = 0; time < TIMES && row.goesOn(); time++) {
        if (time > 0 || place !== IN_FRONT) await place.arrive(row);
        if (!row.goesOn()) return;
        if (place.leadsThrough) await reach(row, step, MOST_STEPS[granularity]);
        // Out of an exit or a caller an instruction ends wherever it ends.
        else if (granularity === 'instruction') await step(row).then(() => (row.made += 1));
        else await once(row, step);
      }
    },
  };
}

type Command = 'next' | 'stepIn' | 'stepOut';

function stepping(
  place: Place,
  command: Command,
  granularity: Granularity,
  subjects: readonly ActionSubject[],
): ActionKind {
  const step: Step = row => row.resume(command, { granularity });
  const reach = command === 'stepOut' ? getOut : getThrough;
  return stepsFrom(place, `${command}, ${granularity}`, step, granularity, subjects, reach);
}

const BOTH = ['next', 'stepIn'] as const;
const EVERYWHERE = [PRELUDE, ARMING, START, INSIDE, EXIT, ABORT_HANDLER] as const;

const SINGLE = (row: ActionRow): Promise<void> => row.resume('next', { granularity: 'line', singleThread: true });

/** The first attempt is shown, and aborts; then the retry runs through. */
const FIRST_ITERATION: ActionKind = {
  ...stepping(PRELUDE, 'stepIn', 'instruction', TWO),
  name: 'stepIn, instruction, on the prelude, "firstIteration"',
  stepping: 'firstIteration',
  stopsInside: true,
};

function inConsole(line: string, granularity: Granularity): ActionKind {
  const reach = line === 'finish' ? getOut : getThrough;
  return stepsFrom(IN_FRONT, `console: ${line}`, row => row.console(line), granularity, TWO, reach);
}

/** Every sort of step, from every place. */
export const STEP_KINDS: readonly ActionKind[] = [
  ...BOTH.flatMap(command => [
    stepping(IN_FRONT, command, 'line', ALL_SUBJECTS),
    stepping(IN_FRONT, command, 'instruction', ALL_SUBJECTS),
    stepping(IN_FRONT, command, 'statement', TWO),
  ]),
  stepping(IN_FRONT, 'stepOut', 'line', ALL_SUBJECTS),
  stepping(IN_FRONT, 'stepOut', 'statement', TWO),
  ...EVERYWHERE.flatMap(place => [
    stepping(place, 'next', 'line', SHAPES),
    stepping(place, 'stepIn', 'line', TWO),
    stepping(place, 'next', 'instruction', place.stopsInside === true ? ONE : TWO),
    stepping(place, 'stepIn', 'instruction', place.stopsInside === true ? SEVERAL : SHAPES),
    stepping(place, 'stepOut', 'line', SHAPES),
  ]),
  ...BOTH.map(command => stepping(CALLER, command, 'line', CALLED)),
  stepping(CALLER, 'stepIn', 'instruction', CALLED),
  ...[...BOTH, 'stepOut' as const].map(command => stepping(HANDLER, command, 'line', INTERRUPTED)),
  stepping(HANDLER, 'stepIn', 'instruction', INTERRUPTED),
  ...BOTH.map(command => stepping(IN_A_HANDLER, command, 'line', IN_HANDLER)),
  stepping({ ...IN_FRONT, name: 'of a region that always aborts' }, 'next', 'line', ABORTING),
  stepsFrom(IN_FRONT, 'next, single thread', SINGLE, 'line', TWO),
  FIRST_ITERATION,
  ...(['next', 'step', 'finish'] as const).map(line => inConsole(line, 'line')),
  ...(['nexti', 'stepi'] as const).map(line => inConsole(line, 'instruction')),
  ...(['until', 'advance'] as const).map(refusedStep),
];

/** gdb would single-step through the region: with awareness the line is refused, without it gdb does as it does. */
function refusedStep(word: 'until' | 'advance'): ActionKind {
  return {
    name: `console: ${word} (refused)`,
    subjects: TWO,
    async run(row) {
      const line = word === 'until' ? word : `advance *${(await row.places()).end}`;
      if (row.awareness === 'off') {
        await getThrough(row, () => row.console(line), MOST_STEPS.line);
        return;
      }
      for (let time = 0; time < TIMES && row.goesOn(); time++) {
        if (!(await row.isRefused(line, 'repl'))) throw new Unfit(`'${line}' was not refused`);
        row.made += 1;
        await goOn(row);
      }
    },
  };
}
