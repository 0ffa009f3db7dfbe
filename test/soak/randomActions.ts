/**
 * Random sessions on the samples against a real gdb: whatever the user does, the program goes on and computes what it
 * computes alone. `node dist/test/soak/randomActions.js [SECONDS [SEED]]` after a build; exits non-zero at a failure and
 * names the seed of the session that failed.
 */
import { strict as assert } from 'node:assert';
import { DebugSession, readReport, sampleSource } from '../support/debugSession.js';

/** What a sample needs to be exercised. */
interface Subject {
  readonly sample: string;
  readonly source: string;
  readonly args: readonly string[];
  /** Lines around and inside the regions. */
  readonly lines: readonly [first: number, last: number];
}

const SUBJECTS: readonly Subject[] = [
  { sample: 'counter_points', source: 'counter_points.c', args: ['300', '--pin'], lines: [18, 68] },
  { sample: 'counter_cs', source: 'counter_cs.c', args: ['300'], lines: [15, 67] },
  { sample: 'counter_asm', source: 'counter_asm.S', args: ['300', '--pin'], lines: [12, 36] },
  { sample: 'list_exits', source: 'list_exits.c', args: ['100'], lines: [27, 165] },
  { sample: 'threads', source: 'threads.c', args: ['300', '4'], lines: [32, 137] },
  { sample: 'retry_line', source: 'retry_line.c', args: ['300'], lines: [60, 67] },
  { sample: 'inlined', source: 'inlined.c', args: ['100'], lines: [15, 128] },
  { sample: 'cxx', source: 'cxx.cpp', args: ['100'], lines: [18, 98] },
  { sample: 'one_insn_arm', source: 'one_insn_arm.c', args: ['300'], lines: [20, 88] },
  { sample: 'base_register', source: 'base_register.c', args: ['300'], lines: [14, 65] },
  { sample: 'early_exits', source: 'early_exits.c', args: ['300'], lines: [31, 97] },
  { sample: 'own_area', source: 'own_area.c', args: ['300'], lines: [18, 80] },
  { sample: 'other_path', source: 'other_path.c', args: ['300'], lines: [14, 79] },
  { sample: 'inner_loop', source: 'inner_loop.c', args: ['300'], lines: [24, 111] },
  { sample: 'signals', source: 'signals.c', args: ['300'], lines: [24, 104] },
  { sample: 'link_lib', source: 'libpercpu.c', args: ['300'], lines: [14, 95] },
  { sample: 'dlopen_lib', source: 'libpercpu.c', args: ['100'], lines: [14, 95] },
];

const ACTIONS_IN_A_SESSION = 40;
/** A request or a step that takes longer hangs. */
const HANGS_AFTER_MS = 10_000;

/** Numbers that a seed repeats (mulberry32). */
class Chance {
  constructor(private state: number) {}

  below(limit: number): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T;
  }
}

/** A session under way and what has been done in it. */
class Run {
  readonly log: string[] = [];
  slowest = 0;
  private thread = 1;
  private isEnded = false;

  constructor(
    private readonly session: DebugSession,
    private readonly subject: Subject,
    private readonly chance: Chance,
  ) {}

  async actions(): Promise<void> {
    for (let count = 0; count < ACTIONS_IN_A_SESSION && !this.isEnded; count++) await this.act();
  }

  /** Lets the program run to its end and checks what it has computed. */
  async finish(): Promise<void> {
    await this.session.breakAt(sampleSource(this.subject.source));
    await this.session.client.request('setInstructionBreakpoints', { breakpoints: [] });
    while (!this.isEnded) await this.resume('continue');
    await this.session.client.waitFor('terminated', { after: 0 });
    const { sum, expected } = readReport(this.session.client.output('stdout'));
    assert.equal(sum, expected, 'the sum is wrong');
    assert.deepEqual(this.session.eventsOf('exited'), [{ exitCode: 0 }]);
  }

  private async act(): Promise<void> {
    switch (this.chance.below(12)) {
      case 0:
        return this.breakpoints();
      case 1:
        return this.instructionBreakpoint();
      case 2:
        return this.look();
      case 3:
        return this.otherThread();
      case 4:
        return this.resume('continue');
      case 5:
        return this.pause();
      default:
        return this.resume(this.chance.pick(['next', 'next', 'stepIn', 'stepOut'] as const));
    }
  }

  private async resume(kind: 'continue' | 'next' | 'stepIn' | 'stepOut'): Promise<void> {
    const granularity = this.chance.pick(['line', 'line', 'instruction'] as const);
    this.log.push(`${kind} ${granularity} thread ${this.thread}`);
    const begun = performance.now();
    try {
      const mark = this.session.client.mark();
      await this.session.client.request(kind, { threadId: this.thread, granularity });
      const end = await this.session.client.waitForStop(mark, HANGS_AFTER_MS);
      this.isEnded = end.kind !== 'stopped';
      if (end.kind === 'stopped') this.thread = end.body.threadId ?? this.thread;
    } catch (error) {
      // The outermost frame cannot be left, a thread may be gone: gdb says so, and nothing has moved.
      if (!/not meaningful in the outermost|Invalid thread|No thread/.test(String(error))) throw error;
    }
    this.slowest = Math.max(this.slowest, performance.now() - begun);
  }

  private async pause(): Promise<void> {
    this.log.push('continue, pause');
    const mark = this.session.client.mark();
    await this.session.client.request('continue', { threadId: this.thread });
    await this.session.client.request('pause', { threadId: this.thread }).catch(() => undefined);
    const end = await this.session.client.waitForStop(mark, HANGS_AFTER_MS);
    this.isEnded = end.kind !== 'stopped';
    if (end.kind === 'stopped') this.thread = end.body.threadId ?? this.thread;
  }

  private async breakpoints(): Promise<void> {
    const [first, last] = this.subject.lines;
    const breakpoints = Array.from({ length: this.chance.below(3) }, () => ({
      line: first + this.chance.below(last - first),
      ...this.chance.pick([{}, {}, { condition: '0' }, { hitCondition: '%7' }, { logMessage: 'hit' }]),
    }));
    this.log.push(`break ${JSON.stringify(breakpoints)}`);
    await this.session.client.request('setBreakpoints', {
      source: { path: sampleSource(this.subject.source) },
      breakpoints,
    });
  }

  /** In front of a region, at its start, or nowhere. */
  private async instructionBreakpoint(): Promise<void> {
    const { regions } = await this.session.client.request('rseq/regions', {});
    const region = regions[this.chance.below(Math.max(1, regions.length))];
    const places = [region?.start, region?.preludes[0], region?.abort, region?.end, undefined];
    const place = this.chance.pick(places);
    this.log.push(`break *${place ?? 'nothing'}`);
    const breakpoints = place === undefined ? [] : [{ instructionReference: place }];
    await this.session.client.request('setInstructionBreakpoints', { breakpoints });
  }

  private async look(): Promise<void> {
    this.log.push('look');
    const [frame] = await this.session.frames(this.thread);
    if (frame === undefined) return;
    const { scopes } = await this.session.client.request('scopes', { frameId: frame.id });
    for (const { variablesReference } of scopes) {
      await this.session.client.request('variables', { variablesReference });
    }
  }

  private async otherThread(): Promise<void> {
    const { threads } = await this.session.client.request('threads', {});
    this.thread = this.chance.pick(threads).id;
    this.log.push(`thread ${this.thread}`);
  }
}

async function oneSession(seed: number): Promise<{ subject: Subject; slowest: number; outcomes: readonly string[] }> {
  const chance = new Chance(seed);
  const subject = chance.pick(SUBJECTS);
  const breakpointsInside = chance.pick(['move', 'keep'] as const);
  const session = await DebugSession.start({ trace: true });
  const run = new Run(session, subject, chance);
  try {
    await session.launch(subject.sample, { args: subject.args, rseq: { breakpointsInside }, stopOnEntry: true });
    await session.run();
    await run.actions();
    await run.finish();
    await session.close();
  } catch (error) {
    console.error(`seed ${seed}: ${subject.sample}, breakpoints inside: ${breakpointsInside}`);
    for (const line of run.log) console.error(`  ${line}`);
    if (process.env.RSEQ_DAP_TRACE !== undefined) console.error(session.trace());
    await session.client.close();
    throw error;
  }
  return { subject, slowest: run.slowest, outcomes: session.runThroughs().map(({ outcome }) => outcome) };
}

const seconds = Number(process.argv[2] ?? 60);
const firstSeed = Number(process.argv[3] ?? Date.now() % 1_000_000);
const end = Date.now() + seconds * 1000;
const totals = new Map<
  string,
  { sessions: number; slowest: number; committed: number; aborted: number; exited: number }
>();
let failures = 0;
for (let seed = firstSeed; Date.now() < end && failures < 5; seed++) {
  try {
    const { subject, slowest, outcomes } = await oneSession(seed);
    const total = totals.get(subject.sample) ?? { sessions: 0, slowest: 0, committed: 0, aborted: 0, exited: 0 };
    const count = (word: string): number => outcomes.filter(outcome => outcome === word).length;
    totals.set(subject.sample, {
      sessions: total.sessions + 1,
      slowest: Math.max(total.slowest, slowest),
      committed: total.committed + count('committed'),
      aborted: total.aborted + count('aborted'),
      exited: total.exited + count('exited'),
    });
  } catch (error) {
    failures += 1;
    console.error(error instanceof Error ? error.message.slice(0, 1500) : error);
  }
}
for (const [sample, { sessions, slowest, committed, aborted, exited }] of [...totals].sort()) {
  const passes = `committed ${committed}, aborted ${aborted}, exited ${exited}`;
  console.log(`${sample.padEnd(15)} sessions ${sessions}, ${passes}, slowest step ${slowest.toFixed(0)} ms`);
}
console.log(`${failures} sessions failed; first seed ${firstSeed}`);
process.exitCode = failures === 0 ? 0 : 1;
