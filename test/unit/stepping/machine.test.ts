import assert from 'node:assert/strict';
import { begin, STEP, type State } from '../../../src/stepping/machine.js';
import type { Position, StepRequest } from '../../../src/stepping/types.js';
import { ABORT, ARMING, BRANCH, POST_COMMIT, PRELUDE, REGION, START, at, frame } from './cases.js';
import { Driven } from './driven.js';

const NEXT: StepRequest = { thread: 1, kind: 'next', granularity: 'line' };
const STEP_IN: StepRequest = { ...NEXT, kind: 'stepIn' };
const STEP_OUT: StepRequest = { ...NEXT, kind: 'stepOut' };
const MAIN = 0x20n;

function stepping(request: StepRequest, position: Position | undefined): Driven<State> {
  return new Driven(STEP, begin(request, position));
}

describe('a step far from any region', () => {
  it('is exactly one command of gdb', () => {
    const commands = [
      [NEXT, 'next'],
      [STEP_IN, 'stepIn'],
      [STEP_OUT, 'finish'],
      [{ ...NEXT, granularity: 'instruction' }, 'nexti'],
      [{ ...STEP_IN, granularity: 'instruction' }, 'stepi'],
    ] as const;
    for (const [request, command] of commands) {
      const exec = [{ kind: 'exec', command, thread: 1, frame: 0 }];
      assert.deepEqual(begin(request, undefined).actions, exec);
      assert.deepEqual(begin(request, at(0x100n, { regions: [] })).actions, exec);
    }
  });

  it('is reported as gdb ended it', () => {
    assert.equal(stepping(NEXT, undefined).stop('endOfStep', 0x11n).finished, 'stop');
  });

  it('that has ended inside a region all the same is taken out of it', () => {
    const step = stepping(NEXT, undefined).stop('endOfStep', START, { noPlaceToEnd: true });
    assert.equal(step.kind, 'locating');
    assert.equal(step.stand(at(START, { atLineStart: false })).command, 'continue');
    assert.deepEqual(step.inserted.slice(0, 3), [POST_COMMIT, ABORT, BRANCH]);
  });
});

describe('a step far from any region that the adapter interrupts', () => {
  const here = at(0x100n, { regions: [], atLineStart: false });
  const called = at(0x900n, { regions: [], line: 90, frameAddress: 0xfe0n });

  it('repeats its command where nobody knows where it began', () => {
    assert.equal(stepping(NEXT, undefined).stop('interrupt', 0x900n).command, 'next');
  });

  for (const [name, request] of [
    ['by line', NEXT],
    ['by instruction', { ...NEXT, granularity: 'instruction' }],
  ] as const) {
    it(`lets the function return that it has called, and goes on in its own: ${name}`, () => {
      const step = stepping(request, here).stop('interrupt', 0x900n);
      assert.equal(step.stand(called).command, 'finish');
      step.stop('endOfStep', 0x108n).stand(at(0x108n, { regions: [], atLineStart: false }));
      if (request === NEXT) {
        assert.equal(step.command, 'next');
        step.stop('endOfStep', 0x120n);
      }
      assert.equal(step.finished, request === NEXT ? 'stop' : 'step');
    });
  }
});

describe('a step near a region', () => {
  it('runs through the region from its guard to an exit and ends at the next line', () => {
    const step = stepping(NEXT, at(0x100n));
    assert.deepEqual(step.inserted, [PRELUDE]);
    assert.equal(step.command, 'next');
    step.stop('ours', PRELUDE);
    assert.ok(step.removesAll);
    step.stand(at(PRELUDE, { atLineStart: false }));
    assert.equal(step.held, true);
    assert.equal(step.command, 'continue');
    assert.deepEqual(step.inserted, [POST_COMMIT, ABORT, BRANCH, MAIN]);
    step.stop('ours', POST_COMMIT);
    assert.equal(step.told, 'committed');
    assert.equal(step.held, false);
    assert.equal(step.stand(at(POST_COMMIT, { line: 2 })).finished, 'step');
  });

  it('goes by instruction where the next one may be at the guard, which would wedge gdb', () => {
    for (const request of [NEXT, { ...NEXT, kind: 'stepOut' as const }]) {
      const frames = [frame(0x10bn, 'inlined'), frame(0x10bn, 'f'), frame(MAIN, 'main')];
      const step = stepping(request, at(0x10bn, { frames }));
      assert.deepEqual([step.command, step.inserted], ['nexti', []]);
      step.stop('endOfStep', PRELUDE).stand(at(PRELUDE, { atLineStart: false, frames }));
      assert.equal(step.kind, 'passing');
    }
    // Stepped over, a call would not be entered.
    const into = stepping({ ...NEXT, kind: 'stepIn' }, at(0x10bn));
    assert.deepEqual([into.command, into.inserted], ['stepIn', [PRELUDE]]);
  });

  it('tells that it has run through though a breakpoint of the user’s right behind the commit ends it', () => {
    const step = stepping(NEXT, at(PRELUDE)).stop('user', POST_COMMIT);
    assert.deepEqual([step.finished, step.told], ['stop', 'committed']);
  });

  it('tells of no run where something of the user’s stops it elsewhere, before it has moved, or another thread', () => {
    assert.equal(stepping(NEXT, at(PRELUDE)).stop('user', START).told, undefined);
    assert.equal(stepping(NEXT, at(PRELUDE)).stop('user', POST_COMMIT, { thread: 2 }).told, undefined);
    const loop = { ...REGION, exits: [...REGION.exits, { address: PRELUDE, origin: 'branch' as const }] };
    assert.equal(stepping(NEXT, at(PRELUDE, { regions: [loop] })).stop('user', PRELUDE).told, undefined);
    // Who stops at abort handlers tells of the abort.
    assert.equal(stepping(NEXT, at(PRELUDE)).stop('user', ABORT).told, undefined);
  });

  it('is over at a guard that is the start of the next line', () => {
    const step = stepping(NEXT, at(0x100n)).stop('ours', PRELUDE);
    assert.equal(step.stand(at(PRELUDE, { line: 2 })).finished, 'step');
  });

  it('passes a region that it begins in front of, at its arming store, or inside', () => {
    for (const pc of [PRELUDE, ARMING, START]) assert.equal(stepping(NEXT, at(pc)).kind, 'passing');
  });

  it('goes round again where the exit lies on its own line', () => {
    const step = stepping(NEXT, at(PRELUDE)).stop('ours', POST_COMMIT);
    step.stand(at(POST_COMMIT, { atLineStart: false }));
    assert.deepEqual(step.inserted, [PRELUDE]);
    assert.equal(step.command, 'next');
    assert.equal(step.stop('endOfStep', 0x130n).finished, 'stop');
  });

  it('leaves an abort handler without lines by instruction and runs the retry through', () => {
    const step = stepping(NEXT, at(PRELUDE)).stop('ours', ABORT);
    assert.equal(step.told, 'aborted');
    step.stand(at(ABORT, { line: 0, frames: [frame(ABORT), frame(0x7fn)] }));
    assert.equal(step.command, 'nexti');
    step.stop('endOfStep', PRELUDE).stand(at(PRELUDE, { atLineStart: false }));
    assert.equal(step.kind, 'passing');
  });

  it('tells an exit that nobody declared', () => {
    assert.equal(stepping(NEXT, at(PRELUDE)).stop('ours', BRANCH).told, 'exited');
  });

  it('ends at the return address where the way into the region was not taken', () => {
    const step = stepping(NEXT, at(PRELUDE)).stop('ours', MAIN);
    assert.equal(step.told, undefined);
    const caller = { line: 9, frameAddress: 0x1100n, frames: [frame(MAIN, 'main')], regions: [] };
    assert.equal(step.stand(at(MAIN, caller)).finished, 'step');
  });

  it('returns from a recursive call in which a guard was hit', () => {
    const step = stepping(NEXT, at(0x100n)).stop('ours', PRELUDE);
    step.stand(at(PRELUDE, { frameAddress: 0xf00n, atLineStart: false }));
    assert.equal(step.command, 'finish');
    step.stop('endOfStep', 0x100n).stand(at(0x100n, { atLineStart: false }));
    assert.deepEqual(step.inserted, [PRELUDE]);
    assert.equal(step.command, 'next');
  });

  it('returns from a recursive call through the frames inlined there', () => {
    const frames = [frame(PRELUDE, 'inlined'), frame(PRELUDE, 'f'), frame(0x108n, 'f')];
    const step = stepping(NEXT, at(0x100n)).stop('ours', PRELUDE);
    assert.equal(step.stand(at(PRELUDE, { frameAddress: 0xf00n, frames })).command, 'finish 1');
  });

  it('does not end next in a function inlined into its frame', () => {
    const frames = [frame(POST_COMMIT, 'inlined'), frame(POST_COMMIT, 'f'), frame(MAIN, 'main')];
    const step = stepping(NEXT, at(PRELUDE)).stop('ours', POST_COMMIT);
    assert.equal(step.stand(at(POST_COMMIT, { line: 5, frames })).command, 'next');
  });

  it('judges the end of the command itself where the step went on from another line', () => {
    const step = stepping(NEXT, at(PRELUDE)).stop('ours', POST_COMMIT);
    const frames = [frame(POST_COMMIT, 'inlined'), frame(POST_COMMIT, 'f'), frame(MAIN, 'main')];
    step.stand(at(POST_COMMIT, { line: 5, frames })).stop('endOfStep', 0x120n);
    assert.equal(step.kind, 'locating');
    assert.equal(step.stand(at(0x120n, { line: 6 })).finished, 'step');
  });

  it('runs to the exit of a region from an instruction step, and says so', () => {
    const request: StepRequest = { ...NEXT, granularity: 'instruction' };
    assert.equal(stepping(request, at(0x100n)).command, 'nexti');
    const step = stepping(request, at(ARMING));
    assert.equal(step.command, 'continue');
    step.stop('ours', POST_COMMIT);
    assert.equal(step.told, 'committed');
    assert.equal(step.finished, 'step');
    assert.equal(step.held, false);
  });
});

describe('stepping out near a region', () => {
  it('lets a real frame run to its end', () => {
    assert.equal(stepping(STEP_OUT, at(PRELUDE)).command, 'finish');
  });

  it('guards an inlined frame, which gdb leaves by single steps', () => {
    const frames = [frame(0x100n, 'inlined'), frame(0x100n, 'f'), frame(MAIN, 'main')];
    const step = stepping(STEP_OUT, at(0x100n, { frames }));
    assert.deepEqual(step.inserted, [PRELUDE]);
    assert.equal(step.command, 'finish');
    step.stop('endOfStep', 0x130n).stand(at(0x130n, { atLineStart: false }));
    assert.equal(step.finished, 'step');
  });
});

describe('a region without a known prelude', () => {
  const regions = [{ ...REGION, preludes: [] }];

  it('is guarded at its abort handler', () => {
    assert.deepEqual(stepping(NEXT, at(0x100n, { regions })).inserted, [ABORT]);
  });

  it('lets the retry from a handler with lines run free', () => {
    const step = stepping(NEXT, at(0x100n, { regions })).stop('ours', ABORT);
    step.stand(at(ABORT, { regions, atLineStart: false }));
    assert.equal(step.command, 'continue');
    assert.deepEqual(step.inserted, [POST_COMMIT, BRANCH, MAIN]);
  });
});

describe('an abort handler without lines', () => {
  const wild = { line: 0, frameAddress: 0x1040n, frames: [frame(ABORT), frame(0x7fn)] };
  const inlined = [frame(0x100n, 'inlined'), frame(0x100n, 'f'), frame(MAIN, 'main')];

  it('never ends stepOut, though its frames look like a return', () => {
    const step = stepping(STEP_OUT, at(PRELUDE, { frames: inlined }))
      .stop('ours', ABORT)
      .stand(at(ABORT, wild));
    assert.equal(step.command, 'nexti');
  });

  it('as the beginning of a step is no frame that a later guard is inside of', () => {
    const step = stepping(NEXT, at(ABORT, wild)).stop('endOfStep', 0x108n);
    step.stand(at(0x108n, { atLineStart: false })).stop('ours', PRELUDE);
    assert.equal(step.stand(at(PRELUDE, { atLineStart: false })).command, 'continue');
  });

  it('without a known prelude is left by instruction before the retry runs free, so that its return address is known', () => {
    const regions = [{ ...REGION, preludes: [] }];
    const step = stepping(NEXT, at(0x100n, { regions }))
      .stop('ours', ABORT)
      .stand(at(ABORT, { ...wild, regions }));
    assert.equal(step.command, 'nexti');
    step.stop('endOfStep', 0x130n).stand(at(0x130n, { regions, atLineStart: false }));
    assert.equal(step.command, 'continue');
    assert.deepEqual(step.inserted, [POST_COMMIT, ABORT, BRANCH, MAIN]);
  });
});

describe('a function without lines', () => {
  it('is left by stepOut like any other', () => {
    assert.equal(stepping(STEP_OUT, at(0x100n, { line: 0 })).command, 'finish');
  });

  it('is stepped by gdb, with its regions guarded', () => {
    const step = stepping(NEXT, at(0x100n, { line: 0 }));
    assert.deepEqual(step.inserted, [PRELUDE]);
    assert.equal(step.command, 'next');
  });
});

describe('stepping into a recursion', () => {
  it('ends at its first line though a guard is hit there', () => {
    const step = stepping(STEP_IN, at(0x120n, { line: 7 })).stop('ours', PRELUDE);
    assert.equal(step.stand(at(PRELUDE, { frameAddress: 0xf00n, line: 2 })).finished, 'step');
  });
});

describe('what comes between', () => {
  const handlerFrames = [frame(0x90n, 'onSignal'), { ...frame(1n), isSignalTrampoline: true }, frame(ABORT, 'f')];

  it('an instruction step that is to show the attempt goes into it like any other', () => {
    const step = stepping({ ...NEXT, granularity: 'instruction', intoAttempt: true }, at(PRELUDE));
    assert.deepEqual([step.kind, step.command, step.inserted], ['plain', 'nexti', []]);
  });

  it('stepOut of a signal handler ends in the code that was interrupted, not in the trampoline', () => {
    const handler = at(0x90n, { frames: handlerFrames, frameAddress: 0x900n });
    const step = stepping(STEP_OUT, handler).stop('endOfStep', 1n, { noPlaceToEnd: true });
    step.stand(at(1n, { line: 0, frames: handlerFrames.slice(1), frameAddress: 0xf00n, regions: [] }));
    assert.deepEqual([step.kind, step.command], ['leaving', 'nexti']);
    step.stop('endOfStep', 0x121n).stand(at(0x121n, { line: 3 }));
    assert.equal(step.finished, 'step');
  });

  it('a step near no region does not end in a trampoline either', () => {
    const step = stepping(STEP_OUT, undefined).stop('endOfStep', 1n, { noPlaceToEnd: true });
    step.stand(at(1n, { line: 0, frames: handlerFrames.slice(1), frameAddress: 0xf00n, regions: [] }));
    assert.equal(step.command, 'nexti');
    step.stop('endOfStep', 0x121n).stand(at(0x121n, { line: 3, regions: [] }));
    assert.equal(step.finished, 'step');
  });

  it('a signal handler runs to its end before the step goes on', () => {
    const step = stepping(NEXT, at(PRELUDE)).stop('ours', POST_COMMIT);
    step.stand(at(0x90n, { frames: handlerFrames, frameAddress: 0xe00n }));
    assert.equal(step.command, 'finish');
    const trampoline = handlerFrames.slice(1);
    step.stop('endOfStep', 1n).stand(at(1n, { line: 0, frames: trampoline, frameAddress: 0xf00n, regions: [] }));
    assert.equal(step.command, 'nexti');
    step.stop('endOfStep', ARMING).stand(at(ARMING, { atLineStart: false }));
    assert.equal(step.kind, 'passing');
  });

  it('a window that lasts too long is interrupted, and goes on with the others released', () => {
    const step = stepping(NEXT, at(PRELUDE)).send({ kind: 'timeout' });
    assert.deepEqual(step.actions, [{ kind: 'interrupt' }]);
    step.stop('interrupt', 0x90n, { thread: 2 });
    assert.equal(step.held, false);
    assert.equal(step.command, 'continue');
    assert.deepEqual(step.send({ kind: 'timeout' }).actions, []);
  });

  it('an interrupt that comes after the exit does not end the step', () => {
    const step = stepping(NEXT, at(PRELUDE)).send({ kind: 'timeout' }).stop('ours', POST_COMMIT);
    step.stand(at(POST_COMMIT, { atLineStart: false })).stop('interrupt', 0x119n, { thread: 2 });
    assert.equal(step.kind, 'locating');
    step.stand(at(0x119n, { atLineStart: false }));
    assert.equal(step.command, 'next');
  });

  it('an interrupt that comes during a plain step has the command given again', () => {
    assert.equal(stepping(NEXT, undefined).stop('interrupt', 0x11n).command, 'next');
  });

  it('a timeout that comes when nobody is held does nothing', () => {
    assert.deepEqual(stepping(NEXT, at(0x100n)).send({ kind: 'timeout' }).actions, []);
  });

  const states: [string, () => Driven<State>][] = [
    ['plain', () => stepping(NEXT, undefined)],
    ['guarded', () => stepping(NEXT, at(0x100n))],
    ['passing', () => stepping(NEXT, at(PRELUDE))],
    ['leaving', () => stepping(NEXT, at(ABORT, { line: 0 }))],
    ['returning', () => stepping(STEP_OUT, at(0x100n))],
  ];

  for (const [name, make] of states) {
    it(`a stop of the user's in the state ${name} ends the step and cleans up`, () => {
      for (const thread of [1, 2]) {
        const step = make();
        assert.equal(step.kind, name);
        step.stop('user', 0x100n, { thread });
        assert.equal(step.finished, 'stop');
        assert.equal(step.held, false);
        assert.ok(step.removesAll);
        assert.ok(step.actions.some(action => action.kind === 'stopTimer'));
      }
    });

    it(`a command that fails in the state ${name} ends the step with its message`, () => {
      const step = make().send({ kind: 'failed', message: 'no such thread' });
      assert.deepEqual(step.actions.at(-1), { kind: 'finish', as: 'step', note: 'no such thread' });
      assert.equal(step.held, false);
      assert.ok(step.removesAll);
    });
  }

  it('a finished step takes nothing more', () => {
    const step = stepping(NEXT, undefined).stop('endOfStep', 0x11n);
    assert.throws(() => step.send({ kind: 'timeout' }), /finished step/);
  });

  it('a position that nobody asked for is a defect of the driver', () => {
    assert.throws(() => stepping(NEXT, undefined).stand(at(0x100n)), /while plain/);
  });

  it('a stop of a stopped thread is a defect of the driver', () => {
    const step = stepping(NEXT, at(0x100n)).stop('ours', PRELUDE);
    assert.throws(() => step.stop('endOfStep', PRELUDE), /was stopped/);
  });
});

describe('stepOut from an inlined function, which a signal handler has cut short', () => {
  it('goes on by lines, so that the next signal does not cut it short at the same place', () => {
    const inlined = { frames: [frame(0x100n, 'g'), frame(0x100n, 'f'), frame(MAIN, 'main')] };
    const step = stepping(STEP_OUT, at(0x100n, inlined));
    assert.equal(step.command, 'finish');
    const trampoline = { pc: 0x900n, hasLine: false, isSignalTrampoline: true };
    step.stop('endOfStep', 0x800n);
    step.stand(at(0x800n, { frameAddress: 0x800n, frames: [frame(0x800n, 'handler'), trampoline, ...inlined.frames] }));
    assert.equal(step.command, 'finish');
    step.stop('endOfStep', 0x900n);
    step.stand(at(0x900n, { line: 0, frameAddress: 0x810n, frames: [trampoline, ...inlined.frames], regions: [] }));
    assert.equal(step.command, 'nexti');
    step.stop('endOfStep', 0x100n).stand(at(0x100n, inlined));
    assert.equal(step.command, 'next');
  });
});
