/**
 * What steps of one thread cost the others: prints, for the sample with four threads, the attempts that the other
 * threads lost for each stop, beside a bare gdb that makes as many stops in the same program. Run it with
 * `node dist/test/bench/otherThreads.js` after a build.
 */
import { startGdb, type GdbProcess } from '../../src/mi/gdbProcess.js';
import { breakInsert } from '../../src/mi/commandsBreakpoints.js';
import { execContinue, execRun } from '../../src/mi/commandsExecution.js';
import { dataEvaluateExpression } from '../../src/mi/commandsInspection.js';
import { execArguments, fileExecAndSymbols } from '../../src/mi/commandsTarget.js';
import { parseEvent } from '../../src/mi/events.js';
import { textAt } from '../../src/mi/fields.js';
import { DebugSession, lineOf, sampleProgram, sampleSource } from '../support/debugSession.js';

const THREADS = 4;
const STEPS = 200;
const ARGUMENTS = ['1000000', String(THREADS), '--hammer', '--pin'];
const SOURCE = sampleSource('threads.c');

/** Commits and aborts of each worker, the main thread first. */
type Counts = readonly { readonly commits: number; readonly aborts: number }[];

interface Row {
  readonly name: string;
  readonly steps: number;
  readonly stops: number;
  readonly counts: Counts;
}

async function withAdapter(): Promise<Row> {
  const session = await DebugSession.start({ trace: true });
  await session.launch('threads', { args: ARGUMENTS });
  await session.breakAt(SOURCE, 'step-here');
  let { threadId = 0 } = await session.run();
  await session.breakAt(SOURCE);
  const before = await adapterCounts(session, threadId);
  const stopsBefore = stopsIn(session.trace());
  for (let step = 0; step < STEPS; step++) {
    ({ threadId = 0 } = await session.step(step % 2 === 0 ? 'stepIn' : 'next', threadId));
  }
  const row = {
    name: 'rseq-dap',
    steps: STEPS,
    stops: stopsIn(session.trace()) - stopsBefore,
    counts: difference(await adapterCounts(session, threadId), before),
  };
  await session.close();
  return row;
}

async function adapterCounts(session: DebugSession, thread: number): Promise<Counts> {
  const [frame] = await session.frames(thread, 1);
  const read = async (expression: string): Promise<number> => {
    const { result } = await session.client.request('evaluate', {
      expression,
      context: 'watch',
      ...(frame === undefined ? {} : { frameId: frame.id }),
    });
    return Number(result);
  };
  return countsBy(read);
}

/** Every `*stopped` that gdb told, whether or not the client was told of it. */
function stopsIn(trace: string): number {
  return trace.match(/gdb -> \*stopped/g)?.length ?? 0;
}

/** A breakpoint that only the main thread comes by, continued from as often. */
async function withBareGdb(stops: number): Promise<Row> {
  const gdb = await startGdb({ gdb: 'gdb', env: process.env, cwd: process.cwd() });
  await gdb.client.send(fileExecAndSymbols(sampleProgram('threads')));
  await gdb.client.send(execArguments(`${ARGUMENTS.join(' ')} >/dev/null`));
  const location = { kind: 'source', file: SOURCE, line: lineOf(SOURCE, 'step-here') } as const;
  await gdb.client.send(breakInsert({ location }));
  await stopAfter(gdb, () => gdb.client.send(execRun()));
  const before = await countsBy(expression => evaluate(gdb, expression));
  for (let stop = 0; stop < stops; stop++) await stopAfter(gdb, () => gdb.client.send(execContinue()));
  const counts = difference(await countsBy(expression => evaluate(gdb, expression)), before);
  await gdb.end();
  return { name: 'bare gdb', steps: 0, stops, counts };
}

async function evaluate(gdb: GdbProcess, expression: string): Promise<number> {
  const { results } = await gdb.client.send(dataEvaluateExpression(expression));
  return Number(textAt(results, 'value'));
}

async function stopAfter(gdb: GdbProcess, resume: () => Promise<unknown>): Promise<void> {
  const stopped = new Promise<void>(resolve => {
    stopListeners.set(gdb, resolve);
  });
  if (!listening.has(gdb)) {
    listening.add(gdb);
    gdb.client.onAsync(record => {
      if (parseEvent(record).kind === 'stopped') stopListeners.get(gdb)?.();
    });
  }
  await resume();
  await stopped;
}

const stopListeners = new Map<GdbProcess, () => void>();
const listening = new Set<GdbProcess>();

async function countsBy(read: (expression: string) => Promise<number>): Promise<Counts> {
  const counts = [];
  for (let index = 0; index < THREADS; index++) {
    const [commits, aborts] = [await read(`workers[${index}].commits`), await read(`workers[${index}].aborts`)];
    counts.push({ commits, aborts });
  }
  return counts;
}

function difference(now: Counts, before: Counts): Counts {
  return now.map(({ commits, aborts }, index) => ({
    commits: commits - (before[index]?.commits ?? 0),
    aborts: aborts - (before[index]?.aborts ?? 0),
  }));
}

function print({ name, steps, stops, counts }: Row): void {
  const [own, ...others] = counts;
  const aborts = others.map(each => each.aborts);
  const share = aborts.reduce((sum, each) => sum + each, 0) / (others.length * stops);
  console.log(
    [
      name.padEnd(9),
      `steps ${steps}`,
      `stops ${stops}`,
      `own aborts ${own?.aborts ?? 0}`,
      `others' aborts ${aborts.join('/')}`,
      `per thread and stop ${share.toFixed(3)}`,
      `others' commits ${others.map(each => each.commits).join('/')}`,
    ].join('  '),
  );
}

const ours = await withAdapter();
print(ours);
print(await withBareGdb(ours.stops));
