import * as vscode from 'vscode';
import type { AbortStops } from './abortStops.js';
import { nameOf, textOf } from './regions.js';
import type { Row } from './regionsView.js';
import type { SessionWatcher } from './sessionWatcher.js';

/** The commands of the view "Restartable Sequences". */
export function registerRegionCommands(watcher: SessionWatcher, stops: AbortStops): vscode.Disposable {
  const toggle = async (row: Row): Promise<void> => {
    const session = watcher.knowledge?.session;
    if (row.kind === 'region' && session !== undefined) await stops.toggle(session, row.region);
  };
  const runToCommit = async (row: Row): Promise<void> => {
    const { session, thread } = watcher.knowledge ?? {};
    if (row.kind !== 'region' || session === undefined) return;
    if (thread === undefined) {
      void vscode.window.showInformationMessage(
        `Pause the program first: it can then run to the commit of ${nameOf(row.region)}.`,
      );
      return;
    }
    await session.customRequest('rseq/runToCommit', { threadId: thread.threadId, region: row.region.id });
  };
  const copy = async (row?: Row): Promise<void> => {
    const regions = row?.kind === 'region' ? [row.region] : (watcher.knowledge?.regions ?? []);
    await vscode.env.clipboard.writeText(`${regions.map(textOf).join('\n\n')}\n`);
  };
  const { registerCommand } = vscode.commands;
  return vscode.Disposable.from(
    registerCommand('rseq-dap.regions.refresh', () => {
      watcher.refresh();
    }),
    registerCommand('rseq-dap.regions.stopOnAbort', told(toggle)),
    registerCommand('rseq-dap.regions.noStopOnAbort', told(toggle)),
    registerCommand('rseq-dap.regions.runToCommit', told(runToCommit)),
    registerCommand('rseq-dap.regions.copy', copy),
    registerCommand('rseq-dap.regions.copyAll', () => copy()),
  );
}

/** What the adapter refuses, the user is told. */
function told<T>(run: (argument: T) => Promise<void>): (argument: T) => Promise<void> {
  return async argument => {
    try {
      await run(argument);
    } catch (error) {
      void vscode.window.showErrorMessage(error instanceof Error ? error.message : String(error));
    }
  };
}
