import type { DapConnection } from '../dap/connection.js';
import { hasGdbEnded, MiError } from '../mi/client.js';
import type { Client } from './ports.js';
import { isDead } from './procStat.js';

/**
 * The client as the subjects of a session use it. A reaction that finds gdb gone, or that gdb refuses since the program has
 * been killed, is nobody's defect: either end is told by itself, and what was to be done has become pointless.
 *
 * @param processId the program's process, where it is one of this machine's
 */
export function clientPort(connection: DapConnection, processId: () => number | undefined): Client {
  return {
    emit: (event, ...body) => {
      connection.emit(event, ...body);
    },
    post: job => {
      connection.queue.post(async () => {
        try {
          await job();
        } catch (error) {
          if (!(error instanceof MiError && (hasGdbEnded(error) || isDead(processId())))) throw error;
          connection.log.debug(`gdb or the program ended before ${error.command}`);
        }
      });
    },
  };
}
