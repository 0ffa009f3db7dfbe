import assert from 'node:assert/strict';
import { join } from 'node:path';
import { lineOf } from '../../support/debugSession.js';
import { until } from '../poll.js';
import type { Scenario } from '../runner.js';
import { SAMPLES, type Stage } from '../stage.js';
import type { Workbench } from '../workbench.js';

/** Steps that an editor needs from in front of a region to behind it: more would be a step that does not get on. */
const MOST_STEPS = 6;

/** The first session: a breakpoint, a start, and steps over critical sections. */
export function steppingScenarios(stage: Stage): Scenario[] {
  return [
    stage.scenario('steps over a critical section in C; nothing is aborted', 'c', async workbench => {
      await stepOver(workbench, 'counter_cs', 'counter_cs.c', 'before-region', 'after-region');
      await workbench.picture('after-region');
      const view = workbench.view('Restartable Sequences');
      await until(
        'the commit in the view',
        () => view.texts(),
        rows => rows.some(row => row.includes('1 commit')),
      );
      const rows = await view.texts();
      assert.ok(
        rows.some(row => row.includes('counter_inc') && row.includes('counter_cs.c:19') && !row.includes('abort')),
        rows.join('\n'),
      );
      assert.ok(
        rows.some(row => row.includes('in no restartable sequence')),
        rows.join('\n'),
      );
      await view.picture('regions-view');
      assert.match((await workbench.statusBar('Restartable sequences')) ?? '', /counter_inc: committed/);
      assert.equal(await workbench.evaluate('aborts'), '0');
      assert.equal(await workbench.evaluate('commits'), '0'); // The line that counts it is the next one.
      await workbench.stop();
    }),

    stage.scenario('steps over a critical section in an assembler file', 'asm', async workbench => {
      await stepOver(workbench, 'counter_asm', 'counter_asm.S', 'before-prelude', 'after-region');
      await workbench.picture('after-region');
      assert.equal(await workbench.evaluate('aborts'), '0');
      await workbench.stop();
    }),

    stage.scenario(
      'moves a breakpoint out of a region before the eyes of the user, and says why',
      'move',
      async workbench => {
        const source = join(SAMPLES, 'counter_asm.S');
        await workbench.setBreakpoint(source, 'region-commit');
        await workbench.debug('counter_asm');
        await workbench.stoppedAt(lineOf(source, 'prelude'));
        const glyphs = await workbench.breakpointGlyphs();
        assert.ok(!glyphs.includes(lineOf(source, 'region-commit')), `glyphs at ${glyphs.join(', ')}`);
        assert.match(await workbench.hoverBreakpoint(), /restartable sequence/);
        await workbench.picture('reason');
        await workbench.stop();
      },
    ),
  ];
}

/** Sets a breakpoint at one marker, starts, and steps to another; each press of the button must move the stopped line. */
async function stepOver(workbench: Workbench, program: string, file: string, from: string, to: string): Promise<void> {
  const source = join(SAMPLES, file);
  await workbench.setBreakpoint(source, from);
  await workbench.debug(program);
  await workbench.stoppedAt(lineOf(source, from));
  const seen: number[] = [];
  while (seen.at(-1) !== lineOf(source, to) && seen.length < MOST_STEPS) {
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
  assert.equal(seen.at(-1), lineOf(source, to), `the lines were ${seen.join(', ')}`);
}
