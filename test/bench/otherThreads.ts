/**
 * What steps of one thread cost the others: prints, for the sample with four threads, the attempts that the other
 * threads lost for each stop, beside a bare gdb that makes as many stops in the same program. Run it with
 * `node dist/test/bench/otherThreads.js` after a build.
 */
import { DebugSession, sampleSource } from '../support/debugSession.js';
import { countsBy, difference, HAMMERED, withBareGdb, type Counts } from './bareGdb.js';

const STEPS = 200;
const SOURCE = sampleSource('threads.c');

interface Row {
  readonly name: string;
  readonly steps: number;
  readonly stops: number;
  readonly counts: Counts;
}

async function withAdapter(): Promise<Row> {
  const session = await DebugSession.start({ trace: true });
  await session.launch('threads', { args: HAMMERED });
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
print({ name: 'bare gdb', steps: 0, stops: ours.stops, counts: await withBareGdb(ours.stops) });
