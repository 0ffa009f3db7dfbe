import assert from 'node:assert/strict';
import { join } from 'node:path';
import { lineOf } from '../../support/debugSession.js';
import type { Scenario } from '../runner.js';
import { SAMPLES, type Stage } from '../stage.js';
import type { Workbench } from '../workbench.js';

/** Steps that an editor needs from in front of a region to behind it: more would be a step that does not get on. */
const MOST_STEPS = 6;

/** Steps over critical sections, and stops that concern them. */
export function steppingScenarios(stage: Stage): Scenario[] {
  return [
    stage.scenario('steps over a critical section in C; nothing is aborted', 'c', async workbench => {
      await stepOver(workbench, 'counter_cs', 'counter_cs.c', 'before-region', 'after-region');
      const view = await workbench.openView('Restartable Sequences');
      await workbench.rowOf(view, /counter_inc.*counter_cs\.c:19, 1 commit$/);
      await workbench.rowOf(view, /in no restartable sequence/);
      await workbench.picture('after-region');
      await workbench.picture('regions-view', view);
      assert.match((await workbench.statusBar('Restartable sequences')) ?? '', /counter_inc: committed/);
      assert.equal(await workbench.variable(/^aborts seen, value/, 'Restartable sequence'), 'aborts seen, value 0');
      assert.equal(await workbench.variable(/^aborts, value/, 'Globals'), 'aborts, value 0');
      assert.equal(await workbench.evaluate('commits'), '0'); // The line that counts it is the next one.
      await workbench.stop();
    }),

    stage.scenario('steps over a critical section in an assembler file', 'asm', async workbench => {
      await stepOver(workbench, 'counter_asm', 'counter_asm.S', 'before-prelude', 'after-region');
      await workbench.picture('after-region');
      assert.equal(await workbench.variable(/^aborts seen, value/, 'Restartable sequence'), 'aborts seen, value 0');
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
        assert.deepEqual(await workbench.breakpointGlyphs(), [lineOf(source, 'prelude')]);
        assert.match(await workbench.hoverBreakpoint(), /restartable sequence/);
        await workbench.picture('reason');
        await workbench.stop();
      },
    ),

    stage.scenario('stops at an abort, where the user asks for it, and explains it', 'abort', async workbench => {
      await workbench.debug('until_abort');
      await workbench.stoppedBeside(0);
      await workbench.toggleExceptions('rseq: abort');
      await workbench.press('continue');
      const explanation = workbench.page.locator('.exception-widget');
      await explanation.waitFor();
      assert.match(
        (await explanation.textContent()) ?? '',
        /The restartable sequence of wait_for_abort .* has been aborted/,
      );
      await workbench.picture('explained');
      await workbench.toggleExceptions('rseq: abort');
      await workbench.stop();
    }),
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
    seen.push(await workbench.stoppedBeside(before));
  }
  assert.equal(seen.at(-1), lineOf(source, to), `the lines were ${seen.join(', ')}`);
}
