import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { EventFailures } from '../../../src/session/eventFailures.js';
import { FakeGdb } from '../../support/fakeGdb.js';
import { nameOf, reaches } from '../../support/processes.js';

const ERROR = 'Cannot find user-level thread for LWP 42: generic error\n';
const STANDS = 'TOKEN^done,threads=[{id="1",target-id="LWP 42",state="stopped"}],current-thread-id="1"';
/** Above the kernel's largest process number. */
const NO_PROCESS = 2 ** 22 + 1;
const NONE = 'TOKEN^done,thread-ids={},number-of-threads="0"';
const KILL = '-interpreter-exec console kill';
const ONE = 'TOKEN^done,thread-ids={thread-id="1"},current-thread-id="1",number-of-threads="1"';
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

/** Does something with such a process, which is gone behind it. */
async function withZombie(how: string, job: (pid: number) => Promise<void>): Promise<void> {
  const { pid, parent } = await zombie(how);
  try {
    await job(pid);
  } finally {
    parent.kill('SIGKILL');
  }
}

/** What comes of an error that gdb writes. */
class Rig {
  readonly gdb = new FakeGdb();
  readonly told: unknown[] = [];
  isRunning = true;
  isGone = false;
  sent: NodeJS.Signals | undefined;
  private readonly posted: Promise<void>[] = [];
  private readonly failures: EventFailures;

  constructor(processId: number | undefined) {
    this.failures = new EventFailures({
      gdb: this.gdb.client,
      tell: (_category, text) => this.told.push(text),
      processId: () => processId,
      deadlySignal: () => this.sent,
      isRunning: () => this.isRunning,
      isGone: () => this.isGone,
      post: job => this.posted.push(job()),
      ended: ({ reason, exitCode, signalName }) => this.told.push([reason, exitCode ?? signalName]),
      stopped: ({ threadId }, why) => Promise.resolve(void this.told.push([threadId, why])),
    });
  }

  /** gdb has a thread still, and forgets it when it is told to. */
  dies(): this {
    this.gdb.expect('-thread-list-ids', ONE).allow('-thread-list-ids', ONE).allow(KILL, 'TOKEN^done');
    return this;
  }

  /** Has the program go on, unless it is dead. @returns whether it went on */
  async goesOn(): Promise<boolean> {
    let hasStarted = false;
    await this.failures.unlessDead(() => {
      hasStarted = true;
      return Promise.resolve();
    });
    this.gdb.verify();
    return hasStarted;
  }

  /** A thread ends, and then another one. */
  losesThreads(): void {
    this.failures.threadEnded();
    this.failures.threadEnded();
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
      await withZombie(how, async pid => {
        const rig = new Rig(pid).dies();
        await rig.meets(ERROR);
        assert.deepEqual(rig.told, [end]);
        assert.equal(rig.gdb.commands.at(-1), KILL);
      });
    });
  }

  for (const sent of ['SIGTERM', undefined] as const) {
    it(`about a program that has gone and that gdb takes for running tells the end: ${sent ?? 'none'} was sent`, async () => {
      const rig = new Rig(NO_PROCESS).dies();
      rig.sent = sent;
      await rig.meets(ERROR);
      assert.deepEqual(rig.told, [['exited-signalled', sent ?? 'SIGKILL']]);
    });
  }

  it('about a program that has gone leaves its end to a gdb that has no thread any more, or has told it', async () => {
    const rig = new Rig(NO_PROCESS);
    rig.gdb.expect('-thread-list-ids', ONE).expect('-thread-list-ids', NONE);
    await rig.meets(ERROR);
    rig.isGone = true;
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
    rig.gdb.expect('-thread-list-ids', 'TOKEN^error,msg="no"').allow('-thread-list-ids');
    await rig.meets(ERROR);
    const met = rig.meets(ERROR);
    rig.gdb.end();
    await met;
    assert.deepEqual(rig.told, ['gdb does not tell what became of the program: no\n']);
  });
});

describe('a program that is to go on', () => {
  it('does, where it lives or is out of reach', async () => {
    assert.ok(await new Rig(process.pid).goesOn());
    assert.ok(await new Rig(undefined).goesOn());
  });

  it('does not where it was killed while it stood, and gdb is not asked to resume it: its end is told at once', async () => {
    await withZombie('exec sh -c "kill -TERM \\$\\$"', async pid => {
      const rig = new Rig(pid).dies();
      rig.isRunning = false;
      assert.ok(!(await rig.goesOn()));
      assert.deepEqual(rig.told, [['exited-signalled', 'SIGTERM']]);
      assert.deepEqual(rig.gdb.commands, ['-thread-list-ids', KILL]);
    });
  });

  it('does not where gdb has ended with it, which is the answer', async () => {
    const rig = new Rig(NO_PROCESS);
    rig.gdb.allow('-thread-list-ids');
    const went = rig.goesOn();
    rig.gdb.end();
    await assert.rejects(went, { code: 'ended' });
  });

  it('has been killed where it stood and the kernel does not say how it ended', async () => {
    await withZombie('exit 0', async pid => {
      const rig = new Rig(pid).dies();
      rig.isRunning = false;
      assert.ok(!(await rig.goesOn()));
      assert.deepEqual(rig.told, [['exited-signalled', 'SIGKILL']]);
    });
  });
});

describe('the end of a thread', () => {
  it('means nothing while the process lives, or where gdb has told its end', async () => {
    const alive = new Rig(process.pid);
    const gone = new Rig(NO_PROCESS);
    gone.gdb.expect('-thread-list-ids', NONE);
    const none = new Rig(undefined);
    for (const rig of [alive, gone, none]) rig.losesThreads();
    while (gone.gdb.commands.length === 0) await delay(10);
    assert.deepEqual([alive.told, gone.told, none.told], [[], [], []]);
    for (const { gdb } of [alive, gone, none]) gdb.verify();
  });

  it('may be that of the whole process, which gdb does not tell: it is told', async () => {
    await withZombie('exit 5', async pid => {
      const rig = new Rig(pid).dies();
      rig.losesThreads();
      while (rig.told.length === 0) await delay(10);
      assert.deepEqual(rig.told, [['exited', 5]]);
    });
  });
});
