import { breakInsert } from '../../src/mi/commandsBreakpoints.js';
import { execContinue, execRun } from '../../src/mi/commandsExecution.js';
import { dataEvaluateExpression } from '../../src/mi/commandsInspection.js';
import { execArguments, fileExecAndSymbols } from '../../src/mi/commandsTarget.js';
import { parseEvent } from '../../src/mi/events.js';
import { textAt } from '../../src/mi/fields.js';
import { startGdb, type GdbProcess } from '../../src/mi/gdbProcess.js';
import { lineOf, sampleProgram, sampleSource } from '../support/debugSession.js';

const THREADS = 4;

/** The arguments of the sample `threads` while stops are counted. */
export const HAMMERED = ['1000000', String(THREADS), '--hammer', '--pin'] as const;

/** Commits and aborts of each worker of the sample `threads`, the main thread first. */
export type Counts = readonly { readonly commits: number; readonly aborts: number }[];

/** Reads the counts of all workers. */
export async function countsBy(read: (expression: string) => Promise<number>): Promise<Counts> {
  const counts = [];
  for (let index = 0; index < THREADS; index++) {
    const [commits, aborts] = [await read(`workers[${index}].commits`), await read(`workers[${index}].aborts`)];
    counts.push({ commits, aborts });
  }
  return counts;
}

/** What came to `before`. */
export function difference(now: Counts, before: Counts): Counts {
  return now.map(({ commits, aborts }, index) => ({
    commits: commits - (before[index]?.commits ?? 0),
    aborts: aborts - (before[index]?.aborts ?? 0),
  }));
}

/** Lets a bare gdb make `stops` stops at a breakpoint that only the main thread of `threads` comes by, while the others hammer. */
export async function withBareGdb(stops: number): Promise<Counts> {
  const gdb = await startGdb({ gdb: 'gdb', env: process.env, cwd: process.cwd() });
  const stopAfter = stopper(gdb);
  await gdb.client.send(fileExecAndSymbols(sampleProgram('threads')));
  await gdb.client.send(execArguments(`${HAMMERED.join(' ')} >/dev/null`));
  const file = sampleSource('threads.c');
  await gdb.client.send(breakInsert({ location: { kind: 'source', file, line: lineOf(file, 'step-here') } }));
  await stopAfter(() => gdb.client.send(execRun()));
  const before = await countsBy(expression => evaluate(gdb, expression));
  for (let stop = 0; stop < stops; stop++) await stopAfter(() => gdb.client.send(execContinue()));
  const counts = difference(await countsBy(expression => evaluate(gdb, expression)), before);
  await gdb.end();
  return counts;
}

async function evaluate(gdb: GdbProcess, expression: string): Promise<number> {
  const { results } = await gdb.client.send(dataEvaluateExpression(expression));
  return Number(textAt(results, 'value'));
}

/** Makes what resumes the program and waits for its next stop. */
function stopper(gdb: GdbProcess): (resume: () => Promise<unknown>) => Promise<void> {
  let onStop = (): void => undefined;
  gdb.client.onAsync(record => {
    if (parseEvent(record).kind === 'stopped') onStop();
  });
  return async resume => {
    const stopped = new Promise<void>(resolve => {
      onStop = resolve;
    });
    await resume();
    await stopped;
  };
}
