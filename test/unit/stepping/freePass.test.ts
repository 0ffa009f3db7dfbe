import assert from 'node:assert/strict';
import { beginPass, FREE_PASS, type Debt, type PassState } from '../../../src/stepping/freePass.js';
import type { Position } from '../../../src/stepping/types.js';
import { ABORT, ARMING, BRANCH, POST_COMMIT, PRELUDE, REGION, START, at, frame } from './cases.js';
import { Driven } from './driven.js';

const MAIN = 0x20n;
const OWED: Debt = { thread: 1, regions: [REGION] };
const OTHER: Debt = { thread: 2, regions: [REGION] };
const IN_HANDLER: Position = at(ABORT, { line: 0, frames: [frame(ABORT), frame(0x7fn)] });

/** A free pass of thread 1. */
function passing(position: Position, debts: readonly Debt[] = [], mayWait = true): Driven<PassState> {
  const first = beginPass(1, position, debts, mayWait);
  assert.ok(first !== undefined, 'no free pass');
  return new Driven(FREE_PASS, first);
}

describe('the free pass of a thread that was stopped inside a region', () => {
  it('lifts what the user has set there, holds the others, and lets all go on after the commit of the retry', () => {
    const pass = passing(at(START, { atLineStart: false }));
    assert.deepEqual(pass.lifted, [{ start: ARMING, end: POST_COMMIT }]);
    assert.deepEqual([pass.held, pass.command], [true, 'continue']);
    pass.stop('ours', ABORT);
    assert.deepEqual([pass.told, pass.held], ['aborted', undefined]);
    pass.stand(IN_HANDLER);
    assert.equal(pass.command, 'nexti');
    pass.stop('endOfStep', 0x130n).stand(at(0x130n, { line: 9 }));
    assert.deepEqual([pass.command, pass.held, pass.inserted], ['continue', true, [POST_COMMIT, ABORT, BRANCH, MAIN]]);
    pass.stop('ours', POST_COMMIT);
    assert.deepEqual([pass.told, pass.held, pass.finished], ['committed', false, 'resume']);
  });

  it('tells of the commit though a breakpoint of the user’s right behind it stops the thread', () => {
    const pass = passing(at(START)).stop('user', POST_COMMIT);
    assert.deepEqual([pass.finished, pass.told, pass.held], ['stop', 'committed', false]);
  });

  it('begins at the arming store without a lost attempt', () => {
    assert.equal(passing(at(ARMING)).stop('ours', POST_COMMIT).finished, 'resume');
  });

  it('is not begun where nobody is owed an attempt', () => {
    assert.equal(beginPass(1, at(0x100n), [], true), undefined);
    assert.equal(beginPass(1, at(0x100n), [OTHER], false), undefined);
  });

  it('that begins in the abort handler holds the others and goes on at the first line behind it', () => {
    const pass = passing(IN_HANDLER, [OWED]);
    assert.deepEqual([pass.command, pass.held], ['nexti', true]);
    pass.stop('endOfStep', 0x130n).stand(at(0x130n, { line: 9 }));
    assert.deepEqual([pass.finished, pass.command, pass.held], [undefined, 'continue', true]);
  });

  it('lets all go with a guard in front of the region where the function returns before the retry', () => {
    const pass = passing(at(START)).stop('ours', MAIN);
    assert.deepEqual([pass.told, pass.held, pass.inserted, pass.command], [undefined, false, [PRELUDE], 'continue']);
    pass.stop('ours', PRELUDE).stand(at(PRELUDE));
    assert.deepEqual([pass.held, pass.lifted.length], [true, 1]);
    assert.equal(pass.stop('ours', POST_COMMIT).finished, 'resume');
  });

  it('ends where the function returns before the retry and a step is under way', () => {
    assert.equal(passing(at(START), [], false).stop('ours', MAIN).finished, 'resume');
  });

  it('releases the others at the end of its window, in which a signal handler may wait for them, and waits with a guard', () => {
    const pass = passing(at(START)).send({ kind: 'timeout' });
    assert.deepEqual(pass.actions, [{ kind: 'interrupt' }]);
    pass.stop('interrupt', 0x999n);
    assert.deepEqual([pass.held, pass.inserted, pass.command], [false, [PRELUDE], 'continue']);
  });

  it('bounds the time of an abort handler that waits for another thread as well', () => {
    const pass = passing(at(START)).stop('ours', ABORT).stand(IN_HANDLER).send({ kind: 'timeout' });
    assert.deepEqual(pass.actions, [{ kind: 'interrupt' }]);
    assert.deepEqual([pass.stop('interrupt', ABORT).held, pass.command], [false, 'continue']);
  });

  it('pays the debts of other threads at their guards', () => {
    const pass = passing(at(START), [OTHER]).stop('ours', POST_COMMIT);
    assert.deepEqual([pass.told, pass.inserted, pass.command], ['committed', [PRELUDE], 'continue']);
    pass.stop('ours', PRELUDE, { thread: 2 }).stand(at(PRELUDE));
    assert.deepEqual(
      pass.actions.flatMap(action => (action.kind === 'exec' ? [action.thread] : [])),
      [2],
    );
    assert.equal(pass.stop('ours', POST_COMMIT, { thread: 2 }).finished, 'resume');
  });

  it("gives way to a stop of the user's", () => {
    assert.equal(passing(at(START)).stop('user', 0x999n).finished, 'stop');
    assert.equal(passing(at(START)).stop('ours', MAIN).stop('user', 0x999n, { thread: 3 }).finished, 'stop');
  });

  it('goes on after a silent stop', () => {
    const pass = passing(at(START)).stop('ours', MAIN).stop('interrupt', 0x999n);
    assert.deepEqual([pass.kind, pass.command], ['awaiting', 'continue']);
  });
});
