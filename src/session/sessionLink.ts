import type { DapConnection } from '../dap/connection.js';
import type { MiEvent } from '../mi/events.js';
import type { GdbAhead } from './gdbAhead.js';
import type { GdbEvents } from './gdbEvents.js';
import { GdbLink, type GdbListener } from './gdbLink.js';
import type { Tell } from './ports.js';

/** Whom what gdb and the program say concerns; all of it comes when the session is complete. */
export interface SessionLinkPorts {
  readonly tell: Tell;
  readonly events: () => GdbEvents;
  readonly busy: GdbListener['busy'];
  ended(why: string): void;
}

/** The gdb of a session, with what it says handed to those whom it concerns. */
export function createLink(connection: DapConnection, ahead: GdbAhead | undefined, ports: SessionLinkPorts): GdbLink {
  const { log } = connection;
  const listener: GdbListener = {
    event: (event: MiEvent) => {
      ports.events().onEvent(event);
    },
    text: (kind, text, collected) => {
      ports.events().onText(kind, text, collected);
    },
    warning: text => {
      ports.tell('important', `${text}\n`);
    },
    busy: ports.busy,
    ended: why => {
      ports.ended(why);
    },
    output: (stream, text) => {
      ports.tell(stream, text);
      followClient();
    },
  };
  const trace = (direction: 'toGdb' | 'fromGdb', line: string): void => {
    log.trace(`${direction === 'toGdb' ? 'gdb <-' : 'gdb ->'} ${line}`);
  };
  const watchers = { trace: () => (log.wants('trace') ? trace : undefined), clock: () => connection.timer?.gdb };
  const link = new GdbLink(listener, watchers, ahead);
  /** A client that reads slowly must not make us hoard what the program prints. */
  const followClient = (): void => {
    if (!connection.needsDrain) return;
    link.holdOutput(true);
    connection.onDrain(() => {
      link.holdOutput(false);
    });
  };
  return link;
}
