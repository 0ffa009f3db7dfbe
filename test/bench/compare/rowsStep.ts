import { lineOf, sampleProgram, sampleSource } from '../../support/debugSession.js';
import { OURS } from './contestants.js';
import { copies, points } from './programs.js';
import { repeated, stepAndRefresh, timed, TO_FLOOR, USUAL, type Row } from './row.js';

/** Steps, each with what an editor asks for behind it. */
export function stepRows(): Row[] {
  const step = (name: string, title: string, args: readonly string[], marker: string, times = 30): Row => ({
    ...USUAL,
    name,
    title,
    open: repeated({ args, marker, times }, debuggee => stepAndRefresh(debuggee)),
  });
  return [
    {
      ...step('step', 'step with refresh, 7 locals', ['step', '1'], 'seven'),
      goals: [
        { ratio: 1, to: TO_FLOOR },
        { ratio: 0.4, to: { contestant: 'cdt' } },
      ],
    },
    step('step-locals', 'step with refresh, 200 locals', ['locals'], 'two-hundred', 10),
    step('step-structures', 'step with refresh, 3 structures and 2 arrays', ['structures'], 'structures'),
    {
      ...USUAL,
      name: 'instruction',
      title: 'instruction step with refresh',
      open: repeated({ args: ['step', '1'], marker: 'seven', times: 30 }, debuggee =>
        stepAndRefresh(debuggee, 'instruction'),
      ),
    },
    step('step-50-threads', 'step with refresh, 50 threads', ['threads', '50'], 'seven', 5),
    step('step-500-threads', 'step with refresh, 500 threads', ['threads', '500'], 'seven', 1),
  ];
}

/** Steps through regions: only ours gets through them, so that there is nobody to compare with but itself. */
export function regionRows(): Row[] {
  const region = (where: { program: string; source: string }, line: string, back: string): Row['open'] => {
    const args = ['1000000000'];
    return async contestant => {
      const lines = [lineOf(where.source, back)];
      const debuggee = await contestant.start({ ...where, args, lines });
      const atLine = lineOf(where.source, line) - lineOf(where.source, back);
      return timed(
        debuggee,
        5,
        () => stepAndRefresh(debuggee),
        async () => {
          await debuggee.continue();
          for (let i = 0; i < atLine; i++) await stepAndRefresh(debuggee);
        },
      );
    };
  };
  const sample = { program: sampleProgram('counter_cs'), source: sampleSource('counter_cs.c') };
  const onlyOurs = { ...USUAL, takesPart: (contestant: string): boolean => contestant === OURS };
  return [
    {
      ...onlyOurs,
      name: 'region-none',
      title: 'step with refresh, no region near',
      open: async contestant => {
        const debuggee = await contestant.start({
          ...sample,
          args: ['1000000000'],
          lines: [lineOf(sample.source, 'step-here')],
        });
        await debuggee.setBreakpoints([]);
        return timed(
          debuggee,
          20,
          () => stepAndRefresh(debuggee),
          () => Promise.resolve(),
        );
      },
    },
    {
      ...onlyOurs,
      name: 'region',
      title: 'step with refresh through a region',
      goals: [{ ratio: 4, to: { row: 'region-none' } }],
      open: region(sample, 'region', 'before-region'),
    },
    {
      ...onlyOurs,
      name: 'region-points',
      title: 'the same, its key with 1,000 finish and abort points of 500 functions',
      goals: [{ ratio: 10, to: { row: 'region-none' } }],
      open: region(copies(), 'region-start', 'before-region'),
    },
    {
      ...onlyOurs,
      name: 'region-switch',
      title: 'the same, its key with 1,000 points behind a computed jump',
      goals: [{ ratio: 10, to: { row: 'region-none' } }],
      open: region(points(), 'region-start', 'before-region'),
    },
  ];
}
