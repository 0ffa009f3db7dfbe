import * as vscode from 'vscode';
import type { CustomEvents, CustomRequests, RegionDescription, ThreadDescription } from '../dap/customRequests.js';
import { DEBUG_TYPE } from './adapter.js';

/** A run through a region, as the adapter tells it. */
export type RunThrough = CustomEvents['rseq'];

/** What is known of restartable sequences in the session that the user looks at. */
export interface Knowledge {
  readonly session: vscode.DebugSession;
  readonly regions: readonly RegionDescription[];
  /** Where the selected thread stands; absent while the program runs. */
  readonly thread?: ThreadDescription;
  /** The runs through regions since the program was resumed last. */
  readonly runThroughs: readonly RunThrough[];
}

/** A stop is followed by a burst of messages: asked once when they are over, in milliseconds. */
const SETTLE_MS = 50;

/** Requests of the user's that let the program go on. */
const RESUMING = new Set(['continue', 'next', 'stepIn', 'stepOut', 'goto', 'restart', 'rseq/runToCommit']);

interface Message {
  readonly type: string;
  readonly event?: string;
  readonly command?: string;
  readonly body?: unknown;
  readonly arguments?: unknown;
}

/** Follows our sessions by what the editor and the adapter say to each other, and keeps what the views show. */
export class SessionWatcher implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  private readonly exceptionFilters = new vscode.EventEmitter<{ session: vscode.DebugSession; arguments: unknown }>();
  private readonly disposables: readonly { dispose(): unknown }[];
  private readonly runThroughs = new Map<string, RunThrough[]>();
  private timer: NodeJS.Timeout | undefined;
  private latest = 0;
  /** Fires when {@link knowledge} is another one. */
  readonly onDidChange = this.changed.event;
  /** Fires when the editor tells a session at which exceptions to stop, or we do. */
  readonly onDidSetExceptions = this.exceptionFilters.event;
  knowledge: Knowledge | undefined;

  constructor() {
    const refresh = (): void => {
      this.refresh();
    };
    this.disposables = [
      this.changed,
      this.exceptionFilters,
      vscode.debug.registerDebugAdapterTrackerFactory(DEBUG_TYPE, {
        createDebugAdapterTracker: session => this.trackerOf(session),
      }),
      vscode.debug.onDidChangeActiveDebugSession(refresh),
      vscode.debug.onDidChangeActiveStackItem(refresh),
      vscode.debug.onDidTerminateDebugSession(session => {
        this.runThroughs.delete(session.id);
        this.refresh();
      }),
    ];
  }

  /** Asks the adapter anew. */
  refresh(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.ask(), SETTLE_MS);
  }

  dispose(): void {
    clearTimeout(this.timer);
    for (const disposable of this.disposables) disposable.dispose();
  }

  private trackerOf(session: vscode.DebugSession): vscode.DebugAdapterTracker {
    return {
      onWillReceiveMessage: (message: Message) => {
        const { command } = message;
        if (command === 'setExceptionBreakpoints') {
          this.exceptionFilters.fire({ session, arguments: message.arguments });
        } else if (command !== undefined && RESUMING.has(command)) {
          this.runThroughs.set(session.id, []);
        }
      },
      onDidSendMessage: (message: Message) => {
        if (message.type !== 'event') return;
        if (message.event === 'rseq') this.runThroughs.get(session.id)?.push(message.body as RunThrough);
        if (message.event === 'stopped' || message.event === 'module' || message.event === 'continued') this.refresh();
      },
    };
  }

  private async ask(): Promise<void> {
    const mine = ++this.latest;
    const session = vscode.debug.activeDebugSession;
    const knowledge = session?.type === DEBUG_TYPE ? await this.knowledgeOf(session) : undefined;
    if (mine !== this.latest) return; // Asked again meanwhile: that answer counts.
    this.knowledge = knowledge;
    void vscode.commands.executeCommand('setContext', 'rseq-dap.session', knowledge !== undefined);
    this.changed.fire();
  }

  private async knowledgeOf(session: vscode.DebugSession): Promise<Knowledge | undefined> {
    const item = vscode.debug.activeStackItem;
    const args = { lines: true, ...(item?.session.id === session.id ? { threadId: item.threadId } : {}) };
    try {
      const body = (await session.customRequest('rseq/regions', args)) as CustomRequests['rseq/regions']['body'];
      return { session, ...body, runThroughs: this.runThroughs.get(session.id) ?? [] };
    } catch {
      // It has not begun, or is ending: nothing is known of it, and the adapter tells the user what there is to tell.
      return undefined;
    }
  }
}
