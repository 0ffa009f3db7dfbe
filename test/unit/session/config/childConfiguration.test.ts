import assert from 'node:assert/strict';
import { childConfiguration } from '../../../../src/session/config/childConfiguration.js';

describe('the configuration for a child', () => {
  it('is that of its parent, under whatever names, without what is for the parent alone', () => {
    const given = {
      name: 'Debug server',
      type: 'rseq-gdb',
      request: 'launch',
      program: 'bin/server',
      args: ['-v'],
      environment: [{ name: 'A', value: '1' }],
      stopAtEntry: true,
      externalConsole: true,
      sourceFileMap: { '/a': '/b' },
      rseq: 'off',
      followFork: 'both',
      __sessionId: 'x',
    };
    assert.deepEqual(childConfiguration(given, 7), {
      name: 'Debug server: process 7',
      type: 'rseq-gdb',
      program: 'bin/server',
      sourceFileMap: { '/a': '/b' },
      rseq: 'off',
      followFork: 'both',
      processId: 7,
    });
  });

  it('of a process that was attached to names another process', () => {
    assert.deepEqual(childConfiguration({ pid: 1, stopAtConnect: true, gdb: 'g' }, 7), {
      name: 'program: process 7',
      gdb: 'g',
      processId: 7,
    });
  });
});
