import assert from 'node:assert/strict';
import { RequestError } from '../../../src/util/errors.js';
import { FakeGdb } from '../../support/fakeGdb.js';
import { Inspection } from '../../support/inspection.js';

const FRAMES = [
  `frame={level="0",addr="0x0000000000001010",func="inner",file="a.c",fullname="${import.meta.filename}",line="7"}`,
  'frame={level="1",addr="0x0000000000002000",func="middle",file="b.c",fullname="/no/such/b.c",line="8"}',
  'frame={level="2",addr="0x00007f0000003000",func="??",from="/lib/libfoo.so"}',
  'frame={level="3",addr="0x00007f0000004000",func="<signal handler called>"}',
  'frame={level="4",addr="0x00007f0000005000",func="puts",from="/lib/libc.so.6"}',
];

function stackOf(...frames: (string | undefined)[]): string {
  return `TOKEN^done,stack=[${frames.join(',')}]`;
}

describe('stack traces', () => {
  it('ask for one frame more than wanted, and tell that there are more', async () => {
    const gdb = new FakeGdb().expect('-stack-list-frames --thread 3 0 2', stackOf(...FRAMES.slice(0, 3)));
    const inspection = new Inspection(gdb.client);
    const { stackFrames, totalFrames } = await inspection.request('stackTrace', {
      threadId: 3,
      startFrame: 0,
      levels: 2,
    });
    assert.deepEqual(
      stackFrames.map(frame => frame.name),
      ['inner', 'middle'],
    );
    assert.equal(totalFrames, 3);
    gdb.verify();
  });

  it('tell the exact number where the end was seen', async () => {
    const gdb = new FakeGdb().expect('-stack-list-frames --thread 1 2 22', stackOf(...FRAMES.slice(2)));
    const inspection = new Inspection(gdb.client);
    const { stackFrames, totalFrames } = await inspection.request('stackTrace', {
      threadId: 1,
      startFrame: 2,
      levels: 20,
    });
    assert.equal(stackFrames.length, 3);
    assert.equal(totalFrames, 5);
  });

  it('count the frames where a client asks beyond the last one', async () => {
    const gdb = new FakeGdb()
      .expect('-stack-list-frames --thread 1 9 10', 'TOKEN^error,msg="-stack-list-frames: Not enough frames in stack."')
      .expect('-stack-info-depth --thread 1 10', 'TOKEN^done,depth="5"');
    const inspection = new Inspection(gdb.client);
    const body = await inspection.request('stackTrace', { threadId: 1, startFrame: 9, levels: 1 });
    assert.deepEqual(body, { stackFrames: [], totalFrames: 5 });
  });

  it('name code without symbols by its address and library, and play down what has no source here', async () => {
    const gdb = new FakeGdb().expect(/stack-list-frames/, stackOf(...FRAMES));
    const inspection = new Inspection(gdb.client);
    const { stackFrames } = await inspection.request('stackTrace', { threadId: 1 });
    assert.deepEqual(
      stackFrames.map(({ name, presentationHint, source }) => [name, presentationHint, source?.presentationHint]),
      [
        ['inner', undefined, undefined],
        ['middle', undefined, 'deemphasize'],
        ['0x7f0000003000 in libfoo.so', 'subtle', 'deemphasize'],
        ['<signal handler called>', 'label', undefined],
        ['puts in libc.so.6', 'subtle', 'deemphasize'],
      ],
    );
    assert.equal(stackFrames[0]?.instructionPointerReference, '0x1010');
    assert.equal(stackFrames[0].source?.path, import.meta.filename);
  });

  it('show the innermost frame where the others cannot be unwound', async () => {
    const gdb = new FakeGdb()
      .expect('-stack-list-frames --thread 1 0 20', 'TOKEN^error,msg="Cannot access memory at address 0x8"')
      .expect('-stack-list-frames --thread 1 0 0', stackOf(FRAMES[0]));
    const inspection = new Inspection(gdb.client);
    const { stackFrames } = await inspection.request('stackTrace', { threadId: 1, levels: 20 });
    assert.deepEqual(
      stackFrames.map(frame => frame.name),
      ['inner'],
    );
  });

  it('hand the innermost frames on, and only those', async () => {
    const gdb = new FakeGdb().allow(/stack-list-frames/, stackOf(...FRAMES));
    const inspection = new Inspection(gdb.client);
    await inspection.request('stackTrace', { threadId: 2, startFrame: 1, levels: 20 });
    await inspection.request('stackTrace', { threadId: 2, startFrame: 0, levels: 20 });
    assert.deepEqual(
      inspection.remembered.map(({ thread, frames }) => [thread, frames.length]),
      [[2, 5]],
    );
  });

  it('give frame ids that end with the stop', async () => {
    const gdb = new FakeGdb().allow(/stack-list-frames/, stackOf(...FRAMES));
    const inspection = new Inspection(gdb.client);
    const { stackFrames } = await inspection.request('stackTrace', { threadId: 2, levels: 20 });
    const id = stackFrames[1]?.id ?? 0;
    await inspection.request('scopes', { frameId: id });
    inspection.pauseChanged();
    await assert.rejects(inspection.request('scopes', { frameId: id }), /no longer valid/);
    const again = await inspection.request('stackTrace', { threadId: 2, levels: 20 });
    assert.ok(again.stackFrames.every(frame => frame.id > id));
  });
});

describe('threads', () => {
  it('bear their names and the numbers of the kernel', async () => {
    const gdb = new FakeGdb().expect(
      '-thread-info',
      'TOKEN^done,threads=[{id="1",target-id="Thread 0x7f (LWP 10)",name="main",state="running"},' +
        '{id="2",target-id="Thread 0x7e (LWP 11)",state="stopped"}]',
    );
    const { threads } = await new Inspection(gdb.client).request('threads', {});
    assert.deepEqual(threads, [
      { id: 1, name: 'main (LWP 10)' },
      { id: 2, name: 'Thread 0x7e (LWP 11)' },
    ]);
  });

  it('are none without a process', async () => {
    const gdb = new FakeGdb().expect('-thread-info', 'TOKEN^done,threads=[]');
    assert.deepEqual(await new Inspection(gdb.client).request('threads', {}), { threads: [] });
  });

  it('and stacks are refused in words that name the thread', async () => {
    const gdb = new FakeGdb().allow(/./, 'TOKEN^error,msg="Thread 9 has terminated"');
    const refusal = new Inspection(gdb.client).request('stackTrace', { threadId: 9, levels: 1 });
    await assert.rejects(
      refusal,
      (error: unknown) => error instanceof RequestError && error.message.includes('thread 9'),
    );
  });
});
