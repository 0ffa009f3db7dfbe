import type { DebugProtocol as D } from '@vscode/debugprotocol';
import assert from 'node:assert/strict';
import { InspectedProgram } from '../support/inspectedProgram.js';
import { C_PROGRAM } from '../support/inspectedPrograms.js';

describe('completions', function () {
  this.timeout(60_000);
  const program = new InspectedProgram('c', C_PROGRAM);
  before(() => program.start());
  beforeEach(() => program.lookAgain());
  after(() => program.end());

  async function labels(text: string, more: Partial<D.CompletionsArguments> = {}): Promise<string[]> {
    const args = { text, column: text.length + 1, frameId: program.frameId, ...more };
    const { targets } = await program.inspection.request('completions', args);
    return targets.map(({ label }) => label);
  }

  it("complete gdb's commands, and what stands behind them", async () => {
    assert.ok((await labels('info sharedl')).includes('sharedlibrary'));
    assert.deepEqual(await labels('set scheduler-l'), ['scheduler-locking']);
    assert.deepEqual(await labels('-exec info scop'), ['scope']);
    assert.ok((await labels('print matr')).includes('matrix'));
  });

  it('complete expressions without a command in front, members too', async () => {
    assert.ok((await labels('matr')).includes('matrix'));
    assert.deepEqual(await labels('list->na'), ['name']);
    assert.deepEqual(await labels('w.'), ['high', 'low', 'node']);
    assert.deepEqual(await labels('twice(w.lo'), ['low']);
  });

  it('say exactly what they replace, counted as the client counts', async () => {
    const ask = async (args: D.CompletionsArguments): Promise<D.CompletionItem[]> =>
      (await program.inspection.request('completions', { frameId: program.frameId, ...args })).targets;
    assert.deepEqual(await ask({ text: 'p list->na and more', column: 11 }), [{ label: 'name', start: 8, length: 2 }]);
    assert.deepEqual(await ask({ text: 'x\nlist->na', line: 2, column: 9 }), [{ label: 'name', start: 6, length: 2 }]);
    program.inspection.columnsStartAt1 = false;
    assert.deepEqual(await ask({ text: 'p list->na', column: 10 }), [{ label: 'name', start: 8, length: 2 }]);
  });

  it('offer nothing for what gdb does not know, and fail for nothing', async () => {
    assert.deepEqual(await labels('no_such_thing_'), []);
    assert.deepEqual(await labels(''), await labels('', { column: 1 }));
  });
});
