import type { DapConnection } from '../dap/connection.js';
import { hasGdbEnded } from '../mi/client.js';
import type { Client } from './ports.js';

/**
 * The client as the subjects of a session use it. A reaction that finds gdb gone is nobody's defect: the end of gdb is told by
 * itself, and what was to be done has become pointless.
 */
export function clientPort(connection: DapConnection): Client {
  return {
    emit: (event, ...body) => {
      connection.emit(event, ...body);
    },
    post: job => {
      connection.queue.post(async () => {
        try {
          await job();
        } catch (error) {
          if (!hasGdbEnded(error)) throw error;
          connection.log.debug(`gdb ended before ${error.command}`);
        }
      });
    },
  };
}
