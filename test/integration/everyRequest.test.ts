import assert from 'node:assert/strict';
import type { CommandName } from '../../src/dap/protocol.js';
import { closeLeftSessions, DebugSession } from '../support/debugSession.js';
import { readDapSchema } from '../support/dapSchema.js';

/** What `docs/features.md` says that the adapter does not do. */
const REFUSED = ['restartFrame', 'terminateThreads'];

/** Requests that end the session, or begin it anew. */
const LAST = ['disconnect', 'terminate', 'initialize', 'launch', 'attach', 'configurationDone', 'restart'];

const commands = Object.keys(readDapSchema().requests) as CommandName[];

describe('every request of the protocol, without arguments', function () {
  this.timeout(60_000);
  afterEach(closeLeftSessions);

  /** Sends each of the requests at once; @returns the refusals that the adapter takes for unknown, and those without a reason. */
  async function refusals(session: DebugSession, wanted: readonly CommandName[]): Promise<string[][]> {
    const answers = await Promise.all(
      wanted.map(async command => {
        try {
          await session.client.request(command, {});
          return undefined;
        } catch (error) {
          return [command, (error as Error).message] as const;
        }
      }),
    );
    const refused = answers.filter(answer => answer !== undefined);
    const unknown = refused.filter(([, message]) => message.includes('is not supported')).map(([command]) => command);
    const unexplained = refused.filter(([, message]) => !/\w+ .*\w/.test(message)).map(([command]) => command);
    return [unknown, unexplained];
  }

  it('is answered before there is a program: carried out, or refused with the reason', async () => {
    const session = await DebugSession.start();
    const wanted = commands.filter(command => !['disconnect', 'terminate'].includes(command));
    assert.deepEqual(await refusals(session, wanted), [
      REFUSED.filter(each => wanted.includes(each as CommandName)),
      [],
    ]);
    await session.close();
  });

  it('is answered with a program that stands: carried out, or refused with the reason', async () => {
    const session = await DebugSession.start();
    await session.launch('plain', { args: [], stopOnEntry: true });
    await session.run();
    const wanted = commands.filter(command => !LAST.includes(command));
    assert.deepEqual(await refusals(session, wanted), [REFUSED, []]);
    await session.close();
  });
});
