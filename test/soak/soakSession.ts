import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DebugSession, readReport } from '../support/debugSession.js';
import { descendants, exists, nameOf, statOf } from '../support/processes.js';
import { Chance } from './chance.js';
import { SUBJECTS, type Subject } from './subjects.js';
import { User } from './user.js';

/** What a user does in a session. */
export const ACTIONS = 40;

/** How long processes may take to end when the session is over, on a busy machine; in milliseconds. */
const ENDING_MS = 10_000;
/** One session adds no more than this to the adapter's memory; V8 lets garbage lie up to a point. */
const MOST_GROWTH_MIB = 200;

/** A fault that ends a session of ten, besides the nonsense that any user sends. */
type Fault = 'none' | 'program killed' | 'gdb killed' | 'client gone';

/** What one session has come to. */
export interface SoakOutcome {
  readonly seed: number;
  readonly subject: Subject;
  readonly fault: Fault;
  readonly actions: number;
  readonly slowestMs: number;
  /** How runs through regions were seen to end. */
  readonly outcomes: readonly string[];
  readonly aborts: number;
  /** By how much the adapter has grown between its first stop and its last: MiB, and file descriptors. */
  readonly growthMiB: number;
  readonly moreFiles: number;
  /** What was wrong; undefined where nothing was. */
  readonly finding: string | undefined;
  /** What the user has done. */
  readonly log: readonly string[];
  readonly trace: string;
}

/**
 * One session with a real adapter, gdb and sample, in which the user does what the seed says. Never rejects. Its processes get
 * a folder for temporary files of their own: nothing but theirs is looked at behind it.
 */
export async function soakSession(seed: number, actions: number): Promise<SoakOutcome> {
  const { TMPDIR } = process.env;
  const folder = mkdtempSync(join(tmpdir(), 'rseq-dap-soak-'));
  process.env.TMPDIR = folder;
  try {
    return await soakIn(folder, seed, actions);
  } finally {
    if (TMPDIR === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = TMPDIR;
    rmSync(folder, { recursive: true });
  }
}

async function soakIn(folder: string, seed: number, actions: number): Promise<SoakOutcome> {
  const chance = new Chance(seed);
  const subject = chance.pick(SUBJECTS);
  const fault = chance.below(8) === 0 ? chance.pick(['program killed', 'gdb killed', 'client gone'] as const) : 'none';
  const breakpointsInside = chance.pick(['move', 'keep'] as const);
  const stepping = chance.pick(['through', 'through', 'firstIteration'] as const);
  const session = await DebugSession.start({ trace: true });
  const user = new User(session, subject, chance);
  const soak = new Soak(session, user, folder);
  let finding: string | undefined;
  try {
    const rseq = { stepping, breakpointsInside };
    await session.launch(subject.sample, { args: subject.args, rseq, stopOnEntry: true });
    await session.run();
    user.log.push(`${subject.sample} ${JSON.stringify(rseq)}, fault: ${fault}`);
    await soak.run(actions, fault);
  } catch (error) {
    finding = error instanceof Error ? error.message.split('rseq-dap: trace:')[0]?.slice(0, 1500) : String(error);
  }
  const left = await soak.end();
  const outcomes = session.runThroughs().map(({ outcome }) => outcome);
  const { growthMiB, moreFiles, aborts } = soak;
  const measured = { actions: user.actions, slowestMs: user.slowest, outcomes, aborts, growthMiB, moreFiles };
  return { seed, subject, fault, ...measured, finding: finding ?? left, log: user.log, trace: session.trace() };
}

class Soak {
  growthMiB = 0;
  moreFiles = 0;
  aborts = 0;
  private readonly family = new Set<number>();

  constructor(
    private readonly session: DebugSession,
    private readonly user: User,
    private readonly folder: string,
  ) {}

  async run(actions: number, fault: Fault): Promise<void> {
    this.look();
    const before = this.adapter();
    for (let count = 0; count < actions && !this.user.isEnded; count++) await this.user.act();
    this.look();
    const after = this.adapter();
    this.growthMiB = after.mib - before.mib;
    this.moreFiles = after.files - before.files;
    if (fault !== 'none' && !this.user.isEnded) {
      await this.inject(fault);
      return;
    }
    await this.check();
    assert.ok(this.growthMiB < MOST_GROWTH_MIB, `the adapter has grown by ${this.growthMiB.toFixed(0)} MiB`);
    assert.ok(
      this.moreFiles <= 0 || this.user.isEnded,
      `the adapter has ${this.moreFiles} files more open than before`,
    );
  }

  /** Nothing of ours may be left in gdb, the program must end, and be right. */
  private async check(): Promise<void> {
    const { client } = this.session;
    if (!this.user.isEnded) {
      await this.user.clear();
      const ask = async (expression: string): Promise<string> =>
        (await client.request('evaluate', { expression, context: 'repl' })).result;
      // One is there as long as the session: the catchpoint by which the adapter follows an exec.
      const rows = (await ask('info breakpoints')).split('\n').filter(row => /^\d/.test(row));
      const left = rows.filter(row => !/^\d+ +catchpoint +keep y +exec\b/.test(row));
      assert.deepEqual(left, [], 'breakpoints are left in gdb');
      assert.match(await ask('show scheduler-locking'), /replay/, 'other threads are still held');
      assert.match(await ask('show displaced-stepping'), /off\.$/, 'displaced stepping is on');
    }
    await this.user.finish();
    const { sum, expected, aborts } = readReport(client.output('stdout'));
    assert.equal(sum, expected, 'the sum is wrong');
    this.aborts = aborts;
    assert.deepEqual(this.session.eventsOf('exited'), [{ exitCode: 0 }]);
    await this.session.close();
  }

  /** Whatever goes, the client is told, and its requests are answered. */
  private async inject(fault: Exclude<Fault, 'none'>): Promise<void> {
    const { client } = this.session;
    if (fault === 'client gone') return;
    const pid =
      fault === 'program killed'
        ? this.session.eventsOf('process').at(-1)?.systemProcessId
        : [...this.family].find(each => nameOf(each) === 'gdb');
    assert.ok(pid !== undefined, `there is no process for '${fault}'`);
    process.kill(pid, 'SIGKILL');
    if (fault === 'program killed') await client.request('continue', { threadId: 1 }).catch(() => undefined);
    await client.waitFor('terminated', { after: 0 });
    await client.request('disconnect', {});
  }

  /** Ends what is left of the session. @returns what must not be left and is */
  async end(): Promise<string | undefined> {
    this.look();
    await this.session.client.close();
    const limit = performance.now() + ENDING_MS;
    let alive = [...this.family].filter(exists);
    while (alive.length > 0 && performance.now() < limit) {
      await new Promise(resolve => setTimeout(resolve, 10));
      alive = alive.filter(exists);
    }
    const names = alive.map(pid => `${nameOf(pid)} ${pid}`);
    for (const pid of alive) process.kill(pid, 'SIGKILL');
    if (names.length > 0) return `processes are left: ${names.join(', ')}`;
    const files = readdirSync(this.folder);
    if (files.length > 0) return `temporary files are left: ${files.join(', ')}`;
    return /defect of the adapter.*/.exec(this.session.trace())?.[0];
  }

  private look(): void {
    for (const pid of descendants(process.pid)) this.family.add(pid);
  }

  private adapter(): { mib: number; files: number } {
    const pid = [...this.family].find(each => statOf(each)?.parent === process.pid && nameOf(each) === 'node') ?? 0;
    const resident = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1];
    return { mib: Number(resident ?? 0) / 1024, files: readdirSync(`/proc/${pid}/fd`).length };
  }
}
