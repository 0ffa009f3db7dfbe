import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { lineOf, sampleProgram } from '../../support/debugSession.js';
import { until } from '../poll.js';
import type { Scenario } from '../runner.js';
import { SAMPLES, type Stage } from '../stage.js';

/** What a user looks at while a program is stopped, and how sessions begin and end. */
export function inspectionScenarios(stage: Stage): Scenario[] {
  return [
    stage.scenario(
      'shows variables, a value under the mouse, the console’s answers and the disassembly',
      'look',
      async workbench => {
        const source = join(SAMPLES, 'plain.c');
        await workbench.setBreakpoint(source, 'add');
        await workbench.debug('plain');
        await workbench.stoppedAt(lineOf(source, 'add'));
        await workbench.showDebugView();
        const arguments_ = await until(
          'the arguments',
          () => workbench.rows('.debug-variables'),
          rows => rows.some(row => /^\w+, value -?\d+/.test(row)),
        );
        await workbench.picture('variables');
        const value = /^(\w+), value (-?\d+)/.exec(arguments_.find(row => /^\w+, value -?\d+/.test(row)) ?? '');
        assert.equal(await workbench.evaluate(value?.[1] ?? ''), value?.[2]);
        await workbench.command('Open Disassembly View');
        const instructions = await until(
          'the disassembly',
          () => workbench.rows('.disassembly-view'),
          rows => rows.length > 5,
        );
        assert.ok(instructions.length > 5);
        await workbench.picture('disassembly');
        await workbench.stop();
      },
    ),

    stage.scenario('attaches to a process that the user picks, and leaves it running', 'attach', async workbench => {
      const program = spawn(sampleProgram('counter_cs'), ['100000000000', '--pin'], { stdio: 'ignore' });
      try {
        await workbench.quickBox('debug attach', 'Control+p');
        await workbench.pick(String(program.pid));
        await workbench.page.locator('.debug-toolbar').waitFor();
        await workbench.press('pause');
        await until(
          'the stopped line',
          () => workbench.stoppedLine(),
          line => line > 0,
        );
        await workbench.picture('paused');
        await workbench.page.locator('.debug-toolbar .codicon-debug-disconnect').click();
        await workbench.ended();
        assert.equal(program.exitCode, null, 'the process has ended');
      } finally {
        program.kill('SIGKILL');
      }
    }),
  ];
}
