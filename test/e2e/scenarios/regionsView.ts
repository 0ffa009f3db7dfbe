import assert from 'node:assert/strict';
import { join } from 'node:path';
import { lineOf } from '../../support/debugSession.js';
import { until } from '../poll.js';
import type { Scenario } from '../runner.js';
import { SAMPLES, type Stage } from '../stage.js';
import type { Workbench } from '../workbench.js';

const SOURCE = join(SAMPLES, 'counter_cs.c');
/** What extensions draw into the gutter; no other does here. */
const MARKS = '.glyph-margin-widgets [class*="TextEditorDecorationType"]';
const VIEW = 'Restartable Sequences';

/** The view of the regions, and the marks in the editor. */
export function regionsScenarios(stage: Stage): Scenario[] {
  return [
    stage.scenario('marks the lines of regions in the gutter while a session runs', 'gutter', async workbench => {
      await stopInFront(workbench);
      const marks = await until(
        'the marks',
        () => workbench.linesAt(MARKS),
        lines => lines.length > 0,
      );
      assert.ok(marks.includes(lineOf(SOURCE, 'region')), `the marks are at ${marks.join(', ')}`);
      assert.ok(!marks.includes(lineOf(SOURCE, 'after-region')), `the marks are at ${marks.join(', ')}`);
      await workbench.stop();
      await until(
        'the end of the marks',
        () => workbench.linesAt(MARKS),
        lines => lines.length === 0,
      );
    }),

    stage.scenario('leads from a region in the view to its source, and runs to its commit', 'view', async workbench => {
      await stopInFront(workbench);
      const view = await workbench.openView(VIEW);
      await workbench.rowOf(view, /counter_inc.*counter_cs\.c:19/);
      const region = view.locator('.monaco-list-row', { hasText: 'counter_cs.c:19' });
      await workbench.command('View: Close All Editors');
      await region.click();
      await workbench.activeTab(SOURCE).waitFor();
      await until(
        'the cursor at the region',
        () => workbench.cursorLine(),
        line => line === lineOf(SOURCE, 'region'),
      );
      await region.hover();
      await region.locator('.action-label[aria-label="Run to Commit"]').click();
      await workbench.stoppedAt(lineOf(SOURCE, 'after-region'));
      await workbench.picture('committed');
      await workbench.stop();
    }),
  ];
}

async function stopInFront(workbench: Workbench): Promise<void> {
  await workbench.setBreakpoint(SOURCE, 'before-region');
  await workbench.debug('counter_cs');
  await workbench.stoppedAt(lineOf(SOURCE, 'before-region'));
}
