import assert from 'node:assert/strict';
import { takeResuming } from '../../../src/session/consoleRoad.js';
import type { StepRequest } from '../../../src/stepping/types.js';

/** What a line does in a session with or without regions. */
async function take(line: string, anyRegion = true): Promise<{ answer: string | undefined; done: unknown[] }> {
  const done: unknown[] = [];
  const answer = await takeResuming(line, 3, {
    anyRegion: () => anyRegion,
    step: (request: StepRequest) => Promise.resolve(void done.push(request)),
    continue: () => Promise.resolve(void done.push('continue')),
  });
  return { answer, done };
}

describe('a command of the debug console', () => {
  const steps: readonly (readonly [string, StepRequest['kind'], StepRequest['granularity']])[] = [
    ['n', 'next', 'line'],
    ['next 1', 'next', 'line'],
    ['s', 'stepIn', 'line'],
    ['ni', 'next', 'instruction'],
    ['stepi', 'stepIn', 'instruction'],
    ['fin', 'stepOut', 'line'],
  ];
  for (const [line, kind, granularity] of steps) {
    it(`${line} steps as the button for it does`, async () => {
      assert.deepEqual(await take(line), { answer: '', done: [{ thread: 3, kind, granularity }] });
    });
  }

  it("continue continues as the button does; with a count it is gdb's", async () => {
    assert.deepEqual(await take('c'), { answer: '', done: ['continue'] });
    assert.deepEqual(await take('continue 3'), { answer: undefined, done: [] });
  });

  it("that resumes nothing is gdb's", async () => {
    for (const line of ['info line', 'print next', 'set var n = 1', 'stepping']) {
      assert.deepEqual(await take(line), { answer: undefined, done: [] }, line);
    }
  });

  it("that single-steps is refused where a region is known, and gdb's where none is", async () => {
    for (const line of ['until', 'advance 12', 'record full', 'set displaced-stepping on', 'next 5']) {
      await assert.rejects(take(line), /refused/, line);
      assert.deepEqual(await take(line, false), { answer: undefined, done: [] }, line);
    }
  });

  it("that would end or restart the program behind the session's back is refused always", async () => {
    for (const line of ['run', 'start', 'kill', 'quit', 'detach'])
      await assert.rejects(take(line, false), /refused/, line);
  });
});
