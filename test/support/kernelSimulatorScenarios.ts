import fc from 'fast-check';
import type { StepRequest } from '../../src/stepping/types.js';
import type { FunctionSpec, ItemSpec, LineSpec, ProgramSpec, RegionSpec } from './kernelSimulatorProgram.js';

/** What the user does: continues (to a pause at the latest), or steps a thread, perhaps with a pause that comes in between. */
export type UserAction =
  | { readonly kind: 'continue'; readonly ticks: number }
  | { readonly kind: 'step'; readonly request: StepRequest; readonly pauseAfter: number | undefined };

/** A program, its threads and what the user does to it. */
export interface Scenario {
  readonly program: ProgramSpec;
  readonly threads: number;
  readonly seed: number;
  readonly actions: readonly UserAction[];
}

const region: fc.Arbitrary<RegionSpec> = fc.record({
  kind: fc.constant('region' as const),
  body: fc.integer({ min: 0, max: 3 }),
  preludeKnown: fc.boolean(),
  innerLoop: fc.boolean(),
  leaves: fc.constantFrom('never', 'behind', 'cold'),
  handler: fc.constantFrom('bare', 'lines'),
  handlerLength: fc.integer({ min: 0, max: 2 }),
  retry: fc.constantFrom('prelude', 'arming', 'give up'),
  ownLine: fc.boolean(),
});

const simple: fc.Arbitrary<ItemSpec> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('plain' as const), count: fc.integer({ min: 1, max: 3 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('skip' as const), count: fc.integer({ min: 0, max: 2 }) }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'again' as const }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('call' as const), to: fc.integer({ min: 0, max: 2 }) }) },
  { weight: 4, arbitrary: region },
);

const inlined: fc.Arbitrary<ItemSpec> = fc.record({
  kind: fc.constant('inlined' as const),
  lines: fc.array(fc.array(simple, { maxLength: 2 }), { minLength: 1, maxLength: 2 }),
});

const line: fc.Arbitrary<LineSpec> = fc.array(
  fc.oneof({ weight: 4, arbitrary: simple }, { weight: 1, arbitrary: inlined }),
  { maxLength: 3 },
);

const lines = fc.array(line, { minLength: 1, maxLength: 3 });

const aFunction: fc.Arbitrary<FunctionSpec> = fc.record({
  lines,
  hasLines: fc.integer({ min: 0, max: 7 }).map(number => number > 0),
});

const handler: fc.Arbitrary<FunctionSpec> = fc
  .tuple(lines, fc.boolean())
  .map(([own, waits]) => ({ lines: waits ? [[{ kind: 'wait' as const }], ...own] : own, hasLines: true }));

const request: fc.Arbitrary<StepRequest> = fc.record({
  thread: fc.constant(1),
  kind: fc.constantFrom('next', 'next', 'stepIn', 'stepOut'),
  granularity: fc.constantFrom('line', 'line', 'instruction'),
});

const action: fc.Arbitrary<UserAction> = fc.oneof(
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('continue' as const), ticks: fc.integer({ min: 1, max: 200 }) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('step' as const),
      request,
      pauseAfter: fc.option(fc.integer({ min: 0, max: 60 }), { nil: undefined, freq: 8 }),
    }),
  },
);

/** Random programs under random users. */
export const scenarios: fc.Arbitrary<Scenario> = fc.record({
  program: fc.record({
    functions: fc
      .tuple(lines, fc.array(aFunction, { maxLength: 2 }))
      .map(([first, rest]) => [{ lines: first, hasLines: true }, ...rest]),
    handler: fc.option(handler, { nil: undefined, freq: 3 }),
  }),
  threads: fc.integer({ min: 1, max: 4 }),
  seed: fc.nat(),
  actions: fc.array(action, { minLength: 1, maxLength: 10 }),
});
