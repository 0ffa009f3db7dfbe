import type { FaultCase, Outcome } from './faultCase.js';
import { FaultSession } from './faultSession.js';
import { placeOf, REQUESTS } from './requests.js';

/** How long a program may take that prints much or starts many threads, on a busy machine; in milliseconds. */
const PATIENCE_MS = 60_000;

/** A program that is started, does what its mode says, and ends with exit code 0. */
function unruly(
  what: string,
  args: readonly string[],
  check: (session: FaultSession) => void,
  always = true,
): FaultCase {
  return {
    fault: `the program ${what}`,
    title: `a program that ${what} is debugged to its end`,
    always,
    run: async () => {
      const session = await FaultSession.stopped('unruly', { args });
      session.inject();
      await session.send('continue', { threadId: 1 });
      // Whatever comes out, questions are answered meanwhile.
      for (let round = 0; round < 3; round++) await session.send('threads');
      await session.over(PATIENCE_MS);
      const exits = session.eventsOf('exited');
      session.expect(exits.length === 1 && exits[0]?.exitCode === 0, `it ended so: ${JSON.stringify(exits)}`);
      session.expect(session.eventsOf('stopped').length === 1, 'it was stopped by something');
      check(session);
      return session.end();
    },
  };
}

function prints(expected: (text: string) => boolean): (session: FaultSession) => void {
  return session => {
    const text = session.client.output('stdout');
    session.expect(expected(text), `${text.length} characters of output are not those that it printed`);
  };
}

const RECORDS =
  '*stopped,reason="exited-normally"\n1^done\n2^done\n3^error,msg="no"\n' +
  '=thread-group-exited,id="i1",exit-code="7"\n(gdb) \n~"text"*running,thread-id="all"';

/** A program that waits, whatever signals it blocks: it is paused, goes on, and is ended. */
function waiting(what: string, mode: string, exitCode: number): FaultCase {
  return {
    fault: `the program ${what}`,
    title: `a program that ${what} is paused, sees nothing of that, and is terminated`,
    always: true,
    run: async () => {
      const session = await FaultSession.stopped('unruly', { args: [mode] });
      await session.client.request('continue', { threadId: 1 });
      await session.client.waitFor('output', { after: 0, where: ({ output }) => output.includes('waiting') });
      session.inject();
      for (let round = 0; round < 5; round++) {
        const mark = session.client.mark();
        await session.send('pause', { threadId: 1 });
        const end = await session.client.waitForStop(mark);
        session.expect(
          end.kind === 'stopped' && end.body.reason === 'pause',
          `the pause ended so: ${JSON.stringify(end)}`,
        );
        await session.send('continue', { threadId: 1 });
      }
      session.expect(!session.client.output('stdout').includes('signal'), 'the program has got a signal');
      await session.send('terminate');
      await session.over();
      session.expect(session.eventsOf('exited')[0]?.exitCode === exitCode, JSON.stringify(session.eventsOf('exited')));
      return session.end();
    },
  };
}

/** The program is killed from outside, at the moment of a request. */
function killed(command: string, always: boolean): FaultCase {
  return {
    fault: 'the program is killed at a request',
    title: `a program that is killed at '${command}' is told to have ended, and everything is answered`,
    always,
    run: async () => {
      const session = await FaultSession.stopped('plain');
      const place = await placeOf(session);
      session.inject();
      const answers = [session.send('threads'), session.send(command, REQUESTS[command]?.(place))];
      session.killTarget();
      await Promise.all(answers);
      // Stopped by gdb as it is, its end shows when it is let go.
      if (command !== 'disconnect' && session.eventsOf('exited').length === 0)
        await session.send('continue', { threadId: place.threadId });
      if (command !== 'disconnect' && command !== 'restart') await session.over();
      return session.end();
    },
  };
}

/** The same where gdb has breakpoints to insert first, which it cannot into a process without memory. */
function killedWithBreakpoints(command: string): FaultCase {
  return {
    fault: 'the program is killed while it stands',
    title: `a program that is killed while it stands, with breakpoints set, is told to have ended at '${command}'`,
    always: true,
    run: async () => {
      const session = await FaultSession.stopped('plain');
      await session.client.request('setFunctionBreakpoints', { breakpoints: [{ name: 'add' }] });
      session.inject(() => {
        session.killTarget();
      });
      await session.send(command, { threadId: 1 });
      await session.over();
      session.expect(session.eventsOf('exited')[0]?.exitCode === 128 + 9, 'another exit code');
      return session.end();
    },
  };
}

/** The process becomes another program, or leaves one behind, in the middle. */
function becomes(what: string, mode: string, expectLeft: boolean): FaultCase {
  return {
    fault: `the program ${what}`,
    title: `a program that ${what} is debugged to its end`,
    always: true,
    run: async (): Promise<Outcome> => {
      const session = await FaultSession.stopped('unruly', { args: [mode] });
      session.inject();
      await session.send('continue', { threadId: 1 });
      await session.over();
      const daemon = /daemon (\d+)/.exec(session.client.output('stdout'))?.[1];
      session.expect(expectLeft === (daemon !== undefined), 'the daemon has not told its number');
      const outcome = await session.end();
      if (daemon === undefined) return outcome;
      // It belongs to nobody: it must have outlived the session, and is the test's to end.
      let isAlive = true;
      try {
        process.kill(Number(daemon), 'SIGKILL');
      } catch {
        isAlive = false;
      }
      return isAlive ? outcome : { ...outcome, wrong: [...outcome.wrong, 'the daemon has ended with the session'] };
    },
  };
}

const MIB = 1 << 20;

/** Every fault of the program's. */
export const TARGET_FAULTS: readonly FaultCase[] = [
  unruly(
    'prints records of gdb',
    ['--records'],
    prints(text => text === RECORDS),
  ),
  unruly(
    'prints 10 MB at once',
    [`--burst=${10 * MIB}`],
    prints(text => text.length === 10 * MIB),
  ),
  unruly(
    'prints 100 MB at once',
    [`--burst=${100 * MIB}`],
    prints(text => text.length === 100 * MIB),
    false,
  ),
  unruly(
    'prints a line of 50 MB',
    [`--line=${50 * MIB}`],
    prints(text => text.length === 50 * MIB),
    false,
  ),
  unruly(
    'prints every byte',
    ['--binary'],
    prints(text => text.length === 100 * 256 && text.includes('\u0000')),
  ),
  unruly(
    'closes its descriptors',
    ['--close'],
    prints(text => text === ''),
  ),
  unruly(
    'changes its terminal',
    ['--raw'],
    prints(text => text.startsWith('raw')),
  ),
  unruly(
    'wants no debugger',
    ['--traced'],
    prints(text => text.includes('traced: -1')),
  ),
  unruly(
    'has 2,000 threads that come and go',
    ['--threads=2000'],
    prints(text => text === ''),
  ),
  becomes('executes itself', '--exec', false),
  becomes('leaves a daemon', '--daemon', true),
  waiting('blocks every signal', '--blocked', 137),
  waiting('waits for every signal', '--sigwait', 0),
  waiting('ignores SIGTERM', '--ignore-term', 137),
  ...Object.keys(REQUESTS).map(command =>
    killed(command, ['next', 'continue', 'evaluate', 'variables'].includes(command)),
  ),
  ...['continue', 'next'].map(killedWithBreakpoints),
];
