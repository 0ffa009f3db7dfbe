import { repeated, stepAndRefresh, USUAL, type Row } from './row.js';
import type { Debuggee } from './debuggee.js';

/** Looking at a stopped program. */
export function viewRows(): Row[] {
  const deep = { args: ['deep', '10000'], marker: 'deep', times: 1 };
  const array = { args: ['step', '1'], marker: 'seven', times: 2 };
  const page = (name: string, title: string, expression: string, start: number): Row => ({
    ...USUAL,
    name,
    title,
    open: repeated(
      array,
      debuggee => debuggee.page(expression, start, 100),
      debuggee => stepAndRefresh(debuggee),
    ),
  });
  const step = (debuggee: Debuggee): Promise<void> => debuggee.step('instruction');
  return [
    {
      ...USUAL,
      name: 'stack-20',
      title: 'stack of 10,000 frames, the first 20',
      open: repeated(deep, d => d.frames(20), step),
    },
    {
      ...USUAL,
      name: 'stack-all',
      title: 'stack of 10,000 frames, all',
      rounds: 4,
      open: repeated(deep, d => d.frames(10_010), step),
    },
    page('array-10k', 'array of 10,000, its first 100', 'numbers_10k', 0),
    page('array-10k-middle', 'array of 10,000, 100 in the middle', 'numbers_10k', 5000),
    page('array-1m', 'array of 1,000,000, its first 100', 'numbers_1m', 0),
    page('array-1m-middle', 'array of 1,000,000, 100 in the middle', 'numbers_1m', 500_000),
    {
      ...USUAL,
      name: 'watch-50',
      title: '50 watch expressions at a stop',
      open: repeated({ args: ['locals'], marker: 'two-hundred', times: 2 }, d => d.watch(WATCHES), stepAndRefresh),
    },
  ];
}

const WATCHES = Array.from(
  { length: 50 },
  (_, index) => `${'abcde'.charAt(index % 5)}${Math.floor(index / 5)} + ${index}`,
);
