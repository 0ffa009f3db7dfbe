import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { GdbWatch } from '../../src/session/gdbWatch.js';

/** Short enough for a test, long enough for the processor time of a busy process to show (a tick is 10 ms). */
const LIMITS = { notice: 20, look: 20, silence: 300 };

interface Seen {
  readonly busy: string[];
  readonly ended: string[];
  /** Settles with the reason when gdb is taken for hung. */
  readonly hung: Promise<string>;
}

describe('a watch over gdb', () => {
  const children: ChildProcess[] = [];

  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
  });

  /** A process that stands for gdb: what counts is its state and the time that it uses. */
  async function process(script: string): Promise<number> {
    const child = spawn('/bin/sh', ['-c', script], { stdio: ['pipe', 'ignore', 'ignore'] });
    children.push(child);
    await once(child, 'spawn');
    assert.ok(child.pid !== undefined);
    return child.pid;
  }

  function watch(
    pid: number,
    pending: { command: string | undefined; lines?: () => number },
  ): Seen & { watch: GdbWatch } {
    const busy: string[] = [];
    const ended: string[] = [];
    const since = performance.now();
    let report: (why: string) => void = () => undefined;
    const hung = new Promise<string>(resolve => {
      report = resolve;
    });
    const over = new GdbWatch(
      {
        pid,
        oldestPending: () => (pending.command === undefined ? undefined : { command: pending.command, since }),
        received: pending.lines ?? (() => 0),
      },
      {
        busy: command => {
          busy.push(command);
          return { end: () => ended.push(command) };
        },
        hung: why => {
          report(why);
        },
      },
      LIMITS,
    );
    over.sent();
    return { busy, ended, hung, watch: over };
  }

  it('takes one that neither answers, prints nor works for hung, and says which command it owes', async () => {
    const { busy, hung } = watch(await process('read line'), { command: '-stack-list-frames' });
    assert.match(await hung, /gdb has not answered '-stack-list-frames' for \d+ s, and it does nothing/);
    assert.deepEqual(busy, ['-stack-list-frames']);
  });

  it('takes one that is stopped by a signal for hung, whatever it works on', async () => {
    const pid = await process('kill -STOP $$');
    const { hung } = watch(pid, { command: '-interpreter-exec console "shell sleep 100"' });
    assert.match(await hung, /stopped by a signal/);
  });

  for (const [what, script, command, lines] of [
    ['works', 'while :; do :; done', '-file-exec-and-symbols x', () => 0],
    ['prints', 'read line', '-target-download', () => performance.now()],
    ["carries out a command of the user's", 'read line', '-data-evaluate-expression "f()"', () => 0],
  ] as const) {
    it(`waits for one that ${what}, as long as it takes`, async () => {
      const pending: { command: string | undefined; lines: () => number } = { command, lines };
      const { busy, ended, hung } = watch(await process(script), pending);
      const first = await Promise.race([hung, after(3 * LIMITS.silence)]);
      assert.equal(first, 'the time is over');
      assert.deepEqual([busy, ended], [[command], []]);
      pending.command = undefined;
      await after(5 * LIMITS.look);
      assert.deepEqual(ended, [command]);
    });
  }

  it('says nothing of one that answers in time', async () => {
    const pending: { command: string | undefined } = { command: '-thread-info' };
    const { busy } = watch(await process('read line'), pending);
    pending.command = undefined;
    await after(3 * LIMITS.notice);
    assert.deepEqual(busy, []);
  });
});

function after(milliseconds: number): Promise<string> {
  return new Promise(resolve => {
    setTimeout(resolve, milliseconds, 'the time is over');
  });
}
