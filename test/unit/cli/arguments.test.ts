import assert from 'node:assert/strict';
import { parseInvocation } from '../../../src/cli/arguments.js';

describe('the command line', () => {
  it('without arguments asks for the adapter on stdio', () => {
    assert.deepEqual(parseInvocation([]), { kind: 'stdio', logLevel: 'warn' });
    assert.deepEqual(parseInvocation(['--log-level', 'trace']), { kind: 'stdio', logLevel: 'trace' });
  });

  for (const [text, host, port] of [
    ['4711', '127.0.0.1', 4711],
    ['0', '127.0.0.1', 0],
    ['localhost:65535', 'localhost', 65535],
    ['0.0.0.0:1', '0.0.0.0', 1],
    ['[::1]:80', '::1', 80],
    ['[fe80::1%eth0]:80', 'fe80::1%eth0', 80],
  ] as const) {
    it(`listens on ${host} port ${port} for --server=${text}`, () => {
      assert.deepEqual(parseInvocation([`--server=${text}`]), {
        kind: 'server',
        logLevel: 'warn',
        listen: { host, port },
      });
    });
  }

  for (const argv of [
    ['--server=65536'],
    ['--server='],
    ['--server'],
    ['--server=::1:80'],
    ['--server=host'],
    ['--server=-1'],
    ['--server=:80'],
    ['--log-level=loud'],
    ['--fly'],
    ['file'],
  ]) {
    it(`refuses ${argv.join(' ')} and names what is wrong`, () => {
      const invocation = parseInvocation(argv);
      assert.equal(invocation.kind, 'wrong');
      assert.match(invocation.message, /server|log-level|fly|file/);
    });
  }

  it('hands everything behind a subcommand to it', () => {
    assert.deepEqual(parseInvocation(['inspect', '--help', 'file']), {
      kind: 'subcommand',
      name: 'inspect',
      args: ['--help', 'file'],
    });
  });

  it('knows --help and --version', () => {
    assert.equal(parseInvocation(['--help']).kind, 'help');
    assert.equal(parseInvocation(['-h']).kind, 'help');
    assert.equal(parseInvocation(['--version']).kind, 'version');
  });
});
