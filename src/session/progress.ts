import { optionalString } from '../dap/arguments.js';
import type { RouteTable } from '../dap/route.js';
import type { Client } from './ports.js';

/** Something that takes a while and is shown. */
export interface ShownProgress {
  /** What is being done now. */
  update(message: string): void;
  end(): void;
}

/** What takes a while, shown by clients that can (`progressStart`, `progressUpdate`, `progressEnd`). */
export class Progress {
  readonly routes: RouteTable = {
    cancel: {
      when: 'any',
      overtakes: true,
      run: args => {
        this.cancels.get(optionalString(args, 'progressId') ?? '')?.();
        return undefined;
      },
    },
  };

  private last = 0;
  /** What gives up, of what is shown and can be given up. */
  private readonly cancels = new Map<string, () => void>();

  constructor(
    private readonly client: Client,
    /** Whether the client has said that it shows progress. */
    private readonly isShown: () => boolean,
  ) {}

  /** @param cancel gives it up, where that is possible */
  start(title: string, message: string, cancel?: () => void): ShownProgress {
    if (!this.isShown()) return { update: () => undefined, end: () => undefined };
    this.last += 1;
    const progressId = `rseq-dap-${this.last}`;
    if (cancel !== undefined) this.cancels.set(progressId, cancel);
    this.client.emit('progressStart', { progressId, title, message, cancellable: cancel !== undefined });
    return {
      update: text => {
        this.client.emit('progressUpdate', { progressId, message: text });
      },
      end: () => {
        this.cancels.delete(progressId);
        this.client.emit('progressEnd', { progressId });
      },
    };
  }
}
