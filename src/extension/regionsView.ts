import * as vscode from 'vscode';
import type { RegionDescription } from '../dap/customRequests.js';
import { describeThread, groupByModule, nameOf, summaryOf, textOf, type ModuleRegions } from './regions.js';
import type { SessionWatcher } from './sessionWatcher.js';

/** A row of the view. */
export type Row =
  | { readonly kind: 'thread'; readonly text: string; readonly isInside: boolean }
  | { readonly kind: 'module'; readonly module: ModuleRegions }
  | { readonly kind: 'region'; readonly region: RegionDescription };

/** Whether the view was opened in this workspace. */
const SHOWN = 'regionsShown';

/** What the view needs to know besides what the adapter tells. */
export interface ViewPorts {
  readonly watcher: SessionWatcher;
  /** Whether the program is to stop at this region's aborts. */
  stopsOnAbort(region: RegionDescription): boolean;
  readonly onDidChangeStops: vscode.Event<void>;
}

/** The view "Restartable Sequences": the state of the selected thread, then the regions by module. */
export class RegionsView implements vscode.TreeDataProvider<Row> {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChangeTreeData = this.changed.event;

  constructor(private readonly ports: ViewPorts) {
    const fire = (): void => {
      this.changed.fire();
    };
    ports.watcher.onDidChange(fire);
    ports.onDidChangeStops(fire);
  }

  getChildren(row?: Row): Row[] {
    if (row?.kind === 'module') return row.module.regions.map(region => ({ kind: 'region', region }));
    const { knowledge } = this.ports.watcher;
    if (row !== undefined || knowledge === undefined || knowledge.regions.length === 0) return [];
    const { regions, thread } = knowledge;
    const modules: Row[] = groupByModule(regions).map(module => ({ kind: 'module', module }));
    if (thread === undefined) return modules;
    const text = describeThread(thread, regions);
    return [{ kind: 'thread', text, isInside: thread.position === 'inside' }, ...modules];
  }

  /** Asked for where a row is revealed, which happens to rows at the top alone. */
  getParent(): undefined {
    return undefined;
  }

  getTreeItem(row: Row): vscode.TreeItem {
    switch (row.kind) {
      case 'thread':
        return threadItem(row.text, row.isInside);
      case 'module':
        return moduleItem(row.module);
      case 'region':
        return regionItem(row.region, this.ports.stopsOnAbort(row.region));
    }
  }
}

/**
 * Opens the view when the first restartable sequences of a workspace are seen: the editor shows new views in Run and Debug
 * closed, where nobody finds them. Later the user's own choice counts.
 */
export function showOnce(ports: ViewPorts, provider: RegionsView, memory: vscode.Memento): vscode.Disposable {
  const view = vscode.window.createTreeView('rseq-dap.regions', { treeDataProvider: provider });
  const subscription = ports.watcher.onDidChange(() => {
    const [first] = provider.getChildren();
    if (first === undefined || memory.get(SHOWN) === true) return;
    void memory.update(SHOWN, true);
    void view.reveal(first, { focus: false, select: false });
  });
  return vscode.Disposable.from(view, subscription);
}

function threadItem(text: string, isInside: boolean): vscode.TreeItem {
  const item = new vscode.TreeItem(text);
  item.id = 'thread';
  item.iconPath = new vscode.ThemeIcon(isInside ? 'warning' : 'debug-stackframe-focused');
  item.tooltip = text;
  return item;
}

function moduleItem({ name, regions }: ModuleRegions): vscode.TreeItem {
  const item = new vscode.TreeItem(name, vscode.TreeItemCollapsibleState.Expanded);
  item.id = `module ${name}`;
  item.description = regions.length === 1 ? '1 sequence' : `${regions.length} sequences`;
  item.iconPath = new vscode.ThemeIcon('package');
  return item;
}

function regionItem(region: RegionDescription, stopsOnAbort: boolean): vscode.TreeItem {
  const item = new vscode.TreeItem(nameOf(region));
  item.id = `region ${region.id}`;
  item.description = summaryOf(region);
  item.iconPath = new vscode.ThemeIcon(stopsOnAbort ? 'debug-breakpoint-conditional' : 'sync');
  item.contextValue = stopsOnAbort ? 'region.stops' : 'region';
  const text = new vscode.MarkdownString();
  text.appendCodeblock(textOf(region), 'text');
  item.tooltip = text;
  const { path, line = 1 } = region;
  if (path !== undefined) {
    const place = new vscode.Range(line - 1, 0, line - 1, 0);
    const options: vscode.TextDocumentShowOptions = { selection: place };
    item.command = { title: 'Open', command: 'vscode.open', arguments: [vscode.Uri.file(path), options] };
  }
  return item;
}
