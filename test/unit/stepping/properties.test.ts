import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Region } from '../../../src/rseq/region.js';
import { transition, type Transition } from '../../../src/stepping/machine.js';
import type { Action } from '../../../src/stepping/types.js';
import { MACHINE, type Machine } from '../../support/kernelSimulator.js';
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

/** The machine with its actions changed. */
function withActions(change: (actions: readonly Action[]) => Action[]): Faults {
  const changed = ({ state, actions }: Transition): Transition => ({ state, actions: change(actions) });
  const machine: Machine = {
    begin: (...args) => changed(MACHINE.begin(...args)),
    transition: (...args) => changed(MACHINE.transition(...args)),
  };
  return { machine };
}

function withTransition(change: Machine['transition']): Faults {
  return { machine: { ...MACHINE, transition: change } };
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
        if (!bare) return transition(state, input);
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
      withTransition((state, input) => (input.kind === 'timeout' ? { state, actions: [] } : transition(state, input))),
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
