import { join } from 'node:path';
import * as vscode from 'vscode';
import { linesInFile, nameOf } from './regions.js';
import type { SessionWatcher } from './sessionWatcher.js';

/** Marks the lines of restartable sequences in the gutter and the overview ruler while a session runs. */
export class Decorations implements vscode.Disposable {
  private readonly type: vscode.TextEditorDecorationType;
  private readonly disposables: readonly { dispose(): unknown }[];

  constructor(
    private readonly watcher: SessionWatcher,
    extension: string,
  ) {
    this.type = vscode.window.createTextEditorDecorationType({
      isWholeLine: true,
      gutterIconPath: vscode.Uri.file(join(extension, 'media', 'gutter.svg')),
      gutterIconSize: 'contain',
      overviewRulerColor: new vscode.ThemeColor('charts.blue'),
      overviewRulerLane: vscode.OverviewRulerLane.Left,
    });
    const draw = (): void => {
      for (const editor of vscode.window.visibleTextEditors) this.draw(editor);
    };
    this.disposables = [this.type, watcher.onDidChange(draw), vscode.window.onDidChangeVisibleTextEditors(draw)];
  }

  dispose(): void {
    for (const disposable of this.disposables) disposable.dispose();
  }

  private draw(editor: vscode.TextEditor): void {
    const regions = this.watcher.knowledge?.regions ?? [];
    const marks = [...linesInFile(regions, editor.document.uri.fsPath)].map(([line, region]) => ({
      range: new vscode.Range(line - 1, 0, line - 1, 0),
      hoverMessage: `Inside the restartable sequence of ${nameOf(region)}: steps run through it, and a stop here aborts it.`,
    }));
    editor.setDecorations(this.type, marks);
  }
}
