import assert from 'node:assert/strict';
import { compileCondition, parseLogMessage } from '../../../src/session/breakpointCondition.js';

describe('the condition that gdb gets for a breakpoint', () => {
  it('is none where nothing is asked', () => {
    assert.equal(compileCondition(1, {}), undefined);
    assert.equal(compileCondition(1, { condition: ' ', hitCondition: '', logMessage: '' }), undefined);
  });

  it('counts only hits whose condition holds, and logs only at hits that count', () => {
    const compiled = compileCondition(7, { condition: 'a || b', hitCondition: '>= 3', logMessage: 'x' });
    assert.equal(compiled, '(a || b) && ++$rseq_dap_hits_7 >= 3 && $rseq_dap_log(7)');
  });

  const forms: readonly (readonly [string, string])[] = [
    ['4', '== 4'],
    ['==4', '== 4'],
    ['= 4', '== 4'],
    ['>4', '> 4'],
    ['<4', '< 4'],
    ['<=4', '<= 4'],
    ['%4', '% 4 == 0'],
  ];
  for (const [form, wanted] of forms) {
    it(`takes the hit condition ${form} as ${wanted}`, () => {
      assert.equal(compileCondition(1, { hitCondition: form }), `++$rseq_dap_hits_1 ${wanted}`);
    });
  }

  for (const form of ['x', '%0', '1.5', '-1', '> ']) {
    it(`refuses the hit condition ${form} and says what there is`, () => {
      assert.throws(() => compileCondition(1, { hitCondition: form }), /not understood.*>=N/);
    });
  }
});

describe('a log message', () => {
  it('is taken apart into text and expressions, with braces nested inside an expression', () => {
    assert.deepEqual(parseLogMessage('x={x} p={(struct p){1}} end'), [
      { text: 'x=' },
      { expression: 'x' },
      { text: ' p=' },
      { expression: '(struct p){1}' },
      { text: ' end' },
    ]);
  });

  it('shows doubled braces as braces, and one that is never closed as text', () => {
    assert.deepEqual(parseLogMessage('{{a}} {b'), [{ text: '{a} {b' }]);
  });
});
