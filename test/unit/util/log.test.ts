import assert from 'node:assert/strict';
import { Logger, type LogLevel } from '../../../src/util/log.js';

function recording(level: LogLevel): { log: Logger; lines: string[] } {
  const lines: string[] = [];
  return { log: new Logger((lineLevel, text) => lines.push(`${lineLevel}: ${text}`), level), lines };
}

describe('Logger', () => {
  it('writes what is at least as urgent as its level', () => {
    const { log, lines } = recording('info');
    log.error('e');
    log.warn('w');
    log.info('i');
    log.debug('d');
    log.trace('t');
    assert.deepEqual(lines, ['error: e', 'warn: w', 'info: i']);
    assert.deepEqual([log.wants('info'), log.wants('debug')], [true, false]);
  });

  it('can be made more talkative while running', () => {
    const { log, lines } = recording('error');
    log.level = 'trace';
    log.trace('t');
    assert.deepEqual(lines, ['trace: t']);
  });

  it('hands every line to a second place while there is one, and a branch has its own', () => {
    const { log, lines } = recording('warn');
    const mirrored: string[] = [];
    const branch = log.branch();
    branch.mirror((level, text) => mirrored.push(`${level}: ${text}`));
    branch.trace('t');
    branch.warn('w');
    log.trace('elsewhere');
    branch.mirror(undefined);
    branch.warn('late');
    assert.deepEqual(
      [lines, mirrored],
      [
        ['warn: w', 'warn: late'],
        ['trace: t', 'warn: w'],
      ],
    );
    assert.equal(branch.wants('trace'), false);
  });

  it('tells an error with its stack and its causes', () => {
    const { log, lines } = recording('error');
    log.error('failed', new Error('outer', { cause: new TypeError('inner') }));
    assert.match(lines[0] ?? '', /^error: failed\nError: outer\n +at .*caused by: TypeError: inner\n +at /s);
  });
});
