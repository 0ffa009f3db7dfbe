import assert from 'node:assert/strict';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { requireNumber } from '../../../src/dap/arguments.js';
import type { SessionState } from '../../../src/dap/route.js';
import { RequestError } from '../../../src/util/errors.js';
import { createRig, deferred } from './rig.js';

function errorOf(response: DebugProtocol.Response): DebugProtocol.Message {
  assert.equal(response.success, false);
  return (response as DebugProtocol.ErrorResponse).body.error!;
}

describe('Dispatcher', () => {
  it('answers a request with the body that its handler returns', async () => {
    const rig = createRig({ threads: { when: 'any', run: () => ({ threads: [{ id: 1, name: 'main' }] }) } });
    const response = await rig.response(rig.send('threads'));
    assert.deepEqual(response.body, { threads: [{ id: 1, name: 'main' }] });
    assert.equal(response.success, true);
  });

  it('leaves the body out of a mere acknowledgement', async () => {
    const rig = createRig({ configurationDone: { when: 'any', run: () => undefined } });
    assert.equal('body' in (await rig.response(rig.send('configurationDone'))), false);
  });

  it('carries requests out one after the other', async () => {
    const gate = deferred();
    const seen: string[] = [];
    const rig = createRig({
      evaluate: {
        when: 'any',
        run: async () => {
          seen.push('evaluate begins');
          await gate.promise;
          seen.push('evaluate ends');
          return { result: '', variablesReference: 0 };
        },
      },
      threads: {
        when: 'any',
        run: () => {
          seen.push('threads');
          return { threads: [] };
        },
      },
    });
    rig.send('evaluate', {});
    const last = rig.send('threads');
    await new Promise(resolve => setImmediate(resolve));
    assert.deepEqual(seen, ['evaluate begins']);
    gate.resolve();
    await rig.response(last);
    assert.deepEqual(seen, ['evaluate begins', 'evaluate ends', 'threads']);
  });

  it('sends the events that a handler emits behind its response, in their order', async () => {
    const rig = createRig({
      initialize: {
        when: 'any',
        run: async () => {
          rig.connection.emit('initialized');
          rig.connection.emit('invalidated', {});
          await Promise.resolve();
          return {};
        },
      },
    });
    await rig.response(rig.send('initialize', {}));
    await rig.settled();
    assert.deepEqual(rig.story(), ['initialize ok', 'event initialized', 'event invalidated']);
  });

  it('sends the event of a posted reaction behind the response of the request in progress', async () => {
    const rig = createRig({
      next: {
        when: 'stopped',
        run: async () => {
          // gdb reports the stop before the handler has returned.
          rig.connection.queue.post(() => {
            rig.connection.emit('stopped', { reason: 'step' });
          });
          await new Promise(resolve => setImmediate(resolve));
        },
      },
    });
    await rig.response(rig.send('next', {}));
    await rig.settled();
    assert.deepEqual(rig.story(), ['next ok', 'event stopped']);
  });

  it('sends output and progress at once, while a request is in progress', async () => {
    const gate = deferred();
    const rig = createRig({
      launch: {
        when: 'any',
        run: () => {
          rig.connection.emit('thread', { reason: 'started', threadId: 1 });
          rig.connection.emit('output', { output: 'reading symbols' });
          rig.connection.emit('progressStart', { progressId: 'p', title: 'symbols' });
          return gate.promise;
        },
      },
    });
    const seq = rig.send('launch', {});
    await new Promise(resolve => setImmediate(resolve));
    await new Promise(resolve => setImmediate(resolve));
    assert.deepEqual(rig.story(), ['event output', 'event progressStart']);
    gate.resolve();
    await rig.response(seq);
    await rig.settled();
    assert.deepEqual(rig.story().slice(2), ['launch ok', 'event thread']);
  });

  it('sends an event at once where no request is in progress', async () => {
    const rig = createRig({});
    rig.connection.emit('terminated');
    await rig.settled();
    assert.deepEqual(rig.story(), ['event terminated']);
  });

  it('lets pause overtake a request that hangs, and the held events come when both are answered', async () => {
    const gate = deferred();
    const rig = createRig({
      evaluate: { when: 'any', run: () => gate.promise.then(() => ({ result: '', variablesReference: 0 })) },
      pause: {
        when: 'any',
        overtakes: true,
        run: () => {
          rig.connection.emit('stopped', { reason: 'pause' });
          return undefined;
        },
      },
    });
    const slow = rig.send('evaluate', {});
    await rig.response(rig.send('pause', { threadId: 1 }));
    assert.deepEqual(rig.story(), ['pause ok']);
    gate.resolve();
    await rig.response(slow);
    await rig.settled();
    assert.deepEqual(rig.story(), ['pause ok', 'evaluate ok', 'event stopped']);
  });

  describe('answers with an error', () => {
    it('a command that it does not know, or that every object has as a member', async () => {
      const rig = createRig({});
      for (const command of ['fly', 'toString', 'constructor', '__proto__']) {
        const error = errorOf(await rig.response(rig.send(command, {})));
        assert.equal(error.variables?.code, 'unsupported');
        assert.match(error.format, new RegExp(`'${command}' is not supported`));
      }
    });

    it('a request without a command', async () => {
      const rig = createRig({});
      rig.sendRaw({ seq: 5, type: 'request' });
      assert.equal(errorOf(await rig.response(5)).variables?.code, 'badRequest');
    });

    for (const [name, args] of [
      ['a list', []],
      ['a string', 'x'],
      ['a number', 3],
      ['true', true],
    ] as const) {
      it(`arguments that are ${name}`, async () => {
        const rig = createRig({ next: { when: 'any', run: () => undefined } });
        const error = errorOf(await rig.response(rig.send('next', args)));
        assert.equal(error.variables?.code, 'badArguments');
      });
    }

    it('arguments that a handler misses: none at all, null, of the wrong type', async () => {
      const rig = createRig({
        next: {
          when: 'any',
          run: args => {
            requireNumber(args, 'threadId');
            return undefined;
          },
        },
      });
      for (const args of [undefined, null, {}, { threadId: '1' }, { threadId: null }]) {
        const error = errorOf(await rig.response(rig.send('next', args)));
        assert.equal(error.variables?.code, 'badArguments');
        assert.match(error.format, /'threadId' must be a number/);
      }
      assert.equal((await rig.response(rig.send('next', { threadId: 1 }))).success, true);
    });

    it("the user's mistake as it is told, to be shown", async () => {
      const rig = createRig({
        next: {
          when: 'any',
          run: () => {
            throw new RequestError('user', 'noLine', 'Cannot step: no line.');
          },
        },
      });
      const response = await rig.response(rig.send('next', {}));
      assert.equal(response.message, 'Cannot step: no line.');
      const { id, ...error } = errorOf(response);
      assert.deepEqual(error, { format: 'Cannot step: no line.', showUser: true, variables: { code: 'noLine' } });
      assert.ok(Number.isInteger(id) && id > 0 && id < 2 ** 31);
      assert.deepEqual(rig.log, []);
    });

    it("nobody's mistake quietly", async () => {
      const rig = createRig({
        threads: { when: 'any', run: () => Promise.reject(new RequestError('nobody', 'gone', 'It has ended.')) },
      });
      assert.equal(errorOf(await rig.response(rig.send('threads'))).showUser, false);
      assert.deepEqual(rig.log, []);
    });

    for (const [name, run] of [
      [
        'throws',
        () => {
          throw new TypeError('x is undefined');
        },
      ],
      ['rejects', () => Promise.reject(new TypeError('x is undefined'))],
      ['blames the adapter', () => Promise.reject(new RequestError('internal', 'broken', 'x is undefined'))],
    ] as const) {
      it(`a defect of the adapter that ${name}: said to be one, logged with its stack, and the queue goes on`, async () => {
        const rig = createRig({ next: { when: 'any', run }, threads: { when: 'any', run: () => ({ threads: [] }) } });
        const error = errorOf(await rig.response(rig.send('next', {})));
        assert.match(error.format, /'next' failed by a defect of the adapter: x is undefined/);
        assert.equal(error.showUser, true);
        assert.match(rig.log.join('\n'), /error: Request 'next' failed\n.*x is undefined\n +at /s);
        assert.equal((await rig.response(rig.send('threads'))).success, true);
      });
    }

    it('a body that JSON cannot express', async () => {
      const rig = createRig({ evaluate: { when: 'any', run: () => ({ result: 1n }) as never } });
      const error = errorOf(await rig.response(rig.send('evaluate', {})));
      assert.equal(error.variables?.code, 'badBody');
    });
  });

  it('answers what is queued or hangs before it answers disconnect, and answers it once', async () => {
    const gate = deferred();
    const rig = createRig({
      evaluate: {
        when: 'any',
        run: async () => {
          await gate.promise;
          return { result: '', variablesReference: 0 };
        },
      },
      threads: { when: 'any', run: () => ({ threads: [] }) },
      disconnect: { when: 'any', overtakes: true, run: () => undefined },
    });
    rig.send('evaluate');
    rig.send('threads');
    await rig.response(rig.send('disconnect'));
    gate.resolve();
    await rig.settled();
    const why = 'The session was disconnected before this was done.';
    assert.deepEqual(rig.story(), [`evaluate: ${why}`, `threads: ${why}`, 'disconnect ok']);
  });

  it('blames nobody for what fails by the end of the session: of a defect it would speak to the user', async () => {
    const gone = (): Promise<never> => Promise.reject(new Error('gdb has ended'));
    let isRunning: () => void = () => undefined;
    const begun = new Promise<void>(resolve => (isRunning = resolve));
    let end: () => void = () => undefined;
    const ended = new Promise<void>(resolve => (end = resolve));
    const rig = createRig({
      modules: {
        when: 'any',
        run: async () => {
          isRunning();
          await ended;
          return gone();
        },
      },
      disconnect: { when: 'any', overtakes: true, run: () => question.then(() => undefined) },
    });
    const question = rig.response(rig.send('modules', {}));
    await begun;
    rig.send('disconnect', {});
    end();
    const error = errorOf(await question);
    assert.deepEqual([error.variables?.code, error.showUser], ['ended', false]);
    assert.match(error.format, /^'modules' was not done: the session has ended meanwhile \(gdb has ended\)\.$/);
    const late = createRig({ modules: { when: 'any', run: gone } }, 'ended');
    assert.equal(errorOf(await late.response(late.send('modules', {}))).variables?.code, 'ended');
    const defect = createRig({ modules: { when: 'any', run: gone } });
    assert.match(errorOf(await defect.response(defect.send('modules', {}))).format, /defect of the adapter/);
  });

  describe('checks the run state', () => {
    const routes = {
      next: { when: 'stopped', run: () => undefined },
      pause: { when: 'launched', run: () => undefined },
      stackTrace: { when: 'stopped', run: () => ({ stackFrames: [] }) },
      setBreakpoints: { when: 'initialized', run: () => ({ breakpoints: [] }) },
    } as const;
    const table: readonly (readonly [SessionState, keyof typeof routes, string])[] = [
      ['created', 'setBreakpoints', 'notInitialized'],
      ['created', 'next', 'notInitialized'],
      ['initialized', 'setBreakpoints', 'ok'],
      ['initialized', 'pause', 'notLaunched'],
      ['initialized', 'next', 'notLaunched'],
      ['running', 'setBreakpoints', 'ok'],
      ['running', 'pause', 'ok'],
      ['running', 'next', 'notStopped'],
      ['stopped', 'pause', 'ok'],
      ['stopped', 'next', 'ok'],
      ['ended', 'setBreakpoints', 'ok'],
      ['ended', 'next', 'ended'],
    ];
    for (const [state, command, outcome] of table) {
      it(`${command} when ${state}: ${outcome}`, async () => {
        const rig = createRig(routes, state);
        const response = await rig.response(rig.send(command, {}));
        assert.equal(response.success ? 'ok' : errorOf(response).variables?.code, outcome);
      });
    }

    it('at the moment when the request is carried out, not when it arrives', async () => {
      const rig = createRig({
        ...routes,
        continue: {
          when: 'stopped',
          run: () => {
            rig.state = 'running';
            return {};
          },
        },
      });
      rig.send('continue', {});
      const error = await rig.response(rig.send('next', {}));
      assert.equal(error.message, 'notStopped');
      assert.equal(errorOf(error).format, 'Cannot step: the program is running. Pause it first.');
    });

    it('and blames the user for an action, nobody for the question of a view', async () => {
      const rig = createRig(routes, 'running');
      assert.equal(errorOf(await rig.response(rig.send('next', {}))).showUser, true);
      assert.equal(errorOf(await rig.response(rig.send('stackTrace', {}))).showUser, false);
    });
  });

  describe('on cancel', () => {
    it('answers a queued request with cancelled at once and never runs it', async () => {
      const gate = deferred();
      let ran = false;
      const rig = createRig({
        launch: { when: 'any', run: () => gate.promise },
        threads: {
          when: 'any',
          run: () => {
            ran = true;
            return { threads: [] };
          },
        },
      });
      const slow = rig.send('launch', {});
      const queued = rig.send('threads');
      await rig.response(rig.send('cancel', { requestId: queued }));
      assert.deepEqual(rig.story(), ['threads: cancelled', 'cancel ok']);
      gate.resolve();
      await rig.response(slow);
      await rig.settled();
      assert.equal(ran, false);
      assert.deepEqual(rig.story(), ['threads: cancelled', 'cancel ok', 'launch ok']);
    });

    it('tells the running handler, whose giving up is answered with cancelled', async () => {
      const rig = createRig({
        evaluate: {
          when: 'any',
          run: (_args, { signal }) =>
            new Promise((_resolve, reject) => {
              signal.addEventListener('abort', () => {
                reject(new Error('interrupted'));
              });
            }),
        },
      });
      const running = rig.send('evaluate', {});
      await new Promise(resolve => setImmediate(resolve));
      rig.send('cancel', { requestId: running });
      assert.equal((await rig.response(running)).message, 'cancelled');
      assert.deepEqual(rig.log, []);
    });

    it('lets a running handler that finishes all the same answer normally', async () => {
      const gate = deferred();
      const rig = createRig({ launch: { when: 'any', run: () => gate.promise } });
      const running = rig.send('launch', {});
      await new Promise(resolve => setImmediate(resolve));
      await rig.response(rig.send('cancel', { requestId: running }));
      gate.resolve();
      assert.equal((await rig.response(running)).success, true);
    });

    it('accepts a request that is unknown or answered, and refuses an id that is no number', async () => {
      const rig = createRig({});
      assert.equal((await rig.response(rig.send('cancel', { requestId: 99 }))).success, true);
      assert.equal((await rig.response(rig.send('cancel'))).success, true);
      assert.equal((await rig.response(rig.send('cancel', { requestId: 'x' }))).success, false);
    });

    it("runs the session's own route besides, for a progressId", async () => {
      const cancelled: unknown[] = [];
      const rig = createRig({
        cancel: {
          when: 'any',
          run: args => {
            cancelled.push(args.progressId);
            return undefined;
          },
        },
      });
      await rig.response(rig.send('cancel', { progressId: 'p1' }));
      assert.deepEqual(cancelled, ['p1']);
    });
  });
});
