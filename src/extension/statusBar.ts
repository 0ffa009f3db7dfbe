import * as vscode from 'vscode';
import type { CustomEvents } from '../dap/customRequests.js';
import { nameOf } from './regions.js';
import type { Knowledge, SessionWatcher } from './sessionWatcher.js';

type Outcome = CustomEvents['rseq']['outcome'];

const ICONS: Readonly<Record<Outcome, string>> = {
  committed: '$(check)',
  aborted: '$(warning)',
  exited: '$(debug-step-out)',
};

/** Tells in the status bar when the last step ran through a restartable sequence, and how that ended. */
export class StatusBar implements vscode.Disposable {
  private readonly item: vscode.StatusBarItem;
  private readonly subscription: vscode.Disposable;

  constructor(private readonly watcher: SessionWatcher) {
    this.item = vscode.window.createStatusBarItem('rseq-dap.lastStep', vscode.StatusBarAlignment.Left);
    this.item.name = 'Restartable sequences';
    this.item.command = 'rseq-dap.regions.focus';
    this.subscription = watcher.onDidChange(() => {
      this.show();
    });
  }

  dispose(): void {
    this.subscription.dispose();
    this.item.dispose();
  }

  private show(): void {
    const { knowledge } = this.watcher;
    const last = knowledge?.runThroughs.at(-1);
    if (knowledge === undefined || last === undefined) {
      this.item.hide();
      return;
    }
    const through = knowledge.runThroughs.map(({ region, outcome }) => `${nameById(knowledge, region)}: ${outcome}`);
    this.item.text = `${ICONS[last.outcome]} rseq: ${through.at(-1) ?? ''}${through.length > 1 ? ` (+${through.length - 1})` : ''}`;
    this.item.tooltip = `The last step ran through ${through.length === 1 ? 'a restartable sequence' : 'restartable sequences'}:\n${through.join('\n')}`;
    this.item.show();
  }
}

function nameById({ regions }: Knowledge, id: string): string {
  const region = regions.find(one => one.id === id);
  return region === undefined ? id : nameOf(region);
}
