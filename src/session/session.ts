import type { DapConnection } from '../dap/connection.js';
import type { RouteTable, SessionState } from '../dap/route.js';

/** Placeholder until the debugging session exists: it answers `initialize` and `disconnect` alone. */
export interface Session {
  readonly routes: RouteTable;
  state(): SessionState;
  /** Ends the program (or lets go of it) and gdb; settles when no process of ours is left. Never rejects. */
  end(): Promise<void>;
}

export function createSession(connection: DapConnection): Session {
  let state: SessionState = 'created';
  return {
    routes: {
      initialize: {
        when: 'any',
        run: () => {
          state = 'initialized';
          connection.emit('initialized');
          return { supportsCancelRequest: true };
        },
      },
      disconnect: { when: 'any', overtakes: true, run: () => undefined },
    },
    state: () => state,
    end: () => Promise.resolve(),
  };
}
