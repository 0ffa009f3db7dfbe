import assert from 'node:assert/strict';
import { takeResuming } from '../../../src/session/consoleRoad.js';
import type { StepRequest } from '../../../src/stepping/types.js';

/** What gdb would say of commands that a user has made. */
const MADE: Readonly<Record<string, string>> = {
  'help nn': 'next, nn, n\nStep program, proceeding through subroutine calls.\n',
  'help n3': 'next, n3, n\n  alias n3 = next 3\nStep program.\n',
  'show user hop': 'User command "hop":\n  print 1\n  twice\n',
  'show user twice': 'User command "twice":\n  next\n  next\n',
  'show user shows': 'User command "shows":\n  print 1\n  print 2\n',
};

/** What a line does in a session with or without regions. */
async function take(line: string, anyRegion = true): Promise<{ answer: string | undefined; done: unknown[] }> {
  const done: unknown[] = [];
  const answer = await takeResuming(line, 3, {
    anyRegion: () => anyRegion,
    step: (request: StepRequest, count: number) => {
      for (let step = 0; step < count; step++) done.push(request);
      return Promise.resolve();
    },
    continue: () => Promise.resolve(void done.push('continue')),
    ask: text => Promise.resolve(MADE[text]),
  });
  return { answer, done };
}

const NEXT = { kind: 'next', granularity: 'line' } as const;

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

  it('continue continues as the button does; a count is refused where a region is known', async () => {
    assert.deepEqual(await take('c'), { answer: '', done: ['continue'] });
    await assert.rejects(take('continue 3'), /hit condition/);
    assert.deepEqual(await take('continue 3', false), { answer: undefined, done: [] });
  });

  it('with a count makes so many steps, and is gdb’s where no region is known', async () => {
    assert.equal((await take('step 4')).done.length, 4);
    assert.deepEqual((await take('thread apply 2 nexti 2')).done.length, 2);
    assert.deepEqual(await take('step 4', false), { answer: undefined, done: [] });
  });

  it("steps the thread that 'thread apply' names", async () => {
    assert.deepEqual((await take('thread apply 2 next')).done, [{ thread: 2, ...NEXT }]);
  });

  it('that lets the program go on is refused behind other commands', async () => {
    for (const line of [
      'thread apply all step',
      't apply 1 2 n',
      'with print pretty -- next',
      'taas c',
      'pipe n | cat',
    ])
      await assert.rejects(take(line), /cannot stand behind/, line);
    for (const line of ['thread apply all bt', 'with print pretty -- print x', 'frame apply all info locals'])
      assert.deepEqual(await take(line), { answer: undefined, done: [] }, line);
  });

  it("is known by the user's own name for it", async () => {
    assert.deepEqual((await take('nn')).done, [{ thread: 3, ...NEXT }]);
    assert.deepEqual((await take('n3')).done, [
      { thread: 3, ...NEXT },
      { thread: 3, ...NEXT },
      { thread: 3, ...NEXT },
    ]);
    await assert.rejects(take('hop'), /It runs 'next'/);
    assert.deepEqual(await take('shows'), { answer: undefined, done: [] });
  });

  it('that undoes what the adapter relies on is refused', async () => {
    for (const line of ['set non-stop on', 'set mi-async off', 'handle SIGSTOP nostop', 'handle all pass'])
      await assert.rejects(take(line, false), /refused/, line);
    for (const line of ['set scheduler-locking on', 'set displaced on', 'set may-insert-breakpoints off'])
      await assert.rejects(take(line), /refused/, line);
    for (const line of [
      'set scheduler-locking step',
      'set displaced-stepping off',
      'handle SIGINT nostop',
      'set var x = 1',
    ])
      assert.deepEqual(await take(line), { answer: undefined, done: [] }, line);
  });

  it("that resumes nothing is gdb's", async () => {
    for (const line of ['info line', 'print next', 'set var n = 1', 'stepping']) {
      assert.deepEqual(await take(line), { answer: undefined, done: [] }, line);
    }
  });

  it("that single-steps is refused where a region is known, and gdb's where none is", async () => {
    for (const line of [
      'until',
      'advance 12',
      'record full',
      'record btrace',
      'set displaced-stepping on',
      'jump 12',
      'signal 0',
      'next 1+1',
      'step 0',
      'finish 2',
    ]) {
      await assert.rejects(take(line), /refused/, line);
      assert.deepEqual(await take(line, false), { answer: undefined, done: [] }, line);
    }
  });

  it("that would end or restart the program behind the session's back is refused always", async () => {
    for (const line of ['run', 'start', 'kill', 'quit', 'detach'])
      await assert.rejects(take(line, false), /refused/, line);
  });
});
