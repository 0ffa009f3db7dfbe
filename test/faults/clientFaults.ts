import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { encodeFrame } from '../../src/dap/framing.js';
import { FOREVER, sampleProgram, sampleSource } from '../support/debugSession.js';
import { foreignCode } from '../support/processCode.js';
import type { FaultCase } from './faultCase.js';
import { FaultSession } from './faultSession.js';
import { placeOf, REQUESTS, type Place } from './requests.js';

/** What a client may put where something else belongs. */
const WRONG_VALUES: readonly unknown[] = [
  null,
  true,
  -1,
  0.5,
  1e300,
  2 ** 53,
  '',
  'x',
  '0x',
  '\u0000',
  'a\nb"\\ü\u{1f600}',
  'y'.repeat(100_000),
  [],
  [null],
  [[[]]],
  [{}],
  {},
  { a: { b: [] } },
];

function wrongArguments(command: string): FaultCase {
  return {
    fault: 'wrong arguments',
    title: `'${command}' with arguments of every wrong kind is answered each time`,
    always: true,
    run: async () => {
      const session = await FaultSession.stopped('plain');
      const good = REQUESTS[command]?.(await placeOf(session)) ?? {};
      session.inject();
      const wrong = Object.keys(good).flatMap(name => WRONG_VALUES.map(value => ({ ...good, [name]: value })));
      for (const value of [...WRONG_VALUES, ...wrong]) {
        const before = session.client.mark();
        const answer = await session.send(command, value);
        if (answer.kind === 'unanswered') break;
        if (answer.kind === 'ok' && RESUMES.has(command))
          await session.client.waitForStop(before).catch(() => undefined);
      }
      return session.end();
    },
  };
}

const RESUMES = new Set(['next', 'stepIn', 'stepOut']);
/** With arguments that mean the program's end, there is nothing left to be wrong about. */
const NOT_TWICE = new Set(['terminate', 'disconnect', 'restart', 'continue', 'pause']);

const STATES: Readonly<Record<string, () => Promise<FaultSession>>> = {
  'before initialize': () => Promise.resolve(FaultSession.start()),
  'before launch': async () => {
    const session = FaultSession.start();
    await session.client.request('initialize', { adapterID: 'test' });
    return session;
  },
  'before configurationDone': async () => {
    const session = FaultSession.start();
    await session.client.request('initialize', { adapterID: 'test' });
    await session.client.request('launch', { program: sampleProgram('plain') });
    return session;
  },
  'while the program runs': async () => {
    const session = await FaultSession.stopped('unruly', { args: ['--sigwait'] });
    await session.client.request('continue', { threadId: 1 });
    return session;
  },
  'when the program has ended': async () => {
    const session = await FaultSession.stopped('plain');
    await session.client.request('continue', { threadId: 1 });
    await session.client.waitFor('terminated');
    return session;
  },
};

const NOWHERE: Place = { threadId: 1, frameId: 1, variablesReference: 1, instructionReference: '0x1000' };

function wrongOrder(state: string): FaultCase {
  return {
    fault: `requests ${state}`,
    title: `requests ${state} are answered`,
    always: true,
    run: async () => {
      const session = await (STATES[state] ?? STATES['before launch']!)();
      session.inject();
      for (const [command, args] of Object.entries(REQUESTS)) {
        if (command === 'disconnect' || command === 'terminate' || command === 'restart') continue;
        await session.send(command, args(NOWHERE));
      }
      for (const command of ['launch', 'attach', 'configurationDone', 'initialize', 'noSuchRequest', 'toString']) {
        const answer = await session.send(command, {});
        const isUnknown = command === 'noSuchRequest' || command === 'toString';
        session.expect(!isUnknown || answer.kind === 'refused', `'${command}' was answered as if it existed`);
      }
      return session.end();
    },
  };
}

function cancelled(command: string): FaultCase {
  return {
    fault: 'a request is cancelled at any moment',
    title: `'${command}' that is cancelled at once, or a moment later, is answered`,
    always: command === 'variables' || command === 'next' || command === 'evaluate',
    run: async () => {
      const session = await FaultSession.stopped('plain');
      const place = await placeOf(session);
      session.inject();
      for (let round = 0; round < 20; round++) {
        const before = session.client.mark();
        // Our client numbers its requests in turn; what it sends next is what is to be cancelled.
        const sent = session.client.transcript.filter(({ direction }) => direction === 'sent').length + 1;
        const answer = session.send(command, REQUESTS[command]?.(place));
        for (let turn = 0; turn < round; turn++) await new Promise(resolve => setImmediate(resolve));
        await session.send('cancel', { requestId: sent });
        const { kind } = await answer;
        if (kind === 'ok' && RESUMES.has(command)) await session.client.waitForStop(before);
      }
      return session.end();
    },
  };
}

const floods: FaultCase = {
  fault: '1,000 requests at once',
  title: '1,000 requests at once are answered in their order',
  always: true,
  run: async () => {
    const session = await FaultSession.stopped('plain');
    const { threadId, frameId } = await placeOf(session);
    session.inject();
    const answers = Array.from({ length: 1000 }, (_, n) =>
      n % 3 === 0
        ? session.send('threads')
        : n % 3 === 1
          ? session.send('stackTrace', { threadId, levels: 1 })
          : session.send('evaluate', { expression: `${n}`, frameId, context: 'watch' }),
    );
    for (const [n, answer] of (await Promise.all(answers)).entries()) {
      const value = answer.kind === 'ok' ? (answer.body as { result?: string }).result : undefined;
      session.expect(n % 3 !== 2 || value === String(n), `'${n}' is ${String(value)}`);
    }
    return session.end();
  },
};

function frame(json: string): Buffer {
  return Buffer.from(`Content-Length: ${json.length}\r\n\r\n${json}`);
}

const JUNK: Readonly<Record<string, Buffer>> = {
  'no header': Buffer.from('hello\r\n\r\n'),
  'a negative length': Buffer.from('Content-Length: -5\r\n\r\n'),
  'a huge length': Buffer.from('Content-Length: 99999999999999\r\n\r\n{}'),
  'a length that is none': Buffer.from('Content-Length: ten\r\n\r\n{}'),
  'two lengths': Buffer.from('Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}'),
  'broken JSON': Buffer.from('Content-Length: 9\r\n\r\n{"seq":1,'),
  'no object': Buffer.from('Content-Length: 4\r\n\r\nnull'),
  'deep JSON': frame(
    `{"seq":900,"type":"request","command":"threads","arguments":${'['.repeat(50_000)}${']'.repeat(50_000)}}`,
  ),
  'a response to nothing': encodeFrame({ seq: 1, type: 'response', request_seq: 77, success: true, command: 'x' }),
  'an event': encodeFrame({ seq: 1, type: 'event', event: 'stopped' }),
  'a request without a command': encodeFrame({ seq: 900, type: 'request' }),
  'a request whose number is none': encodeFrame({ seq: 'x', type: 'request', command: 'threads' }),
};

function junk(what: string): FaultCase {
  return {
    fault: 'malformed messages',
    title: `${what} from the client is survived, and the message behind it answered`,
    always: true,
    run: async () => {
      const session = FaultSession.start();
      session.inject();
      session.client.sendBytes(JUNK[what] ?? Buffer.alloc(0));
      const answer = await session.send('initialize', { adapterID: 'test' });
      session.expect(answer.kind === 'ok', `initialize: ${JSON.stringify(answer)}`);
      return session.end();
    },
  };
}

/** The editor is gone without a word: the adapter's pipes are closed, or the adapter is killed with it. */
function gone(
  how: 'closes its pipe' | 'kills the adapter',
  kind: 'launch' | 'attach',
  state: 'running' | 'stopped',
): FaultCase {
  return {
    fault: `the client ${how} (${kind})`,
    title: `a client that ${how} while the program of ${kind} is ${state} leaves nothing behind${
      kind === 'attach' ? ' but the unharmed program' : ''
    }`,
    always: true,
    run: async () => {
      const child =
        kind === 'attach' ? spawn(sampleProgram('threads'), [FOREVER, '4'], { stdio: 'ignore' }) : undefined;
      if (child !== undefined) await once(child, 'spawn');
      const session = await begun(child?.pid);
      const { threadId = 1 } = session.eventsOf('stopped').at(-1) ?? {};
      if (state === 'running') await session.client.request('continue', { threadId });
      session.inject();
      if (child?.pid !== undefined) session.disown(child.pid);
      if (how === 'kills the adapter') session.kill();
      await session.client.close();
      const outcome = await session.outcome();
      if (child?.pid === undefined) return outcome;
      const wrong = [...outcome.wrong];
      try {
        const patched = foreignCode(child.pid).length;
        if (patched > 0) wrong.push(`breakpoint instructions left in the program: ${patched}`);
      } catch (error) {
        wrong.push(`its code cannot be read: ${String(error)}`);
      }
      if (child.exitCode !== null || child.signalCode !== null) wrong.push(`it ended: ${child.signalCode ?? ''}`);
      child.kill('SIGKILL');
      return { ...outcome, wrong };
    },
  };
}

/** A session at a stop, with a breakpoint in code that runs all the time, whose condition never holds. */
async function begun(processId: number | undefined): Promise<FaultSession> {
  const session = FaultSession.start();
  const { client } = session;
  await client.request('initialize', { adapterID: 'test' });
  const program = sampleProgram('threads');
  if (processId === undefined) await client.request('launch', { program, args: [FOREVER, '4'], stopOnEntry: true });
  else await client.request('attach', { processId, program });
  const source = { path: sampleSource('threads.c') };
  await client.request('setBreakpoints', { source, breakpoints: [{ line: 40, condition: 'cpu == 12345' }] });
  await client.request('configurationDone', {});
  if (processId !== undefined) await client.request('pause', { threadId: 1 });
  await client.waitFor('stopped');
  return session;
}

const ENDS = ['closes its pipe', 'kills the adapter'] as const;

/** Every fault of the client's. */
export const CLIENT_FAULTS: readonly FaultCase[] = [
  ...Object.keys(JUNK).map(junk),
  ...Object.keys(REQUESTS)
    .filter(command => !NOT_TWICE.has(command))
    .map(wrongArguments),
  ...Object.keys(STATES).map(wrongOrder),
  ...Object.keys(REQUESTS)
    .filter(command => !NOT_TWICE.has(command))
    .map(cancelled),
  floods,
  ...ENDS.flatMap(how =>
    (['launch', 'attach'] as const).flatMap(kind =>
      (['running', 'stopped'] as const).map(state => gone(how, kind, state)),
    ),
  ),
];
