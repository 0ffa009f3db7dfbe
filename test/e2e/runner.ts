import { messageOf } from '../../src/util/errors.js';

/** One story of a user's in the editor. */
export interface Scenario {
  /** A sentence about what the user sees. */
  readonly title: string;
  run(): Promise<void>;
}

/** What the runner tells of its work. */
export interface Reporter {
  write(line: string): void;
  /** The scenario has failed: what can be kept of it is to be kept now. */
  failed(title: string, attempt: number): Promise<void>;
}

const ATTEMPTS = 2;

/**
 * Runs scenarios one after another. One that fails is tried once more, since a browser, an editor and its server stand
 * between us and what is tested; both results are printed.
 *
 * @returns how many failed in every attempt
 */
export async function runScenarios(scenarios: readonly Scenario[], reporter: Reporter): Promise<number> {
  let failures = 0;
  for (const scenario of scenarios) {
    if (!(await passes(scenario, reporter))) failures++;
  }
  return failures;
}

async function passes(scenario: Scenario, reporter: Reporter): Promise<boolean> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const begin = performance.now();
    const which = attempt === 1 ? '' : `, attempt ${attempt}`;
    const spent = (): string => `${((performance.now() - begin) / 1000).toFixed(1)} s${which}`;
    try {
      await scenario.run();
      reporter.write(`  passed  ${scenario.title} (${spent()})`);
      return true;
    } catch (error) {
      reporter.write(`  FAILED  ${scenario.title} (${spent()})\n${messageOf(error).replace(/^/gm, '            ')}`);
      await reporter.failed(scenario.title, attempt);
    }
  }
  return false;
}
