import { gdbSet, gdbShow } from '../mi/commands.js';
import { threadInfo } from '../mi/commandsExecution.js';
import { addressAt, textAt, tupleAt, tuplesAt } from '../mi/fields.js';
import type { Address } from '../util/address.js';
import { messageOf, RequestError } from '../util/errors.js';
import type { Places } from './pause.js';
import type { Gdb } from './ports.js';
import { innermostFrames } from './position.js';

/** Who calls: a thread (gdb's number), several one after another, or one that only gdb knows. */
export type Caller = number | 'several' | undefined;

/** What a job may call: nothing; what prints or converts values (pretty printers, operators); or a function that it names. */
export type Calls = 'none' | 'unnamed' | 'named';

/** What the guard needs of the other subjects of the session. */
export interface CallGuardPorts {
  readonly gdb: Gdb;
  /** Why the caller must not call a function of the program now; undefined where it may. */
  mayCall(caller: Caller): Promise<string | undefined>;
  /** Runs a job that may call functions of the program. */
  calling<T>(caller: Caller, isNamed: boolean, job: () => Promise<T>): Promise<T>;
}

/**
 * Keeps evaluations from calling functions of the program where that does harm: a call made by a thread that stands inside
 * a restartable sequence disarms it, and a mere look (hover) must not run the program.
 */
export class CallGuard {
  constructor(private readonly ports: CallGuardPorts) {}

  /**
   * Runs `job`, with gdb's `may-call-functions` off if it is to call nothing or if the caller must not call now. The user's
   * own setting stands again behind it.
   *
   * @param caller undefined where it may be any thread, or the one that gdb has selected
   * @throws RequestError `callRefused` where gdb has refused a call for this
   */
  async run<T>(caller: Caller, calls: Calls, job: () => Promise<T>): Promise<T> {
    const reason = await this.ports.mayCall(caller);
    if (reason === undefined && calls !== 'none') return this.ports.calling(caller, calls === 'named', job);
    const { results } = await this.ports.gdb.send(gdbShow('may-call-functions'));
    try {
      return await this.withoutCalls(textAt(results, 'value') !== 'off', job);
    } catch (error) {
      throw rephrase(error, reason);
    }
  }

  private async withoutCalls<T>(isAllowed: boolean, job: () => Promise<T>): Promise<T> {
    if (!isAllowed) return job();
    await this.ports.gdb.send(gdbSet('may-call-functions', 'off'));
    try {
      return await job();
    } finally {
      await this.ports.gdb.send(gdbSet('may-call-functions', 'on'));
    }
  }
}

/** What tells where threads stand, and what a call would do there. */
export interface StandingPorts {
  readonly gdb: Gdb;
  readonly anyRegion: () => boolean;
  readonly places: Places;
  readonly whyNoCall: (pc: Address) => string | undefined;
}

/**
 * Why a caller must not call a function now; undefined where it may. Of any thread gdb is asked where it stands. A call lets
 * every thread run: where several call, one may stand inside a restartable sequence by the time that its turn comes.
 */
export async function mayCall(caller: Caller, ports: StandingPorts): Promise<string | undefined> {
  if (!ports.anyRegion()) return undefined;
  if (typeof caller === 'number') {
    const pc = await placeOf(caller, ports);
    return pc === undefined ? undefined : ports.whyNoCall(pc);
  }
  const { results } = await ports.gdb.send(threadInfo());
  const threads = tuplesAt(results, 'threads');
  for (const each of threads) {
    const pc = addressAt(tupleAt(each, 'frame') ?? {}, 'addr');
    const reason = pc === undefined ? undefined : ports.whyNoCall(pc);
    if (reason !== undefined) return `of thread ${textAt(each, 'id') ?? '?'}: ${reason}`;
  }
  if (caller !== 'several' || threads.length < 2) return undefined;
  return 'each call lets every thread run, and the next one may then stand inside a restartable sequence. Name one thread.';
}

async function placeOf(thread: number, { gdb, places }: StandingPorts): Promise<Address | undefined> {
  const known = places.pcOf(thread);
  if (known !== undefined) return known;
  const frames = await innermostFrames(gdb, thread);
  places.rememberFrames(thread, frames);
  return frames[0]?.pc;
}

function rephrase(error: unknown, reason: string | undefined): unknown {
  if (!messageOf(error).includes('may-call-functions is off') || reason === undefined) return error;
  return new RequestError('user', 'callRefused', `No function of the program can be called now: ${reason}`, {
    cause: error,
  });
}
