import assert from 'node:assert/strict';
import type { Request } from '../../../../src/session/config/attribute.js';
import { parseConfiguration, type Configuration } from '../../../../src/session/config/configuration.js';

interface Read {
  readonly config: Configuration;
  readonly warnings: readonly string[];
}

function read(raw: Readonly<Record<string, unknown>>, request: Request = 'launch'): Read {
  const warnings: string[] = [];
  const must = request === 'launch' ? { program: '/p' } : { processId: 1 };
  const config = parseConfiguration(request, { ...must, ...raw }, text => warnings.push(text));
  return { config, warnings };
}

/** What is read of a configuration that nothing is odd in. */
function quietly(raw: Readonly<Record<string, unknown>>, request: Request = 'launch'): Configuration {
  const { config, warnings } = read(raw, request);
  assert.deepEqual(warnings, []);
  return config;
}

describe('a configuration', () => {
  it('has a default for what it leaves out, also where a client sends null', () => {
    const config = quietly({ args: null });
    assert.deepEqual(config.args, []);
    assert.equal(config.gdb, 'gdb');
    assert.deepEqual(config.rseq, { stepping: 'through', breakpointsInside: 'move', log: false });
    assert.equal(config.cwd, undefined);
  });

  it('may give the arguments as a line, which is taken apart as a shell does and not expanded', () => {
    assert.deepEqual(quietly({ args: `-v "my \\"file\\"" 'it''s' a\\ b '' $HOME *` }).args, [
      '-v',
      'my "file"',
      'its',
      'a b',
      '',
      '$HOME',
      '*',
    ]);
    assert.throws(() => read({ args: "it's" }), /'args'.*each quote closed/);
  });

  it('may be another adapter’s: names and forms are brought to ours', () => {
    const cppdbg = quietly({
      environment: [
        { name: 'A', value: '1' },
        { name: 'B', value: '' },
      ],
      miDebuggerPath: '/opt/gdb',
      miDebuggerArgs: '-q "-x y"',
      stopAtEntry: true,
    });
    assert.deepEqual(cppdbg.env, { A: '1', B: '' });
    assert.equal(cppdbg.gdb, '/opt/gdb');
    assert.deepEqual(cppdbg.gdbArguments, ['-q', '-x y']);
    assert.equal(cppdbg.stopOnEntry, true);
    const cdt = quietly({ environment: { A: '1' }, arguments: 'a "b c"' });
    assert.deepEqual([cdt.env, cdt.args], [{ A: '1' }, ['a', 'b c']]);
    const codeDebug = quietly({ program: undefined, target: './bin/x' });
    assert.equal(codeDebug.program, './bin/x');
    assert.equal(quietly({ processId: undefined, target: '4711' }, 'attach').processId, 4711);
    assert.equal(quietly({ processId: undefined, pid: '12' }, 'attach').processId, 12);
  });

  it('of cppdbg keeps the terminal that it has there', () => {
    assert.equal(quietly({ externalConsole: true }).console, 'externalTerminal');
    assert.equal(quietly({ externalConsole: false }).console, 'integratedTerminal');
    assert.equal(quietly({}).console, 'internalConsole');
  });

  it('may bring a remote target together from several names', () => {
    const raw = { miDebuggerServerAddress: 'box:1234', useExtendedRemote: true, debugServerPath: '/usr/bin/gdbserver' };
    const { beginning } = quietly({ ...raw, MIMode: 'gdb' });
    assert.ok(beginning.kind === 'remote');
    const { type, parameters, server } = beginning.remote;
    assert.deepEqual([type, parameters, server], ['extended-remote', 'box:1234', '/usr/bin/gdbserver']);
    const cdt = quietly({ target: { host: 'box', port: '1234', connectCommands: ['a'] } }).beginning;
    assert.ok(cdt.kind === 'remote');
    assert.deepEqual([cdt.remote.host, cdt.remote.port, cdt.remote.type], ['box', '1234', 'remote']);
    const own = quietly({ processId: undefined, target: 'box:1' }, 'attach').beginning;
    assert.deepEqual(own.kind === 'remote' ? own.remote.parameters : own, 'box:1');
  });

  it('may begin by commands of its own, as for cppdbg', () => {
    const commands = [{ text: 'target remote :1', ignoreFailures: false }];
    const begin = (more: Readonly<Record<string, unknown>>): unknown => {
      const { beginning, stopAtConnect } = quietly({
        customLaunchSetupCommands: [{ text: 'target remote :1' }],
        ...more,
      });
      const setup = beginning.kind === 'remote' ? beginning.remote.connectCommands : undefined;
      return [beginning.kind, beginning.kind === 'launch' ? beginning.setup : setup, stopAtConnect];
    };
    assert.deepEqual(begin({}), ['launch', [{ ...commands[0], description: undefined }], false]);
    const remote = [{ ...commands[0], description: undefined }];
    assert.deepEqual(begin({ launchCompleteCommand: 'exec-continue' }), ['remote', remote, false]);
    assert.deepEqual(begin({ launchCompleteCommand: 'None' }), ['remote', remote, true]);
    assert.deepEqual(begin({ miDebuggerServerAddress: ':1' }), ['remote', remote, false]);
  });

  it('may say what is logged, as others do', () => {
    const none = { file: undefined, engine: false, trace: false, timing: false };
    assert.equal(quietly({}).logging, undefined);
    assert.deepEqual(quietly({ logging: { engineLogging: true } }).logging, { ...none, engine: true });
    assert.deepEqual(quietly({ verbose: true, logFile: 'f' }).logging, { ...none, engine: true, file: 'f' });
    assert.deepEqual(quietly({ showDevDebugOutput: false, printCalls: true }).logging, { ...none, engine: true });
    assert.deepEqual(quietly({ logging: 'f' }).logging, { file: 'f', engine: true, trace: true, timing: true });
    assert.match(read({ logging: { moduleLoad: true } }).warnings.join(), /'logging.moduleLoad' .* not known/);
  });

  it('may choose libraries and registers as others do', () => {
    assert.deepEqual(quietly({ symbolLoadInfo: { exceptionList: 'a.so;b.so' } }).symbolLoadInfo, {
      loadAll: true,
      exceptionList: ['a.so', 'b.so'],
    });
    assert.equal(quietly({ hardwareBreakpoint: true }).hardwareBreakpoints.require, true);
    assert.deepEqual(quietly({ hardwareBreakpoints: { require: false, limit: 3 } }).hardwareBreakpoints, {
      require: false,
      limit: 3,
    });
    const remote = quietly({ 'gdb-remote-port': 12, 'gdb-remote-hostname': 'box', serverLaunchTimeout: 5 }).beginning;
    assert.ok(remote.kind === 'remote');
    assert.deepEqual([remote.remote.host, remote.remote.port, remote.remote.serverStartupTimeout], ['box', '12', 5]);
    assert.equal(quietly({ run: 'preserve', processId: 1 }, 'attach').stopAtConnect, true);
  });

  it('may name files for the streams by place or by name', () => {
    const named = { in: 'i', out: 'o', err: undefined };
    assert.deepEqual(quietly({ stdio: ['i', 'o'] }).stdio, named);
    assert.deepEqual(quietly({ stdinFrom: 'i', stdoutTo: 'o' }).stdio, named);
    assert.deepEqual(quietly({ stdio: [null, null, 'e'] }).stdio, { in: undefined, out: undefined, err: 'e' });
  });

  it('may map sources as a map, with details, or as pairs', () => {
    const pairs = [{ from: '/a', to: '/b' }];
    assert.deepEqual(quietly({ sourceFileMap: { '/a': '/b' } }).sourceMap, pairs);
    const detailed = { '/a': { editorPath: '/b', useForBreakpoints: true } };
    assert.deepEqual(quietly({ sourceFileMap: detailed }).sourceMap, pairs);
    assert.deepEqual(quietly({ sourceMap: [['/a', '/b']] }).sourceMap, pairs);
  });

  it('is not warned of what it gets anyway', () => {
    quietly({ MIMode: 'gdb', gdbAsync: true, gdbNonStop: false, unknownBreakpointHandling: 'stop' });
    assert.match(read({ MIMode: 'lldb' }).warnings.join(), /'MIMode' \(cppdbg\) has no effect here. For lldb use/);
  });

  it('that gives a value under two names is warned of where they differ, and ours counts', () => {
    const { config, warnings } = read({ gdb: 'a', miDebuggerPath: 'b' });
    assert.equal(config.gdb, 'a');
    assert.match(warnings.join(), /'gdb' and 'miDebuggerPath'.*contradict.*'gdb' counts/);
    quietly({ gdb: 'a', miDebuggerPath: 'a' });
  });

  it('is warned of what is unknown, and of what has no effect here', () => {
    assert.match(read({ colour: 1 }).warnings.join(), /'colour' .* not known and has no effect/);
    assert.match(read({ rseq: { nonsense: 1 } }).warnings.join(), /'rseq.nonsense' .* not known/);
    assert.match(read({ visualizerFile: 'x' }).warnings.join(), /'visualizerFile' \(cppdbg\) has no effect here/);
    assert.match(read({ args: ['x'] }, 'attach').warnings.join(), /'args' .* no effect in the request 'attach'/);
    assert.match(read({ toString: 1 }).warnings.join(), /'toString'/);
  });

  it('may hold what clients add on their own account', () => {
    quietly({ name: 'n', type: 't', request: 'launch', __sessionId: '1', noDebug: true, preLaunchTask: 'build' });
  });

  it('has a part for each system, of which the others have no effect', () => {
    const config = quietly({ gdb: 'a', linux: { gdb: 'b' }, windows: { gdb: 'c' }, osx: { gdb: 'd' } });
    assert.equal(config.gdb, 'b');
  });

  it('may give a string for the whole of rseq; without awareness breakpoints stay where they are', () => {
    assert.equal(quietly({ rseq: 'firstIteration' }).rseq.stepping, 'firstIteration');
    assert.equal(quietly({ rseq: 'off' }).rseq.breakpointsInside, 'keep');
    assert.deepEqual(quietly({ rseq: { log: true } }).rseq, {
      stepping: 'through',
      breakpointsInside: 'move',
      log: true,
    });
  });

  const wrong: readonly (readonly [Request, Record<string, unknown>, RegExp])[] = [
    ['launch', { program: undefined }, /'program' .* must be the path of the program to debug, but it is missing/],
    ['launch', { args: [1] }, /'args\[0\]' .* must be a string, but it is 1/],
    ['launch', { args: {} }, /'args' .* must be a list of strings, or a line .*, but it is {}/],
    ['launch', { env: { A: 1 } }, /'env.A' .* must be a string or null, but it is 1/],
    ['launch', { environment: [{ value: 'x' }] }, /'env' .* must be an object from names to strings/],
    ['launch', { stopOnEntry: 5 }, /'stopOnEntry' .* true or false, or the name of a function, but it is 5/],
    ['launch', { stdio: [1] }, /'stdio\[0\]' .* must be the path of a file or null, but it is 1/],
    ['launch', { target: { port: 0 } }, /'target.port' .* must be the number of a port, but it is 0/],
    ['launch', { console: 'window' }, /'console' .* must be one of 'internalConsole'/],
    [
      'attach',
      { processId: undefined, waitFor: true },
      /'waitFor' .* the name of a program where there is no 'program'/,
    ],
    ['launch', { setupCommands: [{ text: 1 }] }, /'setupCommands\[0\].text' .* must be a command of gdb/],
    ['launch', { rseq: 'sideways' }, /'rseq' .* must be one of 'through', 'firstIteration', 'off'/],
    ['launch', { rseq: { log: 1 } }, /'rseq.log' .* must be true or false, but it is 1/],
    ['attach', { processId: 'x' }, /'processId' .* must be the number of a running process, but it is "x"/],
    ['attach', { processId: 0 }, /'processId' .* but it is 0/],
    ['attach', { processId: undefined }, /'processId' .* but it is missing/],
  ];
  for (const [request, raw, message] of wrong) {
    it(`for ${request} with ${JSON.stringify(raw)} is refused with what is wrong`, () => {
      assert.throws(() => read(raw, request), message);
    });
  }
});
