import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { closeLeftSessions, DebugSession } from '../support/debugSession.js';

/** A line of the log: milliseconds, what it is, the rest. */
interface Line {
  readonly time: number;
  readonly topic: string;
  readonly text: string;
}

function linesOf(text: string): Line[] {
  return text
    .split('\n')
    .filter(line => line !== '')
    .map(line => {
      const match = /^(\d+\.\d{3}) (\S+) (.*)$/.exec(line);
      assert.ok(match, `not of the documented form: ${line}`);
      const [, time = '', topic = '', rest = ''] = match;
      return { time: Number(time), topic, text: rest };
    });
}

describe('the log of a session', function () {
  this.timeout(30_000);
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'rseq-dap-log-'));
  });
  afterEach(closeLeftSessions);
  after(() => {
    rmSync(folder, { recursive: true });
  });

  /** Runs the program to its end, with a stop in `main`. */
  async function runThrough(logging: unknown): Promise<DebugSession> {
    const session = await DebugSession.start();
    await session.launch('plain', { args: [], stopOnEntry: true, logging });
    await session.run();
    await session.frames(1);
    await session.finish(1);
    await session.close();
    return session;
  }

  it('goes to a file: records of gdb, messages of the client, and the time of each request, in the documented form', async () => {
    const file = join(folder, 'all.log');
    await runThrough(file);
    const lines = linesOf(readFileSync(file, 'utf8'));
    const times = lines.map(({ time }) => time);
    assert.deepEqual(
      [...times].sort((a, b) => a - b),
      times,
      'the clock goes forward',
    );
    const of = (topic: string): string[] => lines.filter(line => line.topic === topic).map(({ text }) => text);
    assert.ok(of('gdb<-').some(text => /^\d+-stack-list-frames/.test(text)));
    assert.ok(of('gdb->').some(text => /^\*stopped,.*func="main"/.test(text)));
    assert.ok(of('client->').some(text => text.includes('"command":"stackTrace"')));
    assert.ok(of('client<-').some(text => text.includes('"event":"exited"')));
    const timings = of('timing').map(text => JSON.parse(text) as Record<string, unknown>);
    const stack = timings.find(({ command }) => command === 'stackTrace');
    assert.deepEqual(Object.keys(stack ?? {}), ['command', 'seq', 'queue', 'gdb', 'adapter']);
    for (const part of ['queue', 'gdb', 'adapter']) assert.ok(Number(stack?.[part]) >= 0, part);
    assert.ok(Number(stack?.gdb) > 0);
    const asked = of('client->').find(text => text.includes('"command":"stackTrace"')) ?? '{}';
    assert.equal(stack?.seq, (JSON.parse(asked) as { seq: number }).seq);
  });

  it('holds what was asked for alone, behind what the file held before', async () => {
    const file = join(folder, 'timing.log');
    await runThrough({ file, timing: true });
    const first = linesOf(readFileSync(file, 'utf8'));
    assert.deepEqual([...new Set(first.map(({ topic }) => topic))], ['timing']);
    await runThrough({ logFile: file, timing: true, file });
    assert.equal(linesOf(readFileSync(file, 'utf8')).length, 2 * first.length);
  });

  it('appears in the debug console where no file is named, and never tells of itself', async () => {
    const session = await runThrough({ trace: true, engineLogging: true });
    const lines = session.client.output('console').split('\n');
    assert.ok(lines.some(line => /^\d+\.\d{3} client-> .*"command":"stackTrace"/.test(line)));
    assert.ok(lines.some(line => /^\d+\.\d{3} gdb<- \d+-/.test(line)));
    assert.ok(!lines.some(line => /client<- .*client<- /.test(line)));
  });

  it('that cannot be written is told, and the session goes on', async () => {
    const session = await runThrough({ file: join(folder, 'no', 'such', 'folder'), timing: true });
    assert.match(session.client.output('important'), /The log cannot be written: .*ENOENT.*'logging\.file'/);
  });

  it('is not there unless it is asked for', async () => {
    const session = await runThrough(undefined);
    assert.doesNotMatch(session.client.output('console'), /timing|client->|gdb<-/);
  });
});
