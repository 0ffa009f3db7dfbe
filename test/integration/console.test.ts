import assert from 'node:assert/strict';
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DebugProtocol as D } from '@vscode/debugprotocol';
import { closeLeftSessions, DebugSession, sampleSource } from '../support/debugSession.js';

const SOURCE = sampleSource('plain.c');
const folder = mkdtempSync(join(tmpdir(), 'rseq-dap-console-'));
const terminals: PlayedTerminal[] = [];

afterEach(closeLeftSessions);
afterEach(() => {
  for (const terminal of terminals.splice(0)) terminal.process.kill('SIGKILL');
});
after(() => {
  rmSync(folder, { recursive: true });
});

/** What an editor does on `runInTerminal`: `script` (of bsdutils, essential in Debian) has a terminal for what it runs. */
class PlayedTerminal {
  readonly process: ChildProcessWithoutNullStreams;
  readonly ended: Promise<unknown[]>;
  shown = '';
  private listeners: (() => void)[] = [];

  constructor(readonly request: D.RunInTerminalRequestArguments) {
    const line = request.args.map(word => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
    this.process = spawn('script', ['-qfec', line, '/dev/null'], {
      cwd: request.cwd,
      env: { ...process.env, TERM: 'vt100' },
    });
    this.ended = once(this.process, 'exit');
    this.process.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.shown += text;
      for (const listener of this.listeners.splice(0)) listener();
    });
    terminals.push(this);
  }

  type(text: string): void {
    this.process.stdin.write(text);
  }

  async shows(pattern: RegExp): Promise<void> {
    while (!pattern.test(this.shown)) await new Promise<void>(resolve => this.listeners.push(resolve));
  }
}

/** A session whose client has a terminal to give. */
async function withTerminal(): Promise<{ session: DebugSession; terminal: Promise<PlayedTerminal> }> {
  const session = await DebugSession.start({ client: { supportsRunInTerminalRequest: true } });
  const terminal = new Promise<PlayedTerminal>(resolve => {
    session.client.handle('runInTerminal', args => {
      const played = new PlayedTerminal(args);
      resolve(played);
      return { processId: played.process.pid ?? 0 };
    });
  });
  return { session, terminal };
}

describe('a program in a terminal of the client’s', () => {
  it('reads and prints there, and the terminal ends with its exit code', async () => {
    const { session, terminal } = await withTerminal();
    await session.launch('plain', { args: ['--read', '--exit=7'], console: 'integratedTerminal' });
    const played = await terminal;
    assert.equal(played.request.kind, 'integrated');
    await session.breakAt(SOURCE, 'read');
    const { threadId = 0 } = await session.run();
    const mark = session.client.mark();
    await session.client.request('continue', { threadId });
    played.type('you\n');
    await session.client.waitFor('exited', { after: mark });
    await played.shows(/hello, you/);
    assert.equal(session.client.output('stdout'), '');
    assert.equal((await played.ended)[0], 7);
    await session.close();
  });

  it('knows the type of the terminal and that it is one', async () => {
    const { session, terminal } = await withTerminal();
    const args = ['-c', 'test -t 0 && test -t 1 && test -t 2 && echo "type $TERM"'];
    await session.client.request('launch', { program: '/bin/sh', args, console: 'externalTerminal' });
    const played = await terminal;
    assert.equal(played.request.kind, 'external');
    await session.client.request('configurationDone', {});
    await session.client.waitFor('terminated');
    await played.shows(/type vt100/);
    await session.close();
  });

  it('gets the ^C that is typed there, and the debugger stays out of it', async () => {
    const { session, terminal } = await withTerminal();
    const args = ['-c', 'trap "echo caught; exit 9" INT; echo ready; while :; do sleep 0.1; done'];
    await session.client.request('launch', { program: '/bin/sh', args, externalConsole: false });
    const played = await terminal;
    await session.client.request('configurationDone', {});
    await played.shows(/ready/);
    played.type('\x03');
    assert.equal((await session.client.waitFor('exited')).exitCode, 9);
    await played.shows(/caught/);
    assert.deepEqual(session.eventsOf('stopped'), []);
    await session.close();
  });

  it('is launched without one, and says so, where the client has none', async () => {
    const session = await DebugSession.start();
    await session.launch('plain', { args: [], console: 'integratedTerminal' });
    await session.client.request('configurationDone', {});
    await session.client.waitFor('terminated');
    assert.match(session.client.output('important'), /has no terminal to give.*debug console instead/);
    assert.match(session.client.output('stdout'), /area=/);
    await session.close();
  });
});

describe('the debug console', () => {
  it('is the input of a program that runs, and gdb’s for a line behind a backquote', async () => {
    const session = await DebugSession.start();
    await session.launch('plain', { args: ['--read'] });
    await session.client.request('configurationDone', {});
    await session.client.waitFor('output', { where: ({ output }) => output.includes('your name?') });
    const { result } = await session.client.request('evaluate', { expression: '`info threads', context: 'repl' });
    assert.match(result, /plain.*\(running\)/);
    await session.client.request('evaluate', { expression: 'info threads, ü', context: 'repl' });
    await session.client.waitFor('terminated');
    assert.match(session.client.output('stdout'), /hello, info threads, ü\n/);
    await session.close();
  });
});

describe('redirections', () => {
  it('of stdio take the files, whatever their names', async () => {
    const [input, output, errors] = ["it's in", 'out; $(x)', 'err"or'].map(name => join(folder, name)) as [
      string,
      string,
      string,
    ];
    writeFileSync(input, 'file\n');
    const session = await DebugSession.start();
    await session.launch('plain', { args: ['--read'], stdio: [input, output, errors] });
    await session.client.request('configurationDone', {});
    await session.client.waitFor('terminated');
    assert.match(readFileSync(output, 'utf8'), /hello, file/);
    assert.match(readFileSync(errors, 'utf8'), /to stderr/);
    assert.equal(session.client.output('stdout') + session.client.output('stderr'), '');
    await session.close();
  });

  it('among the arguments are carried out with a note, unless stdio says that there are none', async () => {
    for (const literal of [false, true]) {
      const output = join(folder, `arguments-${String(literal)}`);
      const session = await DebugSession.start();
      await session.launch('plain', { args: ['word', '>', output], cwd: folder, ...(literal ? { stdio: [] } : {}) });
      await session.client.request('configurationDone', {});
      await session.client.waitFor('terminated');
      const text = literal ? session.client.output('stdout') : readFileSync(output, 'utf8');
      assert.match(text, /argument 1: word\n/);
      assert.equal(text.includes('argument 2: >'), literal);
      assert.equal(/redirections.*carried out/.test(session.client.output('console')), !literal);
      await session.close();
    }
  });
});

describe('the environment', () => {
  it('comes from a file too, below what env says', async () => {
    const envFile = join(folder, 'env');
    writeFileSync(envFile, '# comment\n\nexport RSEQ_DAP_A="one two"\nRSEQ_DAP_B=file\n');
    const session = await DebugSession.start();
    const env = { RSEQ_DAP_B: 'attribute' };
    await session.client.request('launch', {
      program: '/usr/bin/env',
      envFile,
      env,
      gdbEnvironment: { RSEQ_DAP_C: 'gdb' },
    });
    await session.client.request('configurationDone', {});
    await session.client.waitFor('terminated');
    const lines = session.client.output('stdout').split('\n');
    assert.ok(lines.includes('RSEQ_DAP_A=one two'));
    assert.ok(lines.includes('RSEQ_DAP_B=attribute'));
    assert.ok(!lines.some(line => line.startsWith('RSEQ_DAP_C')));
    await session.close();
  });

  it('of a file with a line that is none is refused with the line', async () => {
    const envFile = join(folder, 'bad');
    writeFileSync(envFile, 'A=1\nnonsense\n');
    const session = await DebugSession.start();
    await assert.rejects(session.launch('plain', { envFile }), /bad:2: 'nonsense' is not of the form NAME=value/);
    await session.close();
  });
});

describe('stopOnEntry', () => {
  const cases: readonly (readonly [boolean | string, RegExp])[] = [
    ['fill', /^fill$/],
    ['instruction', /^_start/],
  ];
  for (const [stopOnEntry, name] of cases) {
    it(`"${String(stopOnEntry)}" stops there`, async () => {
      const session = await DebugSession.start();
      await session.launch('plain', { args: [], stopOnEntry });
      const { reason, threadId = 0 } = await session.run();
      assert.equal(reason, 'entry');
      assert.match((await session.frames(threadId))[0]?.name ?? '', name);
      await session.close();
    });
  }

  it('in a function that is not there says so, and stops at once', async () => {
    const session = await DebugSession.start();
    await session.launch('plain', { args: [], stopOnEntry: 'nowhere' });
    assert.equal((await session.run()).reason, 'entry');
    assert.match(session.client.output('important'), /cannot be stopped in nowhere, so it stops at once/);
    await session.close();
  });
});

describe('commands of the configuration', () => {
  it('are carried out each at its moment', async () => {
    const session = await DebugSession.start();
    const say = (word: string): string =>
      `python print('${word} ' + str(gdb.current_progspace().filename is not None) + ' ' + str(gdb.selected_inferior().pid != 0))`;
    await session.launch('plain', {
      args: [],
      preConnectCommands: [say('preConnect')],
      setupCommands: [
        { text: say('setup'), description: 'x' },
        { text: 'nonsense', ignoreFailures: true },
      ],
      initCommands: [say('init')],
      preRunCommands: [say('preRun')],
      exitCommands: [say('exit')],
      stopOnEntry: true,
    });
    await session.run();
    await session.client.request('disconnect', {});
    await session.client.close();
    const words = session.client.output('console').match(/^\w+ (True|False) (True|False)$/gm);
    assert.deepEqual(words, [
      'preConnect False False',
      'setup False False',
      'init True False',
      'preRun True False',
      'exit True True',
    ]);
  });

  it('map sources, skip functions and hold other threads', async () => {
    const session = await DebugSession.start();
    const sourceMap = { '/nonexistent/from': { editorPath: folder } };
    await session.launch('plain', {
      args: [],
      sourceMap,
      skip: ['fill', 'list_*'],
      schedulerLocking: 'step',
      stopOnEntry: true,
    });
    const { threadId = 0 } = await session.run();
    const [frame] = await session.frames(threadId, 1);
    const repl = async (expression: string): Promise<string> =>
      (await session.client.request('evaluate', { expression, context: 'repl', frameId: frame?.id ?? 0 })).result;
    assert.match(await repl('show substitute-path'), new RegExp(`/nonexistent/from.*${folder}`));
    assert.match(await repl('info skip'), /fill[^]*list_\.\*/);
    assert.match(await repl('show scheduler-locking'), /"step"/);
    await session.close();
  });
});
