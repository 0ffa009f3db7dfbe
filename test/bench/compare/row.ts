import { lineOf } from '../../support/debugSession.js';
import { FLOOR } from './contestants.js';
import type { Contestant, Debuggee } from './debuggee.js';
import { work } from './programs.js';

/** One contestant's part in a row. */
export interface Bout {
  /** One portion of the work; the times, in the row's unit, of each repetition. */
  round(): Promise<readonly number[]>;
  close(): Promise<void>;
}

/** How far a figure of ours may be above another: of the same row, or ours in another row. */
export interface Goal {
  readonly ratio: number;
  readonly to: { readonly contestant: string } | { readonly row: string };
}

/** One line of the table: the same work for all who take part. */
export interface Row {
  /** A word for the command line. */
  readonly name: string;
  readonly title: string;
  readonly unit: 'ms' | 'MB';
  /** How many rounds each contestant has, in turn with the others. */
  readonly rounds: number;
  readonly goals: readonly Goal[];
  /** An upper limit for ours, in the row's unit. */
  readonly limit?: number;
  /** How long a round may take, in milliseconds, where that is not what a user would wait for. */
  readonly patienceMs?: number;
  takesPart(contestant: string): boolean;
  open(contestant: Contestant, quick: boolean): Promise<Bout>;
}

export const TO_FLOOR = { contestant: FLOOR };

/** What most rows have. Everywhere: no slower than any peer. */
export const USUAL = { unit: 'ms', rounds: 10, goals: [], takesPart: () => true } as const;

/** A row whose repetitions are alike: `work.c` at a marker, then `act` so many times a round. */
export function repeated(
  what: { readonly args: readonly string[]; readonly marker: string; readonly times: number },
  act: (debuggee: Debuggee) => Promise<unknown>,
  between: (debuggee: Debuggee) => Promise<unknown> = () => Promise.resolve(),
): Row['open'] {
  return async contestant => {
    const { program, source } = work();
    const debuggee = await contestant.start({ program, args: what.args, source, lines: [lineOf(source, what.marker)] });
    await debuggee.setBreakpoints([]);
    // The first repetitions pay for what is loaded late, by all of them.
    await debuggee.refresh();
    await act(debuggee);
    return timed(debuggee, what.times, act, between);
  };
}

export function timed(
  debuggee: Debuggee,
  times: number,
  act: (debuggee: Debuggee) => Promise<unknown>,
  between: (debuggee: Debuggee) => Promise<unknown>,
): Bout {
  return {
    round: async () => {
      const elapsed: number[] = [];
      for (let i = 0; i < times; i++) {
        await between(debuggee);
        const begin = performance.now();
        await act(debuggee);
        elapsed.push(performance.now() - begin);
      }
      return elapsed;
    },
    close: () => debuggee.close(),
  };
}

export async function stepAndRefresh(debuggee: Debuggee, granularity: 'line' | 'instruction' = 'line'): Promise<void> {
  await debuggee.step(granularity);
  await debuggee.refresh();
}
