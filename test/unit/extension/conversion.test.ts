import assert from 'node:assert/strict';
import { convert, insertedText, insertionOffset } from '../../../src/extension/conversion.js';

describe('the conversion of other debuggers’ configurations', () => {
  it('brings one of the C/C++ extension to our names', () => {
    const converted = convert({
      name: 'Server',
      type: 'cppdbg',
      request: 'launch',
      program: '${workspaceFolder}/build/server',
      args: ['-v'],
      stopAtEntry: true,
      environment: [{ name: 'A', value: '1' }],
      MIMode: 'gdb',
      miDebuggerPath: '/usr/bin/gdb',
      setupCommands: [{ text: '-enable-pretty-printing', ignoreFailures: true }],
    });
    assert.deepEqual(converted, {
      type: 'rseq-gdb',
      name: 'Server (rseq-dap)',
      request: 'launch',
      program: '${workspaceFolder}/build/server',
      args: ['-v'],
      stopOnEntry: true,
      env: { A: '1' },
      gdb: '/usr/bin/gdb',
      setupCommands: [{ text: '-enable-pretty-printing', ignoreFailures: true }],
    });
  });

  it('tells the program of Native Debug from the remote target of CDT', () => {
    assert.equal(convert({ name: 'a', type: 'gdb', target: './bin' }).program, './bin');
    assert.deepEqual(convert({ name: 'a', type: 'gdb', target: { host: 'h' } }).target, { host: 'h' });
  });

  it('keeps what has no counterpart, so that the adapter can say what becomes of it', () => {
    assert.equal(convert({ name: 'a', type: 'cppdbg', visualizerFile: 'x' }).visualizerFile, 'x');
    assert.equal(convert({ name: 'a', type: 'cppdbg', MIMode: 'lldb' }).MIMode, 'lldb');
  });
});

describe('the place in launch.json for a new configuration', () => {
  it('is behind the bracket of the list, also where a comment or a string says the same', () => {
    const text = '{\n  // "configurations": [\n  "x": "\\"configurations\\": [",\n  "configurations": [\n  ]\n}';
    const offset = insertionOffset(text)!;
    assert.equal(text.slice(offset), '\n  ]\n}');
  });

  it('is nowhere in a file without the list', () => {
    assert.equal(insertionOffset('{ "version": "0.2.0", "compounds": [] }'), undefined);
  });

  it('leaves a file that can be read, whether or not the list held something', () => {
    for (const text of ['{"configurations": []}', '{"configurations": [{"name": "old"}]}']) {
      const offset = insertionOffset(text)!;
      const result = text.slice(0, offset) + insertedText([{ name: 'new' }], text, offset) + text.slice(offset);
      const { configurations } = JSON.parse(result) as { configurations: { name: string }[] };
      assert.equal(configurations[0]?.name, 'new');
      assert.equal(configurations.length, text.includes('old') ? 2 : 1);
    }
  });
});
