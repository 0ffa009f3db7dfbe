import * as vscode from 'vscode';
import type { RegionDescription } from '../dap/customRequests.js';
import { abortCondition, nameOf } from './regions.js';
import type { SessionWatcher } from './sessionWatcher.js';

/** The adapter's exception filter for aborts of restartable sequences; its condition holds patterns for functions. */
const FILTER = 'rseq-abort';

interface ExceptionArguments {
  readonly filters?: readonly string[];
  readonly filterOptions?: readonly { readonly filterId: string; readonly condition?: string }[];
}

/**
 * Which regions' aborts stop the program, on top of what the editor's own checkbox says. The editor lets no extension set its
 * exception breakpoints: so what it has sent last is sent again with ours added, each time that it sends something new.
 */
export class AbortStops implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.changed.event;
  /** Names of regions, by session id. */
  private readonly wanted = new Map<string, Set<string>>();
  private readonly told = new Map<string, ExceptionArguments>();
  private isOurs = false;
  private readonly disposables: readonly { dispose(): unknown }[];

  constructor(watcher: SessionWatcher) {
    this.disposables = [
      this.changed,
      watcher.onDidSetExceptions(({ session, arguments: args }) => {
        if (this.isOurs) return;
        this.told.set(session.id, args as ExceptionArguments);
        if ((this.wanted.get(session.id)?.size ?? 0) > 0) void this.send(session);
      }),
      vscode.debug.onDidTerminateDebugSession(({ id }) => {
        this.wanted.delete(id);
        this.told.delete(id);
      }),
    ];
  }

  has(session: vscode.DebugSession | undefined, region: RegionDescription): boolean {
    return session !== undefined && this.wanted.get(session.id)?.has(nameOf(region)) === true;
  }

  /** Lets the program stop at this region's aborts, or no longer. Rejects where the adapter refuses. */
  async toggle(session: vscode.DebugSession, region: RegionDescription): Promise<void> {
    const names = this.wanted.get(session.id) ?? new Set();
    this.wanted.set(session.id, names);
    const name = nameOf(region);
    if (!names.delete(name)) names.add(name);
    await this.send(session);
    this.changed.fire();
  }

  dispose(): void {
    for (const disposable of this.disposables) disposable.dispose();
  }

  private async send(session: vscode.DebugSession): Promise<void> {
    const names = [...(this.wanted.get(session.id) ?? [])];
    const { filters = [], filterOptions = [] } = this.told.get(session.id) ?? {};
    const same = filterOptions.find(({ filterId }) => filterId === FILTER);
    const all = filters.includes(FILTER) || (same !== undefined && (same.condition ?? '').trim() === '');
    const others = filterOptions.filter(option => option !== same);
    const ours =
      all || names.length === 0 ? same : { filterId: FILTER, condition: abortCondition(same?.condition, names) };
    const request = session.customRequest('setExceptionBreakpoints', {
      filters,
      filterOptions: [...others, ...(ours === undefined ? [] : [ours])],
    });
    this.isOurs = true; // The watcher sees this request before the promise settles.
    try {
      await request;
    } finally {
      this.isOurs = false;
    }
  }
}
