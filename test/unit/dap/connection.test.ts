import assert from 'node:assert/strict';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { RequestError } from '../../../src/util/errors.js';
import { createRig, deferred } from './rig.js';

const TERMINAL = { cwd: '/', args: ['true'] };

function hasCode(code: string): (error: unknown) => boolean {
  return error => error instanceof RequestError && error.code === code;
}

describe('DapConnection', () => {
  it('numbers what it sends from 1 on', async () => {
    const rig = createRig({ threads: { when: 'any', run: () => ({ threads: [] }) } });
    rig.connection.emit('terminated');
    await rig.response(rig.send('threads'));
    assert.deepEqual(
      rig.received.map(message => message.seq),
      [1, 2],
    );
  });

  it('answers the request behind input that is no message, and says so in the log', async () => {
    const rig = createRig({ threads: { when: 'any', run: () => ({ threads: [] }) } });
    rig.input.write('Content-Length: 3\r\n\r\n{x}');
    assert.equal((await rig.response(rig.send('threads'))).success, true);
    assert.match(rig.log.join('\n'), /warn: The client sent a message that is no JSON .*it is skipped/);
  });

  describe('asks its client', () => {
    it('and gets the body of the answer, also while a request of the client is in progress', async () => {
      const rig = createRig({
        launch: {
          when: 'any',
          run: async () => {
            const { processId } = await rig.connection.sendRequest('runInTerminal', TERMINAL);
            assert.equal(processId, 42);
          },
        },
      });
      const launch = rig.send('launch', {});
      await new Promise(resolve => rig.output.once('data', resolve));
      const request = rig.received[0] as DebugProtocol.Request;
      assert.deepEqual([request.command, request.arguments], ['runInTerminal', TERMINAL]);
      rig.sendRaw({ seq: 9, type: 'response', request_seq: request.seq, success: true, body: { processId: 42 } });
      assert.equal((await rig.response(launch)).success, true);
    });

    it("and passes the client's refusal on in its words", async () => {
      const rig = createRig({});
      const asked = rig.connection.sendRequest('runInTerminal', TERMINAL);
      rig.sendRaw({ seq: 9, type: 'response', request_seq: 1, success: false, message: 'no terminal here' });
      await assert.rejects(asked, hasCode('clientRefused'));
      await assert.rejects(asked, /no terminal here/);
    });

    it('and gives up after the time that is named', async () => {
      const rig = createRig({});
      await assert.rejects(rig.connection.sendRequest('runInTerminal', TERMINAL, 1), hasCode('clientSilent'));
    });

    it('and gives up when the client is gone, before or after the question', async () => {
      const rig = createRig({});
      const asked = rig.connection.sendRequest('runInTerminal', TERMINAL);
      rig.connection.close();
      await assert.rejects(asked, hasCode('clientGone'));
      await assert.rejects(rig.connection.sendRequest('runInTerminal', TERMINAL), hasCode('clientGone'));
    });

    it('and is not disturbed by an answer that nobody awaits', async () => {
      const rig = createRig({ threads: { when: 'any', run: () => ({ threads: [] }) } });
      rig.sendRaw({ seq: 9, type: 'response', request_seq: 77, success: true });
      assert.equal((await rig.response(rig.send('threads'))).success, true);
    });
  });

  it('tells when the client does not keep up, and calls once when it has caught up', async () => {
    const rig = createRig({});
    let drained = 0;
    rig.connection.onDrain(() => drained++);
    assert.equal(drained, 1, 'at once: there is nothing to wait for');
    rig.output.pause();
    while (!rig.connection.needsDrain) rig.connection.emit('output', { output: 'x'.repeat(1000) });
    rig.connection.onDrain(() => drained++);
    assert.equal(drained, 1);
    const caughtUp = new Promise<void>(resolve => {
      rig.connection.onDrain(resolve);
    });
    rig.output.resume();
    await caughtUp;
    assert.equal(drained, 2);
    assert.equal(rig.connection.needsDrain, false);
  });

  it('is not waited for to catch up when it is gone', () => {
    const rig = createRig({});
    rig.output.pause();
    while (!rig.connection.needsDrain) rig.connection.emit('output', { output: 'x'.repeat(1000) });
    let drained = false;
    rig.connection.onDrain(() => {
      drained = true;
    });
    rig.connection.close();
    assert.equal(drained, true);
  });

  for (const [name, goAway] of [
    ['ends its stream', rig => rig.input.end()],
    ['is killed', rig => rig.input.destroy(new Error('ECONNRESET'))],
    ['no longer reads', rig => rig.output.destroy(new Error('EPIPE'))],
  ] satisfies [string, (rig: ReturnType<typeof createRig>) => unknown][]) {
    it(`closes once when its client ${name}, without a word of a defect`, async () => {
      const rig = createRig({});
      let closed = 0;
      const gone = new Promise<void>(resolve => {
        rig.connection.onClose(resolve);
      });
      rig.connection.onClose(() => closed++);
      goAway(rig);
      await gone;
      await new Promise(resolve => setImmediate(resolve));
      rig.connection.close();
      assert.equal(closed, 1);
      rig.connection.onClose(() => closed++);
      assert.equal(closed, 2, 'at once for who comes late');
      assert.deepEqual(rig.log, []);
    });
  }

  it('runs no queued request for a client that is gone, and tells the running one', async () => {
    const gate = deferred();
    let ran = false;
    let told = false;
    const rig = createRig({
      launch: {
        when: 'any',
        run: (_args, { signal }) => {
          signal.addEventListener('abort', () => {
            told = true;
          });
          return gate.promise;
        },
      },
      threads: {
        when: 'any',
        run: () => {
          ran = true;
          return { threads: [] };
        },
      },
    });
    rig.send('launch', {});
    rig.send('threads');
    await new Promise(resolve => setImmediate(resolve));
    rig.connection.close();
    gate.resolve();
    await rig.settled();
    assert.deepEqual([ran, told, rig.story()], [false, true, []]);
  });

  it('reports a disconnect when its answer and the events behind it have been sent', async () => {
    const rig = createRig({
      disconnect: {
        when: 'any',
        overtakes: true,
        run: () => {
          rig.connection.emit('terminated');
          return undefined;
        },
      },
    });
    const reported = new Promise<void>(resolve => {
      rig.connection.onDisconnect(resolve);
    });
    rig.send('disconnect', {});
    await reported;
    rig.connection.close();
    await rig.settled();
    assert.deepEqual(rig.story(), ['disconnect ok', 'event terminated']);
  });

  it('logs a reaction that fails and goes on', async () => {
    const rig = createRig({ threads: { when: 'any', run: () => ({ threads: [] }) } });
    rig.connection.queue.post(() => {
      throw new Error('lost my way');
    });
    assert.equal((await rig.response(rig.send('threads'))).success, true);
    assert.match(rig.log.join('\n'), /error: A reaction failed .*lost my way/s);
  });
});
