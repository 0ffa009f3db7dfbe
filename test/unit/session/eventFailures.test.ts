import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { EventFailures } from '../../../src/session/eventFailures.js';
import { FakeGdb } from '../../support/fakeGdb.js';
import { nameOf, reaches } from '../../support/processes.js';

const ERROR = 'Cannot find user-level thread for LWP 42: generic error\n';
const REFUSAL = 'TOKEN^error,msg="Cannot execute this command while the selected thread is running."';
const STANDS = 'TOKEN^done,threads=[{id="1",target-id="LWP 42",state="stopped"}],current-thread-id="1"';
/** Above the kernel's largest process number. */
const NO_PROCESS = 2 ** 22 + 1;
const THREAD = 'TOKEN^done,threads=[{id="1",target-id="LWP 42",state="running"}],current-thread-id="1"';

/** A process that has ended as `how` says and is never waited for: its parent has become a program that does not. */
async function zombie(how: string): Promise<{ pid: number; parent: ChildProcess }> {
  const script = `exec 3<&0; (read go <&3; ${how}) & echo $!; exec sleep 60`;
  const parent = spawn('sh', ['-c', script], { stdio: ['pipe', 'pipe', 'ignore'] });
  const [line] = (await once(createInterface({ input: parent.stdout }), 'line')) as [string];
  while (nameOf(parent.pid ?? 0) !== 'sleep') await new Promise(resolve => setImmediate(resolve));
  parent.stdin.write('\n');
  await reaches(Number(line), 'Z');
  return { pid: Number(line), parent };
}

/** What comes of an error that gdb writes. */
class Rig {
  readonly gdb = new FakeGdb();
  readonly told: unknown[] = [];
  isRunning = true;
  private readonly posted: Promise<void>[] = [];
  private readonly failures: EventFailures;

  constructor(processId: number | undefined) {
    this.failures = new EventFailures({
      gdb: this.gdb.client,
      tell: (_category, text) => this.told.push(text),
      processId: () => processId,
      isRunning: () => this.isRunning,
      post: job => this.posted.push(job()),
      ended: ({ reason, exitCode, signalName }) => this.told.push([reason, exitCode ?? signalName]),
      stopped: ({ threadId }, why) => Promise.resolve(void this.told.push([threadId, why])),
    });
  }

  async meets(text: string, collected = false): Promise<void> {
    await this.failures.onLog(text, collected);
    await Promise.all(this.posted);
    this.gdb.verify();
  }
}

describe('an error of gdb outside any command', () => {
  const DEATHS = [
    { how: 'exec sh -c "kill -TERM \\$\\$"', end: ['exited-signalled', 'SIGTERM'] },
    { how: 'exit 3', end: ['exited', 3] },
  ];

  for (const { how, end } of DEATHS) {
    it(`about a program that has ended and that gdb takes for running tells the end: ${String(end)}`, async () => {
      const { pid, parent } = await zombie(how);
      try {
        const rig = new Rig(pid);
        rig.gdb.expect(/disable/, 'TOKEN^done').expect(/^-exec-continue/, REFUSAL);
        rig.gdb.allow(/^-thread-info/, THREAD).allow('-target-detach', 'TOKEN^done');
        await rig.meets(ERROR);
        assert.deepEqual(rig.told, [end]);
        assert.equal(rig.gdb.commands.at(-1), '-target-detach');
      } finally {
        parent.kill('SIGKILL');
      }
    });
  }

  it('about a program that has gone leaves its end to gdb, which tells it at a resume', async () => {
    const rig = new Rig(NO_PROCESS);
    rig.gdb.expect(/disable/, 'TOKEN^done').expect(/^-exec-continue/, 'TOKEN^running');
    await rig.meets(ERROR);
    assert.deepEqual(rig.told, []);
  });

  it('about a program that has gone leaves its end to a gdb that has no thread any more', async () => {
    const rig = new Rig(NO_PROCESS);
    rig.gdb.expect(/disable/, 'TOKEN^done').expect(/^-exec-continue/, REFUSAL);
    rig.gdb.expect(/^-thread-info/, 'TOKEN^done,threads=[]');
    await rig.meets(ERROR);
    assert.deepEqual(rig.told, []);
  });

  it('about a program whose threads stand tells the stop and the error', async () => {
    const rig = new Rig(process.pid);
    rig.gdb.expect(/^-thread-info/, STANDS);
    await rig.meets('Cannot insert breakpoint 0.\n', true);
    assert.deepEqual(rig.told, [[1, 'Cannot insert breakpoint 0.']]);
  });

  it('means nothing where a thread does run, or gdb has told the stop meanwhile', async () => {
    const rig = new Rig(process.pid);
    rig.gdb.expect(/^-thread-info/, THREAD);
    await rig.meets(ERROR);
    rig.isRunning = false;
    await rig.meets(ERROR);
    assert.deepEqual(rig.told, []);
  });

  it('is no warning, and not the error of a command', async () => {
    const rig = new Rig(process.pid);
    await rig.meets('warning: a file is missing\n');
    await rig.meets('No symbol "x" in current context.\n', true);
    assert.deepEqual(rig.gdb.commands, []);
  });

  it('that cannot be looked into is told, unless gdb has ended', async () => {
    const rig = new Rig(NO_PROCESS);
    rig.gdb.expect(/disable/, 'TOKEN^error,msg="no"').allow(/disable/);
    await rig.meets(ERROR);
    const met = rig.meets(ERROR);
    rig.gdb.end();
    await met;
    assert.deepEqual(rig.told, ['gdb does not tell what became of the program: no\n']);
  });
});
