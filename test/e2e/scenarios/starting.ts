import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { lineOf, sampleProgram } from '../../support/debugSession.js';
import { nothingRuns, sessionProcesses } from '../processes.js';
import type { Scenario } from '../runner.js';
import { SAMPLES, type Stage } from '../stage.js';

/** How sessions begin and end. */
export function startingScenarios(stage: Stage): Scenario[] {
  return [
    stage.scenario('starts by F5, and one press of Stop ends all that was started', 'start', async workbench => {
      const source = join(SAMPLES, 'counter_cs.c');
      await workbench.setBreakpoint(source, 'before-region');
      await workbench.page.keyboard.press('F5'); // The first configuration is the chosen one.
      await workbench.stoppedAt(lineOf(source, 'before-region'));
      const during = sessionProcesses();
      assert.equal(during.length, 3, `adapter, gdb and program: ${during.join('; ')}`);
      await workbench.stop();
      await nothingRuns();
    }),

    stage.scenario('gives the program the terminal, where the user answers it', 'terminal', async workbench => {
      const source = join(SAMPLES, 'plain.c');
      await workbench.setBreakpoint(source, 'read-done');
      await workbench.debug('plain, in a terminal');
      await workbench.answerTerminal('your name?', 'Ada');
      await workbench.stoppedAt(lineOf(source, 'read-done'));
      await workbench.press('continue');
      await workbench.terminalShows('hello, Ada');
      await workbench.picture('answered');
      await workbench.ended();
      await nothingRuns();
    }),

    stage.scenario('attaches to a process that the user picks, and leaves it running', 'attach', async workbench => {
      const program = spawn(sampleProgram('counter_cs'), ['100000000000', '--pin'], { stdio: 'ignore' });
      try {
        await workbench.quickBox('debug attach', 'attach');
        await workbench.pick(String(program.pid), new RegExp(`^counter_cs, ${program.pid ?? 0}\\b`));
        await workbench.page.locator('.debug-toolbar').waitFor();
        await workbench.pause();
        await workbench.picture('paused');
        await workbench.press('disconnect');
        await workbench.ended();
        await nothingRuns();
        assert.equal(program.exitCode, null, 'the process has ended');
      } finally {
        program.kill('SIGKILL');
      }
    }),
  ];
}
