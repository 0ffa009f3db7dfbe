import { readFileSync } from 'node:fs';
import { lineOf } from '../../support/debugSession.js';
import { FLOOR } from './contestants.js';
import type { Contestant, Debuggee } from './debuggee.js';
import { work } from './programs.js';
import { stepAndRefresh, USUAL, type Bout, type Row } from './row.js';

/** The program's output, and the adapter's memory. */
export function outputRows(): Row[] {
  const flood = async (contestant: Contestant, quick: boolean): Promise<{ debuggee: Debuggee; megabytes: number }> => {
    const { program, source } = work();
    const megabytes = quick ? 10 : 100;
    const args = ['flood', String(megabytes)];
    return { debuggee: await contestant.start({ program, source, args, lines: [lineOf(source, 'main')] }), megabytes };
  };
  const once = (measure: () => Promise<number>, debuggee: Debuggee): Bout => ({
    round: async () => [await measure()],
    close: () => debuggee.close(),
  });
  const memory = { ...USUAL, unit: 'MB', rounds: 1, takesPart: (name: string): boolean => name !== FLOOR } as const;
  const atStep = async (contestant: Contestant): Promise<Debuggee> => {
    const { program, source } = work();
    const debuggee = await contestant.start({ program, source, args: ['step', '1'], lines: [lineOf(source, 'seven')] });
    await debuggee.setBreakpoints([]);
    await debuggee.refresh();
    return debuggee;
  };
  const steps = async (debuggee: Debuggee, count: number): Promise<void> => {
    for (let i = 0; i < count; i++) await stepAndRefresh(debuggee);
  };
  return [
    {
      ...USUAL,
      name: 'output',
      title: '100 MB of output, to the end of the program',
      rounds: 1,
      open: async (contestant, quick) => {
        const { debuggee, megabytes } = await flood(contestant, quick);
        return once(async () => {
          const begin = performance.now();
          const bytes = await debuggee.finish();
          if (bytes < megabytes * 2 ** 20) throw new Error(`${megabytes * 2 ** 20 - bytes} bytes of output lost`);
          return performance.now() - begin;
        }, debuggee);
      },
    },
    {
      ...memory,
      name: 'memory-rest',
      title: 'memory of the adapter at the first stop',
      limit: 80,
      open: async contestant => {
        const debuggee = await atStep(contestant);
        return once(() => Promise.resolve(residentMegabytes(debuggee)), debuggee);
      },
    },
    {
      ...memory,
      name: 'memory-steps',
      title: 'memory of the adapter, growth from 2,000 to 10,000 steps',
      limit: 5,
      patienceMs: 300_000, // Ten thousand steps, not one.
      open: async (contestant, quick) => {
        const debuggee = await atStep(contestant);
        return once(async () => {
          await steps(debuggee, quick ? 200 : 2000);
          const before = residentMegabytes(debuggee);
          await steps(debuggee, quick ? 800 : 8000);
          return residentMegabytes(debuggee) - before;
        }, debuggee);
      },
    },
    {
      ...memory,
      name: 'memory-output',
      title: 'memory of the adapter after 100 MB of output',
      open: async (contestant, quick) => {
        const { debuggee } = await flood(contestant, quick);
        return once(async () => {
          await debuggee.finish();
          return residentMegabytes(debuggee);
        }, debuggee);
      },
    },
  ];
}

/** VmRSS of the adapter's process, from /proc/PID/status. */
function residentMegabytes({ adapterPid }: Debuggee): number {
  const status = readFileSync(`/proc/${adapterPid ?? 'self'}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024;
}
