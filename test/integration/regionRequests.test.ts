import assert from 'node:assert/strict';
import { closeLeftSessions, DebugSession, lineOf, readReport, sampleSource } from '../support/debugSession.js';

const SOURCE = sampleSource('counter_cs.c');

describe('what views of regions ask for', () => {
  afterEach(closeLeftSessions);

  async function stoppedBeforeRegion(): Promise<{ session: DebugSession; threadId: number }> {
    const session = await DebugSession.start();
    await session.launch('counter_cs');
    await session.breakAt(SOURCE, 'before-region');
    const { threadId = 0 } = await session.run();
    return { session, threadId };
  }

  it('tells each region’s lines, how its runs ended, and where the thread stands', async () => {
    const { session, threadId } = await stoppedBeforeRegion();
    const before = await session.client.request('rseq/regions', { threadId, lines: true });
    assert.deepEqual(before.regions[0]?.seen, { committed: 0, aborted: 0, exited: 0 });
    assert.deepEqual(before.regions[0].lines, [{ path: SOURCE, lines: [lineOf(SOURCE, 'region')] }]);
    assert.equal(before.thread?.position, 'outside');
    assert.equal(typeof before.thread.cpuId, 'number');
    for (let line = 0; line < 3; line++) await session.step('next', threadId);
    const after = await session.client.request('rseq/regions', { threadId });
    assert.deepEqual(after.regions[0]?.seen, { committed: 1, aborted: 0, exited: 0 });
    assert.equal(after.regions[0].lines, undefined);
    await session.finish(threadId, SOURCE);
    await session.close();
  });

  it('runs a thread to the commit of a region without an abort', async () => {
    const { session, threadId } = await stoppedBeforeRegion();
    const { regions } = await session.client.request('rseq/regions', {});
    const mark = session.client.mark();
    await session.client.request('rseq/runToCommit', { threadId, region: regions[0]!.id });
    await session.client.waitFor('stopped', { after: mark });
    const [frame] = await session.frames(threadId, 1);
    assert.equal(frame?.instructionPointerReference, regions[0]!.end);
    const seen = await session.client.request('rseq/regions', {});
    assert.equal(seen.regions[0]?.seen.committed, 1);
    const { stdout } = await session.finish(threadId, SOURCE);
    assert.deepEqual(readReport(stdout), { sum: 100, expected: 100, aborts: 0, retries: 0 });
    await session.close();
  });

  it('forgets a run to a commit that another stop has ended', async () => {
    const { session, threadId } = await stoppedBeforeRegion();
    const { regions } = await session.client.request('rseq/regions', {});
    await session.breakAt(SOURCE, 'before-region', 'region');
    const mark = session.client.mark();
    await session.client.request('rseq/runToCommit', { threadId, region: regions[0]!.id });
    await session.client.waitFor('stopped', { after: mark });
    const { stdout } = await session.finish(threadId, SOURCE);
    assert.equal(readReport(stdout).sum, 100);
    await session.close();
  });

  it('refuses a region that is not there', async () => {
    const { session, threadId } = await stoppedBeforeRegion();
    await assert.rejects(
      session.client.request('rseq/runToCommit', { threadId, region: 'nowhere+0x1' }),
      /no region 'nowhere\+0x1'/,
    );
    await session.finish(threadId, SOURCE);
    await session.close();
  });

  it('marks what an instruction of an assembly is to a sequence', async () => {
    const session = await DebugSession.start();
    await session.launch('counter_asm', { stopOnEntry: true });
    await session.run();
    const { regions } = await session.client.request('rseq/regions', {});
    const [region] = regions;
    assert.ok(region?.start !== undefined);
    const read = async (memoryReference: string, instructionOffset: number, instructionCount: number) => {
      const args = { memoryReference, instructionOffset, instructionCount };
      return (await session.client.request('disassemble', args))?.instructions ?? [];
    };
    const instructions = await read(region.start, -3, 12);
    const marks = instructions.flatMap(({ instruction }) => /; rseq: (.*)$/.exec(instruction)?.[1] ?? []);
    const name = 'of counter_inc';
    const order = ['prelude', 'arming store', 'start', 'commit', 'behind the commit'].map(role => `${role} ${name}`);
    assert.deepEqual(
      marks.filter(mark => order.includes(mark)),
      order,
    );
    const start = instructions.find(({ address }) => address === region.start);
    assert.match(start?.instruction ?? '', /^cmp.*; rseq: start of counter_inc$/);
    const [handler] = await read(region.abort ?? '', 0, 1);
    assert.match(handler?.instruction ?? '', /; rseq: abort handler of counter_inc$/);
    await session.close();
  });
});
