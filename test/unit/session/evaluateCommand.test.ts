import assert from 'node:assert/strict';
import { callerOf, callsOf, callsOfLine, isNoCommand, readsMoreLines } from '../../../src/session/evaluateCommand.js';

describe('a line for which gdb would read the lines that follow', () => {
  const hungry = [
    ...['commands', 'commands 1', 'comm 1', 'define hello', 'document hello', 'while 1', 'if x == 1', 'while-stepping'],
    ...['python', 'py', 'pi', 'python-interactive', 'guile', 'shell', '!', 'make', 'edit', '  python  '],
    ...['compile code', 'compile', 'compile code -raw', 'actions 3'],
    ...['with print pretty on -- define hello', 'thread apply all define x', 'frame apply 1 -q python', 'faas if 1'],
  ];
  for (const line of hungry)
    it(`is '${line}'`, () => {
      assert.ok(readsMoreLines(line));
    });

  const whole = [
    ...['print 1', 'info locals', 'python print(1)', 'py print(1)', 'shell ls', '!ls', 'x/4i $pc', 'continue', 'next'],
    ...[
      'compile code x = 1',
      'com',
      'thread apply all bt',
      'with print pretty on -- print x',
      'info commands',
      'p define',
    ],
    ...['ifx', 'define_me', 'pid', 'step', 'step 3'],
  ];
  for (const line of whole)
    it(`is not '${line}'`, () => {
      assert.ok(!readsMoreLines(line));
    });
});

describe('who calls the functions in a line', () => {
  it('is the selected thread', () => {
    for (const line of ['print f()', 'call f()', 'thread 2', 'thread', 'tap f()']) assert.equal(callerOf(line, 3), 3);
  });

  it('is one that gdb knows where the line names one', () => {
    for (const line of ['thread apply 1 print f()', 't ap 12 -q p f()', '  thread apply 1 print 2 + f() '])
      assert.equal(callerOf(line, 3), undefined);
  });

  it('are several where the line may be carried out in more than one', () => {
    const lines = ['all p f()', '1 2 p f()', '1-3 p f()', '1.* p f()', '1 $other p f()', 'all -s p f()'];
    for (const line of lines) assert.equal(callerOf(`thread apply ${line}`, 3), 'several', line);
    for (const line of ['taas p f()', 'tfaas p f()', 'taas p 1 + f()'])
      assert.equal(callerOf(line, 3), 'several', line);
  });

  it('are several behind settings for the command alone, and in front of another program', () => {
    const around = ['with print pretty on -- ', 'w print pretty -- with language c -- ', '| ', 'pipe -d @ ', '| -d @ '];
    for (const each of around) {
      assert.equal(callerOf(`${each}thread apply all p f()`, 3), 'several', each);
      assert.equal(callerOf(`${each}p f()`, 3), 3, each);
    }
  });
});

describe('what is called by', () => {
  it('an expression, is named where a name stands in front of a parenthesis', () => {
    for (const each of ['f()', 'v.size()', '(int)getpid()', '1 + f (2)', 'a[0](3)', 'make<int>(1)'])
      assert.equal(callsOf(each), 'named', each);
    for (const each of ['i', 'a + b', '(int)x', '*(p + 1)', '-(1)', 'v[0]'])
      assert.equal(callsOf(each), 'unnamed', each);
  });

  it('a line, is named where the line computes a value and does nothing else', () => {
    const lines = [
      'p f()',
      'print/x f(1)',
      'call f()',
      'set var x = f()',
      'printf "%d", f()',
      'f(1)',
      'with language c -- p f()',
    ];
    for (const line of [...lines, 'thread apply 2 print f()', '| p f() | cat'])
      assert.equal(callsOfLine(line), 'named', line);
    const others = [
      'python gdb.execute("continue")',
      'source x(1).gdb',
      'print i',
      'set scheduler-locking off',
      'tbreak f(int)',
    ];
    for (const line of others) assert.equal(callsOfLine(line), 'unnamed', line);
  });
});

describe('a refusal by which a line may be an expression', () => {
  it("is gdb's that it knows no such command, or several", () => {
    assert.ok(isNoCommand('Undefined command: "vec".  Try "help".'));
    assert.ok(isNoCommand('Undefined info command: "+ 1".  Try "help info".'));
    assert.ok(isNoCommand('Ambiguous command "a": actions, add-auto-load-safe-path...'));
    assert.ok(!isNoCommand('No symbol "x" in current context.'));
  });
});
