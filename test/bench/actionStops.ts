import { lineOf } from '../support/debugSession.js';
import { ABORTING, ALL_SUBJECTS, BY_LINE, SHAPES, TWO, type ActionSubject } from './actionSubjects.js';
import { Unfit, type ActionKind, type ActionRow } from './actionRow.js';
import { TIMES } from './actionSteps.js';

/** Enough to be still running when the last pause comes. */
const LONG = 20_000_000;
/** So few that each hit can be paid for when every thread has to be let through alone at each. */
const FEW = 20;

type Modifiers = Readonly<Record<string, unknown>>;

/** Continues to hits of whatever has been set; one that never stops leads to the program's end. */
async function hits(row: ActionRow): Promise<void> {
  for (let time = 0; time < TIMES && row.goesOn(); time++) {
    await row.resume('continue');
    if (!row.isOver) row.made += 1;
  }
}

interface Inside {
  readonly name: string;
  readonly subjects: readonly ActionSubject[];
  set(row: ActionRow, more: Modifiers): Promise<void>;
}

const BY_ADDRESS: Inside = {
  name: 'instruction breakpoint',
  subjects: ALL_SUBJECTS,
  set: async (row, more) => row.breakAt([(await row.places()).start], more),
};
const ON_LINE: Inside = {
  name: 'line breakpoint',
  subjects: BY_LINE,
  set: (row, more) => row.breakLines([{ line: lineOf(row.source, 'region-commit'), ...more }]),
};
const ON_FUNCTION: ActionKind = {
  name: 'function breakpoint on the function of the region',
  subjects: TWO,
  async run(row) {
    const { region } = await row.places();
    await row.breakInFront(false);
    await row.breakFunctions([{ name: region.function, condition: '$_gthread == 1' }]);
    await hits(row);
  },
};

/** What a breakpoint may have with it, what that means for the hits that the user sees, and how it is called. */
const MODIFIERS: readonly (readonly [name: string, modifiers: Modifiers, isSilent: boolean])[] = [
  ['', {}, false],
  [', condition true', { condition: '1' }, false],
  [', condition false', { condition: '0' }, true],
  [', each third hit', { hitCondition: '%3' }, false],
];
const LOGGING = [', log message', { logMessage: 'hit' }, true] as const;

function breakpoints(
  keeps: boolean,
  where: Inside,
  [name, modifiers, isSilent]: (typeof MODIFIERS)[number],
): ActionKind {
  const isPlain = name === '' && where === BY_ADDRESS;
  return {
    name: `${where.name} inside${name}, ${keeps ? 'kept' : 'moved'}`,
    subjects: isPlain ? where.subjects : where.subjects.length > 2 ? TWO : where.subjects,
    stopsInside: keeps,
    ...(keeps ? { breakpointsInside: 'keep' } : {}),
    ...(isSilent ? { iterations: FEW } : {}),
    async run(row) {
      await where.set(row, modifiers);
      await hits(row);
      if (isSilent && !row.isOver) row.problem = 'it has stopped the program';
    },
  };
}

const LATER: ActionKind = {
  name: 'line breakpoint inside, set before its library is loaded',
  subjects: ALL_SUBJECTS.filter(({ sample }) => sample === 'dlopen_lib'),
  run: hits,
};

const WATCH: ActionKind = {
  name: 'hardware watchpoint on the area',
  subjects: TWO,
  stopsInside: true,
  iterations: LONG,
  async run(row) {
    await row.breakInFront(false);
    const isRefused = await row.isRefused('rwatch -l *(int *)($fs_base + (long)__rseq_offset + 4)', 'repl');
    if (isRefused) return;
    await hits(row);
    if (!row.isOver) await row.evaluate('delete', 'repl');
  },
};

/** More than the debug registers hold: gdb would watch it by single steps. */
const SOFTWARE_WATCH: ActionKind = {
  name: 'software watchpoint, refused',
  subjects: TWO,
  async run(row) {
    if (row.awareness === 'off') throw new Unfit('it would single-step the whole program');
    const breakpoints = [{ dataId: 'counters', accessType: 'write' }];
    for (let time = 0; time < TIMES && row.goesOn(); time++) {
      const body = await row.session.client.request('setDataBreakpoints', { breakpoints });
      if (body.breakpoints[0]?.verified !== false) row.problem = 'it was set';
      row.made += 1;
      await row.resume('continue');
    }
  },
};

const PAUSE: ActionKind = {
  name: 'pause and continue',
  subjects: SHAPES.filter(({ sample }) => sample !== 'list_exits'),
  stopsInside: true,
  iterations: LONG,
  async run(row) {
    await row.breakInFront(false);
    for (let time = 0; time < TIMES && row.goesOn(); time++) {
      await row.session.client.request('continue', { threadId: row.thread });
      await row.resume('pause');
      row.made += 1;
    }
  },
};

const CONTINUE: ActionKind = { name: 'continue to a breakpoint in front', subjects: SHAPES, run: hits };

const TO_COMMIT: ActionKind = {
  name: 'run to commit',
  subjects: SHAPES,
  async run(row) {
    if (row.awareness === 'off') throw new Unfit('no region is known');
    const { region } = await row.places();
    for (let time = 0; time < TIMES && row.goesOn(); time++) {
      await row.resume('rseq/runToCommit', { region: region.id });
      row.made += 1;
      if (row.goesOn()) await row.resume('continue');
    }
  },
};

const GOTO: ActionKind = {
  name: 'goto the line in front, then next',
  subjects: TWO,
  async run(row) {
    const args = { source: { path: row.source }, line: lineOf(row.source, row.subject.before) };
    for (let time = 0; time < TIMES && row.goesOn(); time++) {
      const { targets } = await row.session.client.request('gotoTargets', args);
      await row.resume('goto', { targetId: targets[0]?.id ?? 0 });
      await row.resume('next');
      row.made += 1;
      if (row.goesOn()) await row.resume('continue');
    }
  },
};

/** A call made inside would disarm the region: it is refused, by whichever road it comes. */
function call(name: string, expression: string, context: 'watch' | 'repl'): ActionKind {
  return {
    name,
    subjects: TWO,
    stopsInside: true,
    breakpointsInside: 'keep',
    async run(row) {
      await row.breakAt([(await row.places()).start]);
      for (let time = 0; time < TIMES && row.goesOn(); time++) {
        await row.resume('continue');
        if (!row.goesOn()) return;
        if (!(await row.isRefused(expression, context))) row.problem = 'the call was made';
        row.made += 1;
      }
    },
  };
}

/** What would let the program go on past the adapter, or undo what it relies on. */
const REFUSED_LINES = ['jump *0', 'signal 0', 'record full', 'set displaced-stepping on', 'set scheduler-locking on'];

const REFUSED: ActionKind = {
  name: 'console: jump, signal, record, settings (refused)',
  subjects: TWO,
  async run(row) {
    if (row.awareness === 'off') throw new Unfit('gdb would do it');
    for (const line of REFUSED_LINES) {
      if (!(await row.isRefused(line, 'repl'))) row.problem = `'${line}' was not refused`;
      row.made += 1;
    }
    await row.resume('next');
  },
};

const CONSOLE_CONTINUE: ActionKind = {
  name: 'console: continue',
  subjects: TWO,
  async run(row) {
    for (let time = 0; time < TIMES && row.goesOn(); time++) {
      await row.console('continue');
      row.made += 1;
    }
  },
};

const ON_ABORT: ActionKind = {
  name: 'filter rseq-abort',
  subjects: [...ABORTING, ...TWO],
  iterations: 20,
  async run(row) {
    if (row.awareness === 'off') throw new Unfit('no region is known');
    const set = (filters: readonly string[]): Promise<unknown> =>
      row.session.client.request('setExceptionBreakpoints', { filters: [...filters] });
    await row.breakInFront(false);
    await set(['rseq-abort']);
    await hits(row);
    if (!row.isOver) await set([]);
  },
};

/** Breakpoints, watchpoints, pauses and what else stops or moves the program. */
export const STOP_KINDS: readonly ActionKind[] = [
  ...[false, true].flatMap(keeps => [
    ...MODIFIERS.map(modifiers => breakpoints(keeps, BY_ADDRESS, modifiers)),
    ...[...MODIFIERS, LOGGING].map(modifiers => breakpoints(keeps, ON_LINE, modifiers)),
  ]),
  ON_FUNCTION,
  LATER,
  WATCH,
  SOFTWARE_WATCH,
  PAUSE,
  CONTINUE,
  TO_COMMIT,
  GOTO,
  call('call from inside (refused)', '(int)getpid()', 'watch'),
  call('console: call from inside (refused)', 'call (int)getpid()', 'repl'),
  REFUSED,
  CONSOLE_CONTINUE,
  ON_ABORT,
];
