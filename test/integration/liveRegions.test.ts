import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { closeLeftSessions, DebugSession, readReport, sampleProgram, sampleSource } from '../support/debugSession.js';

afterEach(closeLeftSessions);

describe('a restartable sequence that no table tells of', function () {
  this.timeout(30_000);
  const folder = mkdtempSync(join(tmpdir(), 'rseq-dap-live-'));
  const program = join(folder, 'without_tables');
  const source = sampleSource('counter_cs.c');

  before(() => {
    const sections = ['__rseq_cs', '__rseq_cs_ptr_array', '__rseq_exit_point_array'];
    const renamed = sections.flatMap((name, index) => ['--rename-section', `${name}=.other${index}`]);
    execFileSync('objcopy', [...renamed, sampleProgram('counter_cs'), program]);
  });

  after(() => {
    rmSync(folder, { recursive: true });
  });

  it('is learnt from the thread that has armed it, and stepped through from then on', async () => {
    const session = await DebugSession.start();
    await session.launch('counter_cs', { program, args: ['60', '--pin'] });
    await session.breakAt(source, 'after-region');
    const { threadId = 0 } = await session.run();
    assert.deepEqual((await session.client.request('rseq/regions', {})).regions, []);
    const [frame] = await session.frames(threadId, 1);
    await session.client.request('scopes', { frameId: frame?.id ?? 0 });
    const { regions } = await session.client.request('rseq/regions', {});
    assert.deepEqual(
      regions.map(region => [region.function, region.preludes.length]),
      [['counter_inc', 1]],
    );
    await session.breakAt(source, 'before-region');
    for (let pass = 0; pass < 10; pass++) {
      await session.continue(threadId);
      for (let step = 0; step < 3; step++) await session.step('next', threadId);
    }
    assert.deepEqual(
      session.runThroughs().map(({ outcome }) => outcome),
      Array(10).fill('committed'),
    );
    const { sum, expected, aborts } = readReport((await session.finish(threadId, source)).stdout);
    assert.deepEqual({ sum, aborts }, { sum: expected, aborts: 0 });
    await session.close();
  });
});

describe('the scope "Restartable sequence"', () => {
  it('tells an attempt that a stop inside has cost', async () => {
    const session = await DebugSession.start();
    await session.launch('counter_cs', {
      args: ['10', '--pin'],
      rseq: { breakpointsInside: 'keep' },
      stopOnEntry: true,
    });
    await session.run();
    const { regions } = await session.client.request('rseq/regions', {});
    await session.client.request('setInstructionBreakpoints', {
      breakpoints: [{ instructionReference: regions[0]?.start ?? '' }],
    });
    const { threadId = 0 } = await session.continue(1);
    const values = await scopeOf(session, threadId);
    assert.match(values.get('region') ?? '', /^counter_inc, line \d+, counter_cs\+0x/);
    assert.deepEqual([values.get('armed'), values.get('attempt')], ['yes', 'lost: it aborts when the thread goes on']);
    await session.close();
  });

  it("shows the thread's area, where it stands, and what was seen of the regions near it", async () => {
    const session = await DebugSession.start();
    await session.launch('counter_cs', { args: ['10', '--pin'] });
    await session.breakAt(source, 'before-region');
    const { threadId = 0 } = await session.run();
    for (let step = 0; step < 3; step++) await session.step('next', threadId);
    const values = await scopeOf(session, threadId);
    assert.equal(values.get('region'), 'none');
    assert.match(values.get('cpu_id') ?? '', /^\d+$/);
    assert.match(values.get('rseq_cs') ?? '', /^0x[0-9a-f]+$/);
    assert.deepEqual(
      ['armed', 'attempt', 'commits seen', 'aborts seen', 'other exits seen'].map(name => values.get(name)),
      ['no', 'not lost', '1', '0', '0'],
    );
    assert.match(values.get('node_id') ?? '', /^\d+$/);
    assert.match(values.get('mm_cid') ?? '', /^\d+$/);
    await session.close();
  });

  const source = sampleSource('counter_cs.c');
});

/** The scope's lines, by name. */
async function scopeOf(session: DebugSession, threadId: number): Promise<Map<string, string>> {
  const [frame] = await session.frames(threadId, 1);
  const { scopes } = await session.client.request('scopes', { frameId: frame?.id ?? 0 });
  const scope = scopes.find(({ name }) => name === 'Restartable sequence');
  const { variables } = await session.client.request('variables', {
    variablesReference: scope?.variablesReference ?? 0,
  });
  return new Map(variables.map(({ name, value }) => [name, value]));
}
