import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { lineOf, sampleSource } from '../../support/debugSession.js';
import { nothingRuns } from '../processes.js';
import type { Scenario } from '../runner.js';
import { HOME } from '../server.js';
import { SAMPLES, type Stage } from '../stage.js';

/** What a newcomer meets: the first session in a folder of theirs. */
export function firstSessionScenarios(stage: Stage): Scenario[] {
  return [
    stage.scenario(
      'starts by F5 without a launch.json: the user chooses the program, and sees its regions',
      'first-session',
      async workbench => {
        const source = sampleSource('counter_cs.c');
        await workbench.setBreakpoint(source, 'before-region');
        await workbench.page.keyboard.press('F5');
        await workbench.pick('first', /^out\/first\b/);
        await workbench.stoppedAt(lineOf(source, 'before-region'));
        await workbench.rowOf(workbench.pane('Restartable Sequences'), /counter_inc/); // It opens by itself the first time.
        await workbench.picture('stopped');
        await workbench.stop();
        await nothingRuns();
      },
      firstProject,
    ),
  ];
}

/** A folder as a newcomer has it: a source, a program, nothing about debugging. The editor has never seen it. */
function firstProject(): string {
  const folder = mkdtempSync(join(HOME, 'project-'));
  mkdirSync(join(folder, 'out'));
  cpSync(join(SAMPLES, 'counter_cs.c'), join(folder, 'counter_cs.c'));
  const args = ['-g', '-pthread', `-I${join(SAMPLES, 'include')}`, '-o', 'out/first', join(folder, 'counter_cs.c')];
  const { status } = spawnSync('gcc', args, { cwd: folder, stdio: ['ignore', 2, 2] });
  if (status !== 0) throw new Error('The project does not compile.');
  return folder;
}
