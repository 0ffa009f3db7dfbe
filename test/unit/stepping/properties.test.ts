import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Region } from '../../../src/rseq/region.js';
import { STEP, type State } from '../../../src/stepping/machine.js';
import type { Action, Input, Machine, Transition } from '../../../src/stepping/types.js';
import { MACHINES, type Machines } from '../../support/kernelSimulator.js';
import { play, type Faults } from '../../support/kernelSimulatorInvariants.js';
import { scenarios, type Scenario } from '../../support/kernelSimulatorScenarios.js';

/** The same programs and users in every run: a failure here is one that everybody sees. */
const SEED = 1;

function check(faults: Faults, numRuns: number): fc.RunDetails<[Scenario]> {
  const property = fc.property(scenarios, scenario => {
    play(scenario, faults);
  });
  return fc.check(property, { numRuns, seed: SEED, endOnFailure: true });
}

/** A fault is planted: the properties must tell, in these words. */
function assertCaught(faults: Faults, words: RegExp): void {
  const { failed, errorInstance } = check(faults, 2000);
  assert.ok(failed, 'nobody noticed');
  assert.match(errorInstance instanceof Error ? errorInstance.message : '', words);
}

function withRegions(change: (region: Region) => Partial<Region>): Faults {
  return { regions: ({ regions }) => regions.map(region => ({ ...region, ...change(region) })) };
}

/** The machines with their actions changed. */
function withActions(change: (actions: readonly Action[]) => Action[]): Faults {
  const changed = <S>({ state, actions }: Transition<S>): Transition<S> => ({ state, actions: change(actions) });
  const whole = <S extends { readonly kind: string }>(machine: Machine<S>): Machine<S> => ({
    ...machine,
    transition: (state, input) => changed(machine.transition(state, input)),
  });
  const machines: Machines = {
    begin: (...args) => changed(MACHINES.begin(...args)),
    step: whole(MACHINES.step),
    beginPass: (...args) => {
      const first = MACHINES.beginPass(...args);
      return first === undefined ? undefined : changed(first);
    },
    pass: whole(MACHINES.pass),
  };
  return { machines };
}

/** The machine of steps with a transition of its own. */
function withTransition(transition: (state: State, input: Input) => Transition<State>): Faults {
  return { machines: { ...MACHINES, step: { ...STEP, transition } } };
}

describe('stepping under the rules of the kernel', () => {
  it('ends every step on a line, loses no update, costs nobody an attempt and leaves nothing behind', () => {
    const { failed, errorInstance, counterexample } = check({}, 300);
    assert.ok(!failed, `${String(errorInstance)}\n${JSON.stringify(counterexample)}`);
  });

  it('loses no update where the user has breakpoints inside regions', () => {
    const { failed, errorInstance } = check({ breakpointsInside: true }, 100);
    assert.ok(!failed, String(errorInstance));
  });
});

describe('the properties of stepping catch', () => {
  it('a guard at start_ip, where a stop has aborted the region already', () => {
    assertCaught(
      withRegions(({ range }) => ({ preludes: [range!.start] })),
      /was aborted|no end/,
    );
  });

  it('a guard on the arming store, which costs the other threads their attempts', () => {
    assertCaught(
      withRegions(({ armingStore, preludes }) => (preludes.length === 0 ? {} : { preludes: [armingStore!] })),
      /thread [234] was aborted/,
    );
  });

  it('displaced stepping, which lets a region run unprotected', () => {
    assertCaught({ displaced: true, breakpointsInside: true }, /update .* was lost/);
  });

  it('a free pass that is forgotten: the breakpoint inside catches every retry', () => {
    assertCaught(
      { breakpointsInside: true, machines: { ...MACHINES, beginPass: () => undefined } },
      /stopped 3 times in one region|no end/,
    );
  });

  it('a free pass that lifts nothing', () => {
    assertCaught(
      { breakpointsInside: true, ...withActions(actions => actions.filter(action => action.kind !== 'lift')) },
      /stopped 3 times in one region|no end/,
    );
  });

  it('a forgotten post-commit exit', () => {
    assertCaught(
      withRegions(({ exits }) => ({ exits: exits.filter(exit => exit.origin !== 'postCommit') })),
      /no end|called|held/,
    );
  });

  it('a forgotten exit through a branch that nobody declared', () => {
    assertCaught(
      withRegions(({ exits }) => ({ exits: exits.filter(exit => exit.origin !== 'branch') })),
      /left unseen/,
    );
  });

  it('an abort handler that is not followed to a line', () => {
    assertCaught(
      withTransition((state, input) => {
        const bare = input.kind === 'position' && input.position.line === undefined;
        if (!bare) return STEP.transition(state, input);
        return { state: { kind: 'done' }, actions: [{ kind: 'finish', as: 'step' }] };
      }),
      /abort handler/,
    );
  });

  it('other threads that are never released', () => {
    assertCaught(
      withActions(actions => actions.filter(action => action.kind !== 'holdOthers' || action.hold)),
      /still held/,
    );
  });

  it('guards that are never removed', () => {
    assertCaught(
      withActions(actions => actions.filter(action => action.kind !== 'removeAll')),
      /breakpoint was left/,
    );
  });

  it('a window without a bound, in which a signal handler waits for the others for ever', () => {
    assertCaught(
      withTransition((state, input) =>
        input.kind === 'timeout' ? { state, actions: [] } : STEP.transition(state, input),
      ),
      /no end/,
    );
  });

  it('a step that ends twice', () => {
    assertCaught(
      withActions(actions =>
        actions.flatMap<Action>(action => (action.kind === 'finish' ? [action, action] : [action])),
      ),
      /reported 2 times/,
    );
  });
});
