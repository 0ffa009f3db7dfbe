import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseBreakpoint } from '../../src/mi/breakpoint.js';
import { MiError } from '../../src/mi/client.js';
import { console, gdbShow } from '../../src/mi/commands.js';
import { breakInsert, breakWatch } from '../../src/mi/commandsBreakpoints.js';
import { execContinue, execFinish, execRun } from '../../src/mi/commandsExecution.js';
import { fileExecAndSymbols } from '../../src/mi/commandsTarget.js';
import { parseEvent, type StoppedEvent } from '../../src/mi/events.js';
import { textAt, tupleAt } from '../../src/mi/fields.js';
import { startGdb, type GdbOptions, type GdbProcess } from '../../src/mi/gdbProcess.js';
import { RequestError } from '../../src/util/errors.js';
import { itWithDebugRegisters } from '../support/debugRegisters.js';
import { CompiledPrograms } from '../support/compiled.js';

const PROGRAM = `
static volatile int first, second;
static int twice(int x) { return 2 * x; }
int main(void) {
  first = twice(4);
  second = twice(5);
  return 11;
}
`;

describe('a real gdb', function () {
  this.timeout(30_000);
  const programs = new CompiledPrograms();
  const env = { ...process.env, HOME: programs.folder };
  const started: GdbProcess[] = [];

  async function start(options: Partial<GdbOptions> = {}): Promise<GdbProcess> {
    const gdb = await startGdb({ gdb: 'gdb', env, cwd: programs.folder, ...options });
    started.push(gdb);
    return gdb;
  }

  afterEach(async () => {
    await Promise.all(started.splice(0).map(gdb => gdb.end()));
  });

  after(() => {
    programs.remove();
  });

  async function shown(gdb: GdbProcess, name: string): Promise<string | undefined> {
    return textAt((await gdb.client.send(gdbShow(name))).results, 'value');
  }

  function nextStop(gdb: GdbProcess): Promise<StoppedEvent> {
    return new Promise(resolve => {
      gdb.client.onAsync(record => {
        const event = parseEvent(record);
        if (event.kind === 'stopped') {
          resolve(event);
        }
      });
    });
  }

  it('tells its version and features', async () => {
    const gdb = await start();
    assert.match(gdb.version.text, /^GNU gdb /);
    assert.ok(gdb.version.major >= 13);
    assert.ok(gdb.features.has('pending-breakpoints'));
    assert.deepEqual(gdb.warnings, []);
  });

  it("reads the user's init file, re-asserts what the project relies on, and ignores an init file of the folder", async () => {
    const home = join(programs.folder, 'home');
    mkdirSync(home);
    const init = [
      'set displaced-stepping on',
      'set non-stop on',
      'maint set target-non-stop on',
      'set $from_home = 1\n',
    ];
    writeFileSync(join(home, '.gdbinit'), init.join('\n'));
    writeFileSync(join(programs.folder, '.gdbinit'), 'set $from_folder = 1\n');
    const gdb = await start({ env: { ...env, HOME: home } });
    assert.equal(await shown(gdb, 'displaced-stepping'), 'off');
    assert.equal(await shown(gdb, 'non-stop'), 'off');
    assert.equal(await shown(gdb, 'mi-async'), 'on');
    assert.match((await gdb.client.send(console('maint show target-non-stop'))).console, /\boff\.$/m);
    assert.equal((await gdb.client.send(console('output $from_home'))).console, '1');
    assert.equal((await gdb.client.send(console('output $from_folder'))).console, 'void');
  });

  it('answers with its own words and code where it refuses a command', async () => {
    const gdb = await start();
    await gdb.client.send(fileExecAndSymbols(programs.compile('plain program', PROGRAM)));
    await assert.rejects(
      gdb.client.send(breakInsert({ location: { kind: 'function', name: 'no such' } })),
      (error: unknown) => error instanceof MiError && error.message.includes('"no such" not defined'),
    );
  });

  it('keeps user text of any kind in one argument', async () => {
    const gdb = await start();
    const text = 'a "b" \\ $c ä✓ \t|';
    const { console: echoed } = await gdb.client.send(console(`echo ${text.replaceAll('\\', '\\\\')}`));
    assert.equal(echoed, text);
    const location = { kind: 'source', file: 'C:\\x "y" ä.c', line: 7 } as const;
    const { results } = await gdb.client.send(breakInsert({ location, pending: true }));
    assert.equal(parseBreakpoint(tupleAt(results, 'bkpt')!)?.pending, '-source C:\\x "y" ä.c -line 7');
  });

  itWithDebugRegisters('reports stops, values that changed and returned, and the exit code', async () => {
    const gdb = await start();
    await gdb.client.send(fileExecAndSymbols(programs.compile('with "blank', PROGRAM)));
    const { results } = await gdb.client.send(
      breakInsert({ location: { kind: 'function', name: 'twice' }, condition: 'x == 4', temporary: true }),
    );
    const breakpoint = parseBreakpoint(tupleAt(results, 'bkpt')!);
    assert.deepEqual(
      [breakpoint?.state, breakpoint?.condition, breakpoint?.disposition],
      ['resolved', 'x == 4', 'del'],
    );

    let stop = nextStop(gdb);
    await gdb.client.send(execRun());
    const hit = await stop;
    assert.deepEqual([hit.reason, hit.frame?.func, hit.breakpointNumber], ['breakpoint-hit', 'twice', '1']);

    stop = nextStop(gdb);
    await gdb.client.send(execFinish({ thread: hit.threadId! }));
    assert.deepEqual((await stop).returned, { variable: '$1', value: '8' });

    await gdb.client.send(breakWatch('first', 'write'));
    stop = nextStop(gdb);
    await gdb.client.send(execContinue());
    assert.deepEqual((await stop).watches, [{ number: '2', expression: 'first', old: '0', new: '8' }]);

    stop = nextStop(gdb);
    await gdb.client.send(execContinue());
    const { reason, exitCode } = await stop;
    assert.deepEqual([reason, exitCode], ['exited', 11]);
  });

  it('is not reached by a ^C on our terminal: it has a session of its own', async () => {
    const gdb = await start();
    const { console: ids } = await gdb.client.send(console('python import os; print(os.getsid(0) == os.getpid())'));
    assert.equal(ids, 'True\n');
  });

  it('speaks English, whatever the user speaks: its text is parsed', async () => {
    const gdb = await start({ env: { ...env, LANGUAGE: 'de' } });
    // No catalogue of gdb need be installed here: this is the variable that gettext looks at first.
    const { console: language } = await gdb.client.send(console("python import os; print(os.environ['LANGUAGE'])"));
    assert.equal(language, 'en\n');
  });

  it('tells that it was killed, and what was asked of it fails', async () => {
    const gdb = await start();
    const end = new Promise(resolve => {
      gdb.onExit(resolve);
    });
    const pending = gdb.client.send(console('python import time; time.sleep(60)'));
    process.kill(gdb.pid, 'SIGKILL');
    await assert.rejects(pending, /gdb has ended/);
    assert.deepEqual(await end, { code: null, signal: 'SIGKILL' });
  });

  it('ends when told to, and refuses commands from then on', async () => {
    const gdb = await start();
    const end = new Promise(resolve => {
      gdb.onExit(resolve);
    });
    await gdb.end();
    assert.deepEqual(await end, { code: 0, signal: null });
    await assert.rejects(gdb.client.send(console('print 1')), /gdb has ended/);
  });

  describe('that cannot be used', () => {
    async function refusal(gdb: string, options: Partial<GdbOptions> = {}): Promise<string> {
      let message = '';
      await assert.rejects(start({ gdb, ...options }), (error: unknown) => {
        assert.ok(error instanceof RequestError);
        assert.deepEqual([error.blame, error.code], ['user', 'gdbNotUsable']);
        message = error.message;
        return true;
      });
      return message;
    }

    function script(name: string, text: string): string {
      const path = join(programs.folder, name);
      writeFileSync(path, `#!/bin/sh\n${text}\n`);
      chmodSync(path, 0o755);
      return path;
    }

    it('because there is none', async () => {
      assert.match(await refusal('/no/such/gdb'), /'\/no\/such\/gdb': there is no such program\..*Install gdb/s);
    });

    it('because the working directory is missing, which is not called a missing gdb', async () => {
      assert.match(
        await refusal('gdb', { cwd: '/no/such/folder' }),
        /working directory \/no\/such\/folder does not exist/,
      );
    });

    it('because it may not be executed', async () => {
      const path = join(programs.folder, 'plain');
      writeFileSync(path, '');
      assert.match(await refusal(path), /not executable/);
    });

    it('because it is another program that ends at once', async () => {
      assert.match(await refusal('/bin/true'), /ended at once with exit code 0/);
    });

    it('because it is another program that complains', async () => {
      assert.match(await refusal('/bin/cat'), /exit code 1.*cat: unrecognized option/s);
    });

    it('because it never answers', async () => {
      const path = script('silent', 'while read -r line; do :; done');
      assert.match(await refusal(path, { startTimeout: 50 }), /no answer within 0.05 s/);
    });

    it('because it speaks MI and is not gdb', async () => {
      const answer = `printf '%s\\n' '~"lldb 1"' "$n^done"`;
      const path = script('other', `n=0; while read -r line; do n=$((n+1)); ${answer}; done`);
      assert.match(await refusal(path), /it says it is 'lldb 1'/);
    });
  });
});
