import fc from 'fast-check';
import { play } from '../../support/kernelSimulatorInvariants.js';
import { scenarios } from '../../support/kernelSimulatorScenarios.js';

const RUNS = 400;

describe('stepping under the rules of the kernel', () => {
  it('ends every step on a line, loses no update, and costs nobody an attempt', () => {
    fc.assert(
      fc.property(scenarios, scenario => {
        play(scenario);
      }),
      { numRuns: Number(process.env['RUNS'] ?? RUNS), seed: Number(process.env['SEED'] ?? 1) },
    );
  });
});
