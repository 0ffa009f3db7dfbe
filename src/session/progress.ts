import type { Client } from './ports.js';

/** What takes a while, shown by clients that can (`progressStart` and `progressEnd`). */
export class Progress {
  private last = 0;

  constructor(
    private readonly client: Client,
    /** Whether the client has said that it shows progress. */
    private readonly isShown: () => boolean,
  ) {}

  /** @returns what ends it */
  start(title: string, message: string): { end(): void } {
    if (!this.isShown()) return { end: () => undefined };
    this.last += 1;
    const progressId = `rseq-dap-${this.last}`;
    this.client.emit('progressStart', { progressId, title, message });
    return {
      end: () => {
        this.client.emit('progressEnd', { progressId });
      },
    };
  }
}
