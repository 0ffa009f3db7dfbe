import { DapRequestError } from '../../src/client/requestError.js';
import type { ActionKind, ActionRow } from './actionRow.js';

/** How often each action is done; a step counts where it has run through a region. */
const TIMES = 20;
/** Steps from the place in front of a region are far fewer until it is behind them: with gdb alone it never is. */
const MOST_STEPS = 30 * TIMES;
/** Enough to be still running when the last pause comes, or when threads that the action does not touch have run on. */
const LONG = 20_000_000;

type StepCommand = 'next' | 'stepIn' | 'stepOut';

async function repeat(row: ActionRow, action: () => Promise<void>): Promise<void> {
  while (row.goesOn() && row.operations < TIMES) {
    await action();
    row.operations += 1;
  }
}

/** Steps from the case's place until a region has been run through, then on to the place. */
async function steps(row: ActionRow, step: () => Promise<void>): Promise<void> {
  for (let count = 0; count < MOST_STEPS && row.operations < TIMES && row.goesOn(); count++) {
    const before = row.session.runThroughs().length;
    await step();
    if (row.session.runThroughs().length === before) continue;
    row.operations += 1;
    if (row.goesOn()) await row.resume('continue');
  }
}

function stepping(command: StepCommand, granularity: 'line' | 'instruction'): ActionKind {
  return {
    name: `${command}, ${granularity}`,
    stopsInside: false,
    run: row => steps(row, () => row.resume(command, { granularity })),
  };
}

/** From the breakpoint in front of the region out of its function, then on to the breakpoint. */
const STEP_OUT: ActionKind = {
  name: 'stepOut, from the function of the region',
  stopsInside: false,
  async run(row) {
    while (row.operations < TIMES && row.goesOn()) {
      await row.resume('stepOut');
      row.operations += 1;
      await row.resume('continue');
    }
  },
};

function inConsole(line: string): ActionKind {
  return { name: `console: ${line}`, stopsInside: false, run: row => steps(row, () => row.console(line)) };
}

const CONSOLE_FINISH: ActionKind = {
  ...STEP_OUT,
  name: 'console: finish',
  async run(row) {
    while (row.operations < TIMES && row.goesOn()) {
      await row.console('finish');
      row.operations += 1;
      await row.resume('continue');
    }
  },
};

const MOVED: ActionKind = {
  name: 'breakpoint inside, moved by default',
  stopsInside: false,
  fromMain: true,
  async run(row) {
    await row.breakInside(await row.startOfRegion());
    await repeat(row, () => row.resume('continue'));
  },
};

const KEPT: ActionKind = {
  name: 'breakpoint inside, kept',
  stopsInside: true,
  breakpointsInside: 'keep',
  fromMain: true,
  async run(row) {
    await row.breakInside(await row.startOfRegion());
    await repeat(row, () => row.resume('continue'));
  },
};

const KEPT_FALSE: ActionKind = {
  name: 'breakpoint inside, kept, condition false',
  stopsInside: true,
  breakpointsInside: 'keep',
  fromMain: true,
  async run(row) {
    await row.breakInside(await row.startOfRegion(), { condition: '0' });
    row.operations = 1;
    await row.resume('continue');
  },
};

const KEPT_STEP: ActionKind = {
  name: 'next, from inside',
  stopsInside: true,
  breakpointsInside: 'keep',
  fromMain: true,
  async run(row) {
    await row.breakInside(await row.startOfRegion());
    while (row.operations < TIMES && row.goesOn()) {
      await row.resume('continue');
      if (!row.goesOn()) return;
      await row.resume('next');
      row.operations += 1;
    }
  },
};

const WATCH: ActionKind = {
  name: 'hardware watchpoint on the area',
  stopsInside: true,
  iterations: LONG,
  async run(row) {
    await row.breakInFront(false);
    await row.evaluate('rwatch -l *(int *)($fs_base + (long)__rseq_offset + 4)', 'repl');
    await repeat(row, () => row.resume('continue'));
    if (row.goesOn()) await row.evaluate('delete', 'repl');
  },
};

const PAUSE: ActionKind = {
  name: 'pause and continue',
  stopsInside: true,
  iterations: LONG,
  async run(row) {
    await row.breakInFront(false);
    await repeat(row, async () => {
      const { client } = row.session;
      await client.request('continue', { threadId: row.thread });
      await row.resume('pause');
    });
  },
};

const CALL: ActionKind = {
  name: 'call from inside, refused',
  stopsInside: true,
  breakpointsInside: 'keep',
  fromMain: true,
  async run(row) {
    await row.breakInside(await row.startOfRegion());
    await repeat(row, async () => {
      await row.resume('continue');
      if (!row.goesOn()) return;
      const called = await row.evaluate('(int)getpid()').then(
        () => true,
        (error: unknown) => {
          if (!(error instanceof DapRequestError)) throw error;
          return false;
        },
      );
      if (called) throw new Error('the call was made');
    });
  },
};

/** What the table has a row for, with each sample. */
export const ACTION_KINDS: readonly ActionKind[] = [
  stepping('next', 'line'),
  stepping('next', 'instruction'),
  stepping('stepIn', 'line'),
  stepping('stepIn', 'instruction'),
  STEP_OUT,
  MOVED,
  KEPT,
  KEPT_FALSE,
  KEPT_STEP,
  WATCH,
  PAUSE,
  CALL,
  inConsole('next'),
  inConsole('stepi'),
  CONSOLE_FINISH,
];
