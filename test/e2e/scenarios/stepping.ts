import assert from 'node:assert/strict';
import { join } from 'node:path';
import { lineOf } from '../../support/debugSession.js';
import { until } from '../poll.js';
import type { Scenario } from '../runner.js';
import { SAMPLES, type Stage } from '../stage.js';

/** The first session: a breakpoint, F5, and steps over critical sections. */
export function steppingScenarios(stage: Stage): Scenario[] {
  return [
    stage.scenario('steps over a critical section in C', 'c', async workbench => {
      const source = join(SAMPLES, 'counter_cs.c');
      const line = (marker: string): number => lineOf(source, marker);
      await workbench.setBreakpoint(source, 'before-region');
      await workbench.debug('counter_cs');
      await workbench.stoppedAt(line('before-region'));
      await workbench.picture('stopped');
      const seen: number[] = [];
      while (seen.at(-1) !== line('after-region') && seen.length < 6) {
        const before = await workbench.stoppedLine();
        await workbench.press('step-over');
        seen.push(
          await until(
            'another line',
            () => workbench.stoppedLine(),
            at => at !== 0 && at !== before,
          ),
        );
      }
      assert.equal(seen.at(-1), line('after-region'), `the lines were ${seen.join(', ')}`);
      await workbench.picture('after');
      await workbench.stop();
    }),
  ];
}
