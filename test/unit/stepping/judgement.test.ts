import assert from 'node:assert/strict';
import {
  continuedOrigin,
  exitsFrom,
  guardsOf,
  inlineDepth,
  inNewSignalHandler,
  isInside,
  isOver,
  outcomeAt,
  regionsToPass,
  returnAddress,
} from '../../../src/stepping/judgement.js';
import type { StepRequest } from '../../../src/stepping/types.js';
import { ABORT, ARMING, BRANCH, POST_COMMIT, PRELUDE, REGION, START, at, frame } from './cases.js';

const NEXT: StepRequest = { thread: 1, kind: 'next', granularity: 'line' };
const STEP_IN: StepRequest = { ...NEXT, kind: 'stepIn' };
const STEP_OUT: StepRequest = { ...NEXT, kind: 'stepOut' };
const BLIND = { ...REGION, preludes: [] };

describe('the judgement of a step', () => {
  it('guards a region at its preludes, and at its abort handler where none is known', () => {
    assert.deepEqual(guardsOf(REGION), [PRELUDE]);
    assert.deepEqual(guardsOf(BLIND), [ABORT]);
  });

  it('takes start_ip as inside and post_commit_ip as outside', () => {
    assert.equal(isInside(REGION, START), true);
    assert.equal(isInside(REGION, POST_COMMIT - 1n), true);
    assert.equal(isInside(REGION, POST_COMMIT), false);
    assert.equal(isInside(REGION, ARMING), false);
  });

  it('runs a thread through a region from its prelude, its arming store and from inside', () => {
    for (const pc of [PRELUDE, ARMING, START]) assert.deepEqual(regionsToPass([REGION], pc), [REGION]);
    for (const pc of [PRELUDE - 1n, ABORT, POST_COMMIT]) assert.deepEqual(regionsToPass([REGION], pc), []);
  });

  it('waits for every exit, but not for the abort handler that a blind retry starts from', () => {
    assert.deepEqual(exitsFrom([REGION, REGION], PRELUDE), [POST_COMMIT, ABORT, BRANCH]);
    assert.deepEqual(exitsFrom([BLIND], ABORT), [POST_COMMIT, BRANCH]);
    assert.deepEqual(exitsFrom([BLIND], START), [POST_COMMIT, ABORT, BRANCH]);
  });

  it('waits only for the exits that come first where these are known, on the way from the region’s beginning', () => {
    const many = { ...REGION, firstExits: [POST_COMMIT, ABORT] };
    for (const pc of [PRELUDE, ARMING, START]) assert.deepEqual(exitsFrom([many], pc), [POST_COMMIT, ABORT]);
    assert.deepEqual(exitsFrom([many], BRANCH), exitsFrom([REGION], BRANCH));
  });

  it('tells a commit, an abort and another way out apart, and prefers the commit where an address means both', () => {
    assert.equal(outcomeAt([REGION], POST_COMMIT), 'committed');
    assert.equal(outcomeAt([REGION], ABORT), 'aborted');
    assert.equal(outcomeAt([REGION], BRANCH), 'exited');
    const shared = { ...REGION, exits: [{ address: ABORT, origin: 'finish' as const }] };
    assert.equal(outcomeAt([REGION, shared], ABORT), 'committed');
  });

  it('tells an inlined frame from a recursion at the same address by the name', () => {
    const pc = 0x10n;
    assert.equal(inlineDepth([frame(pc, 'inlined'), frame(pc, 'f'), frame(0x20n, 'main')]), 1);
    assert.equal(inlineDepth([frame(pc, 'f'), frame(pc, 'f'), frame(0x20n, 'main')]), 0);
  });

  it('finds the return address behind inlined frames', () => {
    const frames = [frame(0x10n, 'inlined'), frame(0x10n, 'f'), frame(0x20n, 'main')];
    assert.equal(returnAddress(at(0x10n, { frames })), 0x20n);
    assert.equal(returnAddress(at(0x10n, { frames: [frame(0x10n, 'f')] })), undefined);
  });

  it('sees a signal handler only where the step did not begin in it', () => {
    const origin = at(0x10n);
    const frames = [frame(0x90n, 'onSignal'), { ...frame(1n), isSignalTrampoline: true }, frame(0x10n, 'f')];
    const handler = at(0x90n, { frames, frameAddress: 0xe00n });
    assert.equal(inNewSignalHandler(origin, handler), true);
    assert.equal(inNewSignalHandler(handler, handler), false);
  });

  it('ends a line step at the first address of another line only', () => {
    const origin = at(0x10n, { line: 1 });
    assert.equal(isOver(NEXT, origin, at(0x11n, { line: 2 })), true);
    assert.equal(isOver(NEXT, origin, at(0x11n, { line: 2, atLineStart: false })), false);
    assert.equal(isOver(NEXT, origin, at(0x11n, { line: 1 })), false);
  });

  it('ends a line step in a caller, at the start of a line', () => {
    const origin = at(0x10n, { line: 1 });
    assert.equal(isOver(NEXT, origin, at(0x20n, { line: 1, frameAddress: 0x1100n })), true);
    assert.equal(isOver(NEXT, origin, at(0x20n, { line: 9, frameAddress: 0x1100n, atLineStart: false })), false);
  });

  it('ends stepIn, but not next, in a function inlined into the frame', () => {
    const frames = [frame(0x11n, 'inlined'), frame(0x11n, 'f')];
    const inlined = at(0x11n, { line: 2, frames });
    assert.equal(isOver(NEXT, at(0x10n), inlined), false);
    assert.equal(isOver(STEP_IN, at(0x10n), inlined), true);
  });

  it('ends stepOut as soon as the frame is left, inlined or real', () => {
    const inlined = at(0x10n, { frames: [frame(0x10n, 'inlined'), frame(0x10n, 'f')] });
    assert.equal(isOver(STEP_OUT, inlined, at(0x11n, { atLineStart: false })), true);
    assert.equal(isOver(STEP_OUT, at(0x10n), at(0x20n, { frameAddress: 0x1100n, atLineStart: false })), true);
    assert.equal(isOver(STEP_OUT, at(0x10n), at(0x11n, { line: 2 })), false);
  });

  it('moves the origin of a step on with the line, except into a function inlined deeper', () => {
    const origin = at(0x10n);
    const later = at(0x130n, { line: 2, atLineStart: false });
    const inlined = at(0x11n, { line: 2, frames: [frame(0x11n, 'inlined'), frame(0x11n, 'f')] });
    assert.equal(continuedOrigin(NEXT, origin, later), later);
    assert.equal(continuedOrigin(NEXT, origin, inlined), origin);
    assert.equal(continuedOrigin(STEP_OUT, origin, later), origin);
  });
});
