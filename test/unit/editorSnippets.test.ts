import assert from 'node:assert/strict';
import { ATTRIBUTES } from '../../src/session/config/schema.js';
import { parseConfiguration } from '../../src/session/config/configuration.js';
import { snippets } from '../support/editorSnippets.js';

type Json = Readonly<Record<string, unknown>>;

/** The adapter takes the configuration without a word. */
function assertKnown(request: 'launch' | 'attach', configuration: Json): void {
  const warnings: string[] = [];
  // What an editor puts in before the adapter sees it.
  const filled = { ...configuration, ...(request === 'attach' ? { processId: '1' } : {}) };
  parseConfiguration(request, filled, text => warnings.push(text));
  assert.deepEqual(warnings, []);
}

describe('the configurations in docs/editors.md', () => {
  it('for VS Code are JSON that the adapter understands', () => {
    for (const request of ['launch', 'attach'] as const) {
      const [text] = snippets(request);
      const configuration = JSON.parse(text ?? '') as Json;
      assert.equal(configuration.type, 'rseq-gdb');
      assert.equal(configuration.request, request);
      assertKnown(request, configuration);
    }
  });

  it('for vimspector are JSON that the adapter understands', () => {
    const [text] = snippets('vimspector');
    const { configurations } = JSON.parse(text ?? '') as { configurations: { Debug: { configuration: Json } } };
    assertKnown('launch', configurations.Debug.configuration);
  });

  it('for Kate are JSON that the adapter understands', () => {
    const [text] = snippets('kate');
    const { dap } = JSON.parse(text ?? '') as {
      dap: Record<string, { configurations: { launch: { request: Json } } }>;
    };
    const { command, ...rest } = dap['rseq-dap']?.configurations.launch.request ?? {};
    assert.equal(command, 'launch');
    assertKnown('launch', rest);
  });

  it('for Neovim, Helix and Emacs name attributes that the adapter knows', () => {
    const ofEditors = ['name', 'type', 'request', 'command', 'modes', 'dap-server-path'];
    const named = [
      ...snippets('lua').flatMap(text => [...text.matchAll(/^\s*(\w+) = /gm)]),
      ...snippets('toml').flatMap(text => [...text.matchAll(/args = \{ (\w+) =/g)]),
      ...snippets('elisp').flatMap(text => [...text.matchAll(/ :([\w-]+)/g)]),
    ].map(match => match[1] ?? '');
    const attributes = named.filter(name => !ofEditors.includes(name));
    assert.ok(attributes.length >= 7, `they name ${attributes.join(', ')}`);
    assert.deepEqual(
      attributes.filter(name => !(name in ATTRIBUTES)),
      [],
    );
  });
});
