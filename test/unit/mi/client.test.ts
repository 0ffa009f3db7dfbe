import assert from 'node:assert/strict';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { MiClient, MiError } from '../../../src/mi/client.js';
import { console, gdbShow, listFeatures } from '../../../src/mi/commands.js';
import { breakDelete } from '../../../src/mi/commandsBreakpoints.js';
import { threadInfo } from '../../../src/mi/commandsExecution.js';
import { LineSplitter } from '../../../src/mi/lineSplitter.js';
import { FakeGdb } from '../../support/fakeGdb.js';

describe('the MI client', () => {
  it('matches answers to commands by token, in whatever order they come', async () => {
    const gdb = new FakeGdb()
      .expect('-list-features')
      .expect('-gdb-show width', 'TOKEN^done,value="0"', '1^done,features=["python"]');
    const [features, width] = await Promise.all([gdb.client.send(listFeatures()), gdb.client.send(gdbShow('width'))]);
    assert.deepEqual([features.results, width.results], [{ features: ['python'] }, { value: '0' }]);
    gdb.verify();
  });

  it('sends the commands of one turn in one write, in their order', async () => {
    const gdb = new FakeGdb().allow(/./, 'TOKEN^done');
    await Promise.all([gdb.client.send(listFeatures()), gdb.client.send(breakDelete(['1', '2']))]);
    await gdb.client.send(threadInfo());
    assert.deepEqual(gdb.writes, ['1-list-features\n2-break-delete 1 2\n', '3-thread-info\n']);
  });

  it('gives each answer the text that gdb printed for it, and listeners all text', async () => {
    const gdb = new FakeGdb()
      .expect(/one/, '~"first\\n"', '&"warning\\n"', '~"more\\n"', '@"target"', 'TOKEN^done')
      .expect(/two/, '~"second\\n"', 'TOKEN^done');
    const heard: [string, boolean][] = [];
    gdb.client.onStream(({ text }, collected) => heard.push([text, collected]));
    gdb.emit('~"hello\\n"');
    await nextTurn();
    const answers = await Promise.all([gdb.client.send(console('one')), gdb.client.send(console('two'))]);
    assert.deepEqual(
      answers.map(({ console: text, log }) => [text, log]),
      [
        ['first\nmore\n', 'warning\n'],
        ['second\n', ''],
      ],
    );
    assert.deepEqual(heard, [
      ['hello\n', false],
      ['first\n', true],
      ['warning\n', true],
      ['more\n', true],
      ['target', false],
      ['second\n', true],
    ]);
  });

  it('rejects with the words and the code of gdb', async () => {
    const gdb = new FakeGdb().expect(
      /frob/,
      '&"log\\n"',
      'TOKEN^error,msg="Undefined \\"frob\\"",code="undefined-command"',
    );
    const command = console('frob');
    await assert.rejects(gdb.client.send(command), (error: unknown) => {
      assert.ok(error instanceof MiError);
      assert.deepEqual(
        [error.message, error.code, error.command, error.log],
        ['Undefined "frob"', 'undefined-command', command, 'log\n'],
      );
      return true;
    });
  });

  it('names the command where gdb gives no reason', async () => {
    const gdb = new FakeGdb().expect(/./, 'TOKEN^error,msg=""');
    await assert.rejects(gdb.client.send(listFeatures()), /gave no reason why -list-features failed/);
  });

  it('tells records in the order of their lines, at once, whatever the chunks', async () => {
    const gdb = new FakeGdb();
    const heard: string[] = [];
    gdb.client.onAsync(({ asyncClass }) => heard.push(asyncClass));
    gdb.client.onStream(({ text }) => heard.push(text));
    gdb.client.onMalformed(({ line }) => heard.push(line));
    for (const byte of Buffer.from('*running,thread-id="all"\n~"ä"\nnonsense ✓\n=x\n(gdb) \n')) {
      gdb.output.write(Buffer.of(byte));
    }
    await nextTurn();
    assert.deepEqual(heard, ['running', 'ä', 'nonsense ✓', 'x']);
  });

  it('tells that the target goes on before the answer that says so, and before what follows it', async () => {
    const gdb = new FakeGdb().expect(/./, 'TOKEN^done').expect(/./, 'TOKEN^running', '*running,thread-id="all"');
    const heard: string[] = [];
    gdb.client.onResumed(() => heard.push('resumed'));
    gdb.client.onAsync(({ asyncClass }) => heard.push(asyncClass));
    await gdb.client.send(listFeatures());
    await gdb.client.send(listFeatures()).then(({ resultClass }) => heard.push(`answer ${resultClass}`));
    assert.deepEqual(heard, ['resumed', 'running', 'answer running']);
  });

  it('reports an answer that nobody waits for, such as the second to one command', async () => {
    const gdb = new FakeGdb().expect(/./, 'TOKEN^running', 'TOKEN^error,msg="late"', '^done');
    const heard: string[] = [];
    gdb.client.onMalformed(({ line }) => heard.push(line));
    assert.equal((await gdb.client.send(listFeatures())).resultClass, 'running');
    await nextTurn();
    assert.deepEqual(heard, ['1^error,msg="late"', '^done']);
  });

  it('rejects what is pending and what comes later when gdb ends, and tells once', async () => {
    const gdb = new FakeGdb().expect('-list-features');
    let closed = 0;
    gdb.client.onClose(() => (closed += 1));
    const pending = gdb.client.send(listFeatures());
    await nextTurn();
    gdb.end();
    for (const promise of [pending, pending.catch(() => gdb.client.send(threadInfo()))]) {
      await assert.rejects(promise, { name: 'MiError', message: 'gdb has ended', code: 'ended' });
    }
    await nextTurn();
    assert.deepEqual([closed, gdb.client.isOpen, gdb.commands], [1, false, ['-list-features']]);
  });

  it('names the cause when writing to gdb fails', async () => {
    const gdb = new FakeGdb();
    gdb.input.destroy(new Error('EPIPE'));
    await assert.rejects(gdb.client.send(listFeatures()), /gdb has ended: EPIPE/);
  });

  it('reads a line of 50 MB that comes in small pieces', async () => {
    const gdb = new FakeGdb().expect(/./);
    const answer = gdb.client.send(listFeatures());
    await nextTurn();
    const piece = Buffer.alloc(65_536, '7');
    gdb.output.write('1^done,contents="');
    for (let count = 0; count < 800; count += 1) {
      if (!gdb.output.write(piece)) {
        await nextTurn();
      }
    }
    gdb.output.write('"\n');
    assert.equal((await answer).results.contents?.length, 800 * 65_536);
  });

  it('shows a tracer every line of both directions', async () => {
    const gdb = new FakeGdb().expect(/./, '~"x"', 'TOKEN^done');
    const lines: string[] = [];
    const client = new MiClient(gdb.input, gdb.output, (direction, line) => lines.push(`${direction} ${line}`));
    await client.send(listFeatures());
    assert.deepEqual(lines, ['toGdb 1-list-features', 'fromGdb ~"x"', 'fromGdb 1^done']);
  });
});

describe('the line splitter', () => {
  it('finds every line, empty ones too, and waits for the end of the last', () => {
    const lines: string[] = [];
    const splitter = new LineSplitter();
    for (const chunk of ['a\n\nb', 'c', '\n', 'd\ne\n', 'f']) {
      splitter.push(Buffer.from(chunk), line => lines.push(line.toString()));
    }
    assert.deepEqual(lines, ['a', '', 'bc', 'd', 'e']);
  });
});

describe('the stand-in for gdb', () => {
  it('fails a test that sends what the script does not hold, or does not send what it holds', async () => {
    const gdb = new FakeGdb().expect('-list-features', 'TOKEN^done');
    assert.throws(() => {
      gdb.verify();
    }, /did not come/);
    await assert.rejects(gdb.client.send(threadInfo()), /not in the script/);
    assert.throws(() => {
      gdb.verify();
    }, /'-thread-info' came, expected was -list-features/);
  });
});
