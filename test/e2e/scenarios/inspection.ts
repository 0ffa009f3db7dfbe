import assert from 'node:assert/strict';
import { join } from 'node:path';
import { lineOf } from '../../support/debugSession.js';
import { until } from '../poll.js';
import type { Scenario } from '../runner.js';
import { SAMPLES, type Stage } from '../stage.js';

/** What a user looks at while a program is stopped. */
export function inspectionScenarios(stage: Stage): Scenario[] {
  return [
    stage.scenario(
      'shows values: Variables, Watch, the debug console, a word under the mouse',
      'look',
      async workbench => {
        const source = join(SAMPLES, 'plain.c');
        await workbench.setBreakpoint(source, 'add');
        await workbench.debug('plain');
        await workbench.stoppedAt(lineOf(source, 'add'));
        assert.equal(await workbench.variable(/^a, value/, 'Arguments'), 'a, value 1');
        assert.match(await workbench.watch('a + global_counter'), /^a \+ global_counter, value 42\b/);
        assert.equal(await workbench.evaluate('matrix[1][2]'), '6');
        assert.equal(await workbench.hover('int sum = a + b;', 'b'), '0');
        await workbench.picture('values');
        await workbench.stop();
      },
    ),

    stage.scenario('marks in the disassembly what instructions are to a region', 'disassembly', async workbench => {
      const source = join(SAMPLES, 'counter_cs.c');
      await workbench.setBreakpoint(source, 'region');
      await workbench.debug('counter_cs');
      await workbench.stoppedAt(lineOf(source, 'region'));
      await workbench.command('Open Disassembly View');
      const roles = ['prelude', 'arming store', 'start', 'commit', 'behind the commit'];
      await until(
        'the marks',
        () => workbench.rows('.disassembly-view'),
        rows => roles.every(role => rows.some(row => row.includes(`rseq: ${role} of counter_inc`))),
      );
      await workbench.picture('marks');
      await workbench.stop();
    }),
  ];
}
