import assert from 'node:assert/strict';
import { DapClient } from '../../../src/client/dapClient.js';
import { DapRequestError } from '../../../src/client/requestError.js';
import { FAKE_ADAPTER } from './fakeAdapter.js';

const OK = { type: 'response', success: true };

function stopped(reason: string): Record<string, unknown> {
  return { type: 'event', event: 'stopped', body: { reason } };
}

describe('DapClient', () => {
  let client: DapClient;

  beforeEach(() => {
    client = DapClient.spawn(process.execPath, [FAKE_ADAPTER], { graceMs: 15_000 });
  });
  afterEach(() => client.close());

  it('resolves a request with the body of its response', async () => {
    const body = await client.sendRequest('say', { messages: [{ ...OK, body: { x: 1 } }] });
    assert.deepEqual(body, { x: 1 });
  });

  it('rejects a refused request with the code, the texts and whether to show it', async () => {
    const error = { id: 1, format: 'Cannot do that.', showUser: true, variables: { code: 'cannot' } };
    const asked = client.sendRequest('say', {
      messages: [{ type: 'response', success: false, message: 'short', body: { error } }],
    });
    await assert.rejects(asked, (thrown: unknown) => {
      assert.ok(thrown instanceof DapRequestError);
      const { message, code, shortMessage, showUser, command } = thrown;
      assert.deepEqual(
        [message, code, shortMessage, showUser, command],
        ['Cannot do that.', 'cannot', 'short', true, 'say'],
      );
      return true;
    });
  });

  it('finds an event that came before the wait for it', async () => {
    await client.sendRequest('say', { messages: [stopped('entry'), OK] });
    assert.equal((await client.waitFor('stopped')).reason, 'entry');
  });

  it('gives each event to one wait: the second wait gets the second event', async () => {
    await client.sendRequest('say', { messages: [stopped('entry'), stopped('step'), OK] });
    assert.equal((await client.waitFor('stopped')).reason, 'entry');
    assert.equal((await client.waitFor('stopped')).reason, 'step');
  });

  it('looks behind a mark alone, and at what a predicate wants', async () => {
    await client.sendRequest('say', { messages: [stopped('old'), OK] });
    const mark = client.mark();
    await client.sendRequest('say', { messages: [stopped('a'), stopped('b'), OK] });
    assert.equal((await client.waitFor('stopped', { after: mark })).reason, 'a');
    assert.equal((await client.waitFor('stopped', { after: mark, where: body => body.reason === 'b' })).reason, 'b');
  });

  it('steps and waits for where the step ends, not for an earlier stop', async () => {
    await client.sendRequest('say', { messages: [stopped('old'), OK] });
    const first = await client.stepAndWait('next', 1, { messages: [OK, stopped('step')] });
    assert.deepEqual(first, { kind: 'stopped', body: { reason: 'step' } });
    const exited = { type: 'event', event: 'exited', body: { exitCode: 4 } };
    const second = await client.stepAndWait('next', 1, { messages: [OK, exited] });
    assert.deepEqual(second, { kind: 'exited', body: { exitCode: 4 } });
    const third = await client.stepAndWait('next', 1, { messages: [OK, { type: 'event', event: 'terminated' }] });
    assert.deepEqual(third, { kind: 'terminated' });
  });

  it('collects output by category and keeps every message in order', async () => {
    const output = (category: string | undefined, text: string): Record<string, unknown> => ({
      type: 'event',
      event: 'output',
      body: { ...(category === undefined ? {} : { category }), output: text },
    });
    await client.sendRequest('say', {
      messages: [output('stdout', 'a'), output('stderr', 'x'), output('stdout', 'b'), output(undefined, 'c'), OK],
    });
    assert.deepEqual([client.output('stdout'), client.output('stderr'), client.output('console')], ['ab', 'x', 'c']);
    assert.deepEqual(
      client.transcript.map(({ direction, message }) => `${direction} ${message.type}`),
      ['sent request', ...Array<string>(4).fill('received event'), 'received response'],
    );
  });

  it('refuses a request of the adapter, unless there is a handler for it', async () => {
    const asks = [{ type: 'request', command: 'runInTerminal', arguments: { cwd: '/', args: ['x'] } }];
    const answers = (): unknown[] =>
      client.transcript
        .filter(({ direction, message }) => direction === 'sent' && message.type === 'response')
        .map(({ message }) => message);
    const heard = (): Promise<unknown> => client.waitFor('answered' as 'initialized');
    void client.sendRequest('say', { messages: asks }).catch(() => undefined);
    await heard();
    client.handle('runInTerminal', args => ({ processId: args.args.length }));
    void client.sendRequest('say', { messages: asks }).catch(() => undefined);
    await heard();
    const [refusal, answer] = answers() as { success: boolean; message?: string; body?: unknown }[];
    assert.deepEqual([refusal?.success, refusal?.message], [false, "this client cannot do 'runInTerminal'"]);
    assert.deepEqual([answer?.success, answer?.body], [true, { processId: 1 }]);
  });

  it('rejects every request and wait with the code and the end of stderr when the adapter dies', async () => {
    const waiting = assert.rejects(client.waitFor('stopped'), /exit code 3.*something is very wrong/s);
    const pending = assert.rejects(client.sendRequest('mute'), /'mute' was not answered.*something is very wrong/s);
    await assert.rejects(client.sendRequest('die'), /exit code 3.*something is very wrong/s);
    await Promise.all([waiting, pending]);
    await assert.rejects(client.sendRequest('late'), /something is very wrong/);
    await assert.rejects(client.waitFor('late' as 'stopped'), /something is very wrong/);
    assert.deepEqual(await client.ended, { code: 3, signal: null });
  });

  it('names the last messages when the time of a request or wait is up', async () => {
    await client.sendRequest('say', { messages: [stopped('entry'), OK] });
    await assert.rejects(client.waitFor('exited', { timeoutMs: 1 }), /No event 'exited' within 1 ms.*"entry"/s);
    await assert.rejects(client.sendRequest('mute', {}, { timeoutMs: 1 }), /No answer to 'mute' within 1 ms.*"entry"/s);
  });

  it('closes with the exit code of an adapter that goes by itself', async () => {
    await client.sendRequest('say', { messages: [OK] });
    assert.deepEqual(await client.close(), { code: 0, signal: null });
  });

  it('kills an adapter that ignores the end of its input and SIGTERM', async () => {
    await client.close();
    client = DapClient.spawn(process.execPath, [FAKE_ADAPTER], { graceMs: 50 });
    await client.sendRequest('hang');
    assert.deepEqual(await client.close(), { code: null, signal: 'SIGKILL' });
  });

  it('tells why an adapter could not be started', async () => {
    const missing = DapClient.spawn('/nonexistent/adapter', []);
    await assert.rejects(missing.sendRequest('initialize'), /did not start.*ENOENT/s);
    await missing.close();
  });
});
