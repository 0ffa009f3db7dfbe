import { lineOf } from '../../support/debugSession.js';
import type { Contestant } from './debuggee.js';
import { big, FIRST_LINE, lines, work } from './programs.js';
import { timed, TO_FLOOR, USUAL, type Bout, type Row } from './row.js';

/** Starting a program. */
export function startRows(): Row[] {
  const start = (contestant: Contestant, program: { program: string; source: string }): Promise<Bout> =>
    Promise.resolve({
      round: async () => {
        const begin = performance.now();
        const debuggee = await contestant.start({
          ...program,
          args: ['step', '1'],
          lines: [lineOf(program.source, 'main')],
        });
        const elapsed = performance.now() - begin;
        await debuggee.close();
        return [elapsed];
      },
      close: () => Promise.resolve(),
    });
  return [
    {
      ...USUAL,
      name: 'start',
      title: 'start to first stop',
      goals: [{ ratio: 1.2, to: TO_FLOOR }],
      open: contestant => start(contestant, work()),
    },
    {
      ...USUAL,
      name: 'start-big',
      title: 'start to first stop, 100 MB with 500,000 symbols',
      rounds: 3,
      open: contestant => start(contestant, big()),
    },
  ];
}

/** Setting breakpoints. */
export function breakpointRows(): Row[] {
  const thousand = Array.from({ length: 1000 }, (_, index) => FIRST_LINE + index);
  return [
    {
      ...USUAL,
      name: 'breakpoints-1000',
      title: '1,000 breakpoints set in one file',
      rounds: 2,
      open: contestant => {
        const { program, source } = lines();
        return Promise.resolve({
          round: async () => {
            const debuggee = await contestant.start({ program, source, args: [], lines: [lineOf(source, 'main')] });
            const begin = performance.now();
            await debuggee.setBreakpoints(thousand);
            const elapsed = performance.now() - begin;
            await debuggee.close();
            return [elapsed];
          },
          close: () => Promise.resolve(),
        });
      },
    },
    {
      ...USUAL,
      name: 'breakpoints-running',
      title: '10 breakpoints set while the program runs',
      open: async contestant => {
        const { program, source } = work();
        const first = lineOf(source, 'never');
        const debuggee = await contestant.start({ program, source, args: ['run'], lines: [lineOf(source, 'main')] });
        await debuggee.setBreakpoints([]);
        await debuggee.resume();
        const ten = Array.from({ length: 10 }, (_, index) => first + index);
        return timed(
          debuggee,
          2,
          d => d.setBreakpoints(ten),
          d => d.setBreakpoints([]),
        );
      },
    },
  ];
}
