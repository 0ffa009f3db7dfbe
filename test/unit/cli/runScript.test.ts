import assert from 'node:assert/strict';
import { parseScript } from '../../../src/cli/runScript.js';

function parse(line: string): Record<string, unknown> {
  const [statement] = parseScript(line);
  return Object.fromEntries(Object.entries(statement ?? {}).filter(([name]) => name !== 'line' && name !== 'text'));
}

describe('a script of rseq-dap run', () => {
  it('is read line by line; comments and blank lines mean nothing', () => {
    const script = parseScript('# a comment\n\n  next 3\nclear\n');
    assert.deepEqual(
      script.map(({ kind, line }) => [kind, line]),
      [
        ['move', 3],
        ['clear', 4],
      ],
    );
  });

  it('launches a program with arguments, blanks kept in quotation marks', () => {
    assert.deepEqual(parse('launch ./a -x "two words" --y="z z"'), {
      kind: 'launch',
      program: './a',
      args: ['-x', 'two words', '--y=z z'],
    });
  });

  it('breaks at a line, at a marker, at a function, and under a condition', () => {
    assert.deepEqual(parse('break a.c:12'), { kind: 'break', place: { file: 'a.c', at: 12 }, condition: undefined });
    assert.deepEqual(parse('break a.c:@here if i == 3'), {
      kind: 'break',
      place: { file: 'a.c', at: 'here' },
      condition: 'i == 3',
    });
    assert.deepEqual(parse('break ns::f'), { kind: 'break', place: 'ns::f', condition: undefined });
  });

  it('moves by lines, instructions and out of functions', () => {
    assert.deepEqual(parse('stepi 20'), { kind: 'move', motion: 'stepIn', byInstruction: true, count: 20 });
    assert.deepEqual(parse('finish'), { kind: 'move', motion: 'stepOut', byInstruction: false, count: 1 });
  });

  it('expects the value of an expression that itself holds an equals sign', () => {
    assert.deepEqual(parse('expect value a == b = true').expectation, {
      kind: 'value',
      expression: 'a == b',
      value: 'true',
    });
  });

  it('sets attributes of the configuration as JSON', () => {
    assert.deepEqual(parse('set rseq {"stepping": "off"}'), { kind: 'set', name: 'rseq', value: { stepping: 'off' } });
  });

  for (const [wrong, message] of [
    ['jump a.c:1', /line 1: 'jump' is no statement/],
    ['next many', /'many' is no whole number/],
    ['launch', /needs a program/],
    ['launch "a', /quotation mark/],
    ['break', /needs FILE:LINE/],
    ['expect line here', /needs FILE:LINE/],
    ['expect luck', /nothing that can be expected/],
    ['expect value 3', /needs EXPRESSION = VALUE/],
    ['set rseq off', /as JSON/],
  ] as const) {
    it(`names the line of '${wrong}' and what is wrong with it`, () => {
      assert.throws(() => parseScript(wrong), message);
    });
  }
});
