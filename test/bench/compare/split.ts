import { ours } from './contestants.js';
import type { Row } from './row.js';

const LINE = /^rseq-dap: timing: (\S+) queue (\S+) gdb (\S+) adapter (\S+)$/gm;

interface Times {
  readonly queue: number[];
  readonly gdb: number[];
  readonly adapter: number[];
}

/** Runs one round of a row under this adapter alone, and tells for each kind of request where its time went. */
export async function timingSplit(row: Row): Promise<string> {
  let said = '';
  const contestant = ours({ RSEQ_DAP_TIMING: '1' }, text => {
    said += text;
  });
  const bout = await row.open(contestant, true);
  try {
    await bout.round();
  } finally {
    await bout.close();
  }
  const byCommand = new Map<string, Times>();
  for (const [, command = '', queue, gdb, adapter] of said.matchAll(LINE)) {
    const times = byCommand.get(command) ?? { queue: [], gdb: [], adapter: [] };
    times.queue.push(Number(queue));
    times.gdb.push(Number(gdb));
    times.adapter.push(Number(adapter));
    byCommand.set(command, times);
  }
  const lines = [...byCommand].map(([command, { queue, gdb, adapter }]) =>
    [
      command.padEnd(20),
      String(queue.length).padStart(6),
      ...[queue, gdb, adapter].map(values => median(values).toFixed(2).padStart(9)),
    ].join(' '),
  );
  const head = `${'request'.padEnd(20)}  times     queue       gdb   adapter`;
  return [`where the time goes in '${row.name}', medians in ms:`, head, ...lines].join('\n');
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}
