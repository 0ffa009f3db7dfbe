import assert from 'node:assert/strict';
import { FakeGdb } from '../../support/fakeGdb.js';
import { Inspection } from '../../support/inspection.js';

const CALL_REFUSED = 'TOKEN^error,msg="Cannot call functions in the program: may-call-functions is off."';

async function frameIn(inspection: Inspection): Promise<number> {
  const { stackFrames } = await inspection.request('stackTrace', { threadId: 1, levels: 1 });
  return stackFrames[0]?.id ?? 0;
}

function withFrame(): FakeGdb {
  return new FakeGdb().expect(/stack-list-frames/, 'TOKEN^done,stack=[frame={level="0",addr="0x10",func="f"}]');
}

describe('the debug console', () => {
  it("runs a line in the client's frame and answers what gdb printed", async () => {
    const gdb = withFrame().expect(
      '-interpreter-exec --thread 1 --frame 0 console "info locals"',
      '~"i = 1\\n"',
      'TOKEN^done',
    );
    const inspection = new Inspection(gdb.client);
    const frameId = await frameIn(inspection);
    const body = await inspection.request('evaluate', { expression: 'info locals', context: 'repl', frameId });
    assert.equal(body.result, 'i = 1');
    gdb.verify();
  });

  it('gives the session the first look, and gdb nothing of what it takes', async () => {
    const gdb = new FakeGdb();
    const inspection = new Inspection(gdb.client);
    inspection.intercepted.set('next', 'stepped');
    const body = await inspection.request('evaluate', { expression: 'next', context: 'repl' });
    assert.equal(body.result, 'stepped');
    gdb.verify();
  });

  it('refuses a command that needs more lines', async () => {
    const gdb = new FakeGdb();
    const inspection = new Inspection(gdb.client);
    await assert.rejects(inspection.request('evaluate', { expression: 'commands 1', context: 'repl' }), /more lines/);
    await assert.rejects(
      inspection.request('evaluate', { expression: 'print 1\nprint 2', context: 'repl' }),
      /more lines/,
    );
    gdb.verify();
  });

  it('runs commands while the program runs, and leaves their failures in the words of gdb', async () => {
    const gdb = new FakeGdb()
      .expect('-interpreter-exec console "info breakpoints"', '~"No breakpoints.\\n"', 'TOKEN^done')
      .expect('-interpreter-exec console x', 'TOKEN^error,msg="Undefined command: \\"x\\".  Try \\"help\\"."');
    const inspection = new Inspection(gdb.client);
    inspection.isStopped = false;
    const body = await inspection.request('evaluate', { expression: 'info breakpoints', context: 'repl' });
    assert.equal(body.result, 'No breakpoints.');
    await assert.rejects(inspection.request('evaluate', { expression: 'x', context: 'repl' }), /Undefined command/);
    gdb.verify();
  });
});

describe('expressions', () => {
  it('wait for a stop', async () => {
    const inspection = new Inspection(new FakeGdb().client);
    inspection.isStopped = false;
    for (const context of ['watch', 'hover'] as const) {
      await assert.rejects(inspection.request('evaluate', { expression: 'i', context }), { code: 'notStopped' });
    }
  });

  it('are evaluated once, and the object of a simple value is not kept', async () => {
    const gdb = new FakeGdb()
      .expect('-var-create - * i', 'TOKEN^done,name="var1",numchild="0",value="5",type="int",has_more="0"')
      .expect('-var-delete var1', 'TOKEN^done')
      .expect('-var-create - * j', 'TOKEN^done,name="var2",numchild="0",value="6",type="int",has_more="0"');
    const inspection = new Inspection(gdb.client);
    const first = await inspection.request('evaluate', { expression: 'i', context: 'watch' });
    assert.deepEqual(first, { result: '5', type: 'int', variablesReference: 0 });
    await inspection.request('evaluate', { expression: 'j', context: 'watch' });
    gdb.verify();
  });

  it('call nothing under the mouse, and the setting of the user stands again behind it', async () => {
    const gdb = new FakeGdb()
      .expect('-gdb-show may-call-functions', 'TOKEN^done,value="on"')
      .expect('-gdb-set may-call-functions off', 'TOKEN^done')
      .expect('-var-create - * "f(1)"', 'TOKEN^done,name="var1",numchild="0",value="",type="int",has_more="0"')
      .expect('-data-evaluate-expression "f(1)"', CALL_REFUSED)
      .expect('-gdb-set may-call-functions on', 'TOKEN^done');
    const hover = new Inspection(gdb.client).request('evaluate', { expression: 'f(1)', context: 'hover' });
    await assert.rejects(hover, { blame: 'nobody' });
    gdb.verify();
  });

  it('leave a setting alone that the user has made', async () => {
    const gdb = new FakeGdb()
      .expect('-gdb-show may-call-functions', 'TOKEN^done,value="off"')
      .expect('-var-create - * i', 'TOKEN^done,name="var1",numchild="0",value="5",type="int",has_more="0"');
    await new Inspection(gdb.client).request('evaluate', { expression: 'i', context: 'hover' });
    gdb.verify();
  });

  it('do not assign under the mouse', async () => {
    const gdb = new FakeGdb();
    const hover = new Inspection(gdb.client).request('evaluate', { expression: 'i = 1', context: 'hover' });
    await assert.rejects(hover, { code: 'notHoverable', blame: 'nobody' });
    gdb.verify();
  });

  it('name the reason why no function may be called', async () => {
    const gdb = withFrame()
      .expect('-gdb-show may-call-functions', 'TOKEN^done,value="on"')
      .expect('-gdb-set may-call-functions off', 'TOKEN^done')
      .expect(/var-create/, 'TOKEN^error,msg="-var-create: unable to create variable object"')
      .expect(/data-evaluate/, CALL_REFUSED)
      .expect('-gdb-set may-call-functions on', 'TOKEN^done');
    const inspection = new Inspection(gdb.client);
    const frameId = await frameIn(inspection);
    inspection.callRefusal = 'the thread is inside a restartable sequence.';
    const watch = inspection.request('evaluate', { expression: 'f(1)', context: 'watch', frameId });
    await assert.rejects(watch, { code: 'callRefused', message: /inside a restartable sequence/ });
    gdb.verify();
  });
});
