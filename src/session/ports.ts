import type { EventBody, EventName } from '../dap/protocol.js';
import type { MiResult } from '../mi/client.js';
import type { MiCommand } from '../mi/commands.js';

/** gdb, as the topics of a session use it. Rejects with MiError where gdb refuses or has ended. */
export interface Gdb {
  send(command: MiCommand): Promise<MiResult>;
}

/** The client's side: events out, and work that waits behind the request in progress. */
export interface Client {
  /** Sends a DAP event; while a request is being answered, behind its response. */
  emit<E extends EventName>(event: E, ...body: EventBody<E>): void;
  /** Queues a reaction; it runs when the request in progress has been answered. What it throws is logged as a defect. */
  post(job: () => Promise<void>): void;
}

/** Writes text to the debug console (an `output` event); the text brings its own newline. */
export type Tell = (category: 'console' | 'important' | 'stdout' | 'stderr', text: string) => void;

/** Breakpoints of every kind. */
export interface AllBreakpoints {
  /** Brings them into line with what is loaded now. */
  settleAll(): Promise<void>;
  /** The process goes, another comes: takes out of gdb what {@link settleAll} puts back. */
  lift(): Promise<void>;
  /** Takes them out of gdb. */
  removeAll(): Promise<void>;
}
