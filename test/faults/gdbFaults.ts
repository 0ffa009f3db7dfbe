import { writeFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import type { FaultCase, Outcome } from './faultCase.js';
import { FaultSession, type Answer } from './faultSession.js';
import type { Fault } from './faultyGdb.js';
import { placeOf, REQUESTS } from './requests.js';

type Moment = 'before' | 'during' | 'after';

/** Answered truthfully without gdb: what is asked is only to end, or what is known of it is that nothing is. */
const NEED_NO_GDB = new Set([
  'disconnect',
  'terminate',
  'rseq/regions',
  'modules',
  'loadedSources',
  'setExceptionBreakpoints',
]);

/** As long as nobody knows that gdb hangs, true as well: it is as the client has been told, stopped, with those scopes. */
const KNOWN_AT_A_STOP = new Set(['pause', 'scopes']);

const FAULTY_GDB = fileURLToPath(new URL('./faultyGdb.js', import.meta.url));

/** Bodies that can say themselves that it was not done: breakpoints not to be set, and data not to be watched. */
interface Refusable {
  readonly breakpoints?: readonly { readonly verified: boolean }[];
  readonly dataId?: string | null;
}

function judge(session: FaultSession, command: string, moment: Moment | 'hung', answer: Answer): void {
  if (moment === 'during' || moment === 'after' || answer.kind !== 'ok' || NEED_NO_GDB.has(command)) return;
  if (moment === 'hung' && KNOWN_AT_A_STOP.has(command)) return;
  const { breakpoints, dataId } = (answer.body ?? {}) as Refusable;
  if (breakpoints?.every(({ verified }) => !verified) === true || dataId === null) return;
  session.expect(false, `'${command}' was answered although gdb was gone: ${inspect(answer.body).slice(0, 200)}`);
}

/** gdb is killed before, during or after a request. */
function killed(command: string, moment: Moment): FaultCase {
  return {
    fault: `gdb is killed ${moment} a request`,
    title: `a gdb that is killed ${moment} '${command}' ends the session, and everything is answered`,
    always: moment === 'during',
    run: async () => {
      const session = await FaultSession.stopped('plain');
      const place = await placeOf(session);
      const { gdb } = session;
      const args = REQUESTS[command]?.(place);
      const kill = (): void => {
        process.kill(gdb, 'SIGKILL');
      };
      if (moment === 'after') await session.send(command, args);
      const ending = command === 'disconnect' || command === 'terminate';
      if (moment === 'after' && ending) {
        session.inject();
        return session.end();
      }
      session.inject(moment === 'during' ? undefined : kill);
      if (moment !== 'during') await session.over();
      const other = session.send('threads');
      const answers = [session.send(moment === 'after' ? 'threads' : command, args), other];
      if (moment === 'during') kill();
      for (const answer of await Promise.all(answers)) judge(session, command, moment, answer);
      if (command !== 'disconnect') await session.over();
      return session.end();
    },
  };
}

/** gdb is stopped by a signal and never answers again. */
function hung(command: string, always: boolean): FaultCase {
  return {
    fault: 'gdb hangs (SIGSTOP)',
    title: `a gdb that hangs at '${command}' is ended, and everything is answered`,
    always,
    run: async () => {
      const session = await FaultSession.stopped('plain', { timeouts: { gdb: 1 } });
      const place = await placeOf(session);
      const { gdb } = session;
      session.inject(() => {
        process.kill(gdb, 'SIGSTOP');
      });
      const other = session.send('threads');
      judge(session, command, 'hung', await session.send(command, REQUESTS[command]?.(place)));
      await other;
      if (command !== 'disconnect') await session.over();
      return session.end();
    },
  };
}

/** A gdb that is real but for what is done to its output at one command; `recovers`: the session goes on. */
function faulty(what: string, fault: Fault, recovers: boolean): FaultCase {
  return {
    fault: `gdb ${what}`,
    title: `a gdb that ${what} leaves nothing unanswered`,
    always: true,
    run: async () => {
      const folder = mkdtempSync(join(tmpdir(), 'rseq-dap-faulty-'));
      const gdb = join(folder, 'gdb');
      const quoted = JSON.stringify(fault).replaceAll("'", "'\\''");
      writeFileSync(gdb, `#!/bin/sh\nFAULT='${quoted}' exec '${process.execPath}' '${FAULTY_GDB}' "$@"\n`, {
        mode: 0o755,
      });
      try {
        return await throughFault(gdb, recovers);
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
  };
}

async function throughFault(gdb: string, recovers: boolean): Promise<Outcome> {
  const session = await FaultSession.stopped('plain', { gdb, timeouts: { gdb: 2 } });
  const place = await placeOf(session);
  session.inject();
  const [answer] = await Promise.all([
    session.send('setFunctionBreakpoints', { breakpoints: [{ name: 'fault_here' }, { name: 'add' }] }),
    session.send('threads'),
  ]);
  const { breakpoints = [] } = (answer.kind === 'ok' ? answer.body : {}) as { breakpoints?: { verified: boolean }[] };
  session.expect(breakpoints[0]?.verified === false, `of a function that does not exist: ${JSON.stringify(answer)}`);
  if (!recovers) {
    await session.over();
    return session.end();
  }
  const mark = session.client.mark();
  const stepped = await session.send('next', { threadId: place.threadId });
  session.expect(stepped.kind === 'ok', `a step was not possible afterwards: ${JSON.stringify(stepped)}`);
  if (stepped.kind === 'ok') {
    const end = await session.client.waitForStop(mark);
    session.expect(end.kind === 'stopped' && end.body.reason === 'step', `the step ended so: ${JSON.stringify(end)}`);
  }
  return session.end();
}

const HANGS_ALWAYS = new Set(['next', 'evaluate', 'setBreakpoints', 'terminate', 'disconnect']);

/** Every fault of gdb's. */
export const GDB_FAULTS: readonly FaultCase[] = [
  ...Object.keys(REQUESTS).flatMap(command => [
    killed(command, 'before'),
    killed(command, 'during'),
    killed(command, 'after'),
    hung(command, HANGS_ALWAYS.has(command)),
  ]),
  faulty('answers late', { kind: 'late', milliseconds: 1500 }, true),
  faulty('answers two commands in the wrong order', { kind: 'swap' }, true),
  faulty('prints garbage between its records', { kind: 'garbage' }, true),
  faulty('answers twice', { kind: 'twice' }, true),
  faulty('tells what nobody knows', { kind: 'unknown' }, true),
  faulty('asks about an internal error', { kind: 'internalError' }, true),
  faulty('cuts an answer off and ends', { kind: 'cutOff' }, false),
  faulty('never answers a command', { kind: 'mute' }, false),
];
