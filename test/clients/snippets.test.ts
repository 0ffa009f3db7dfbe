import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { snippets } from '../support/editorSnippets.js';

/** Runs a program that reads what it is to do from a file descriptor. @returns its output, both streams */
function output(command: string, args: readonly string[], input: string): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { input, encoding: 'utf8' });
  assert.equal(status, 0, `${command}: ${error?.message ?? stderr}`);
  return stdout + stderr;
}

/** What nvim-dap hands to a configuration file; then tells each configuration's attributes. */
const NVIM = {
  before: `package.preload['dap'] = function() return { adapters = {}, configurations = {} } end
package.preload['dap.utils'] = function() return { pick_process = function() return 1 end } end
`,
  behind: `
print(dap.adapters['rseq-gdb'].type, dap.adapters['rseq-gdb'].command)
for language, list in pairs(dap.configurations) do
  for _, one in ipairs(list) do print(language, one.type, one.request, one.program or one.processId()) end
end`,
};

describe('the snippets in docs/editors.md, read by the languages that they are written in', function () {
  this.timeout(60_000);

  it('are Lua that sets nvim-dap’s adapter and configurations', () => {
    const [text = ''] = snippets('lua');
    const lines = output('lua5.4', ['-'], NVIM.before + text + NVIM.behind).split('\n');
    assert.equal(lines[0], 'executable\trseq-dap');
    for (const language of ['c', 'cpp']) {
      assert.ok(lines.includes(`${language}\trseq-gdb\tlaunch\t\${workspaceFolder}/build/server`), lines.join('\n'));
      assert.ok(lines.includes(`${language}\trseq-gdb\tattach\t1`), lines.join('\n'));
    }
  });

  it('are TOML with Helix’ templates', () => {
    const [text = ''] = snippets('toml');
    const program = 'import json, sys, tomllib; print(json.dumps(tomllib.loads(sys.stdin.read())))';
    const { language } = JSON.parse(output('/usr/bin/python3', ['-c', program], text)) as {
      language: readonly { name: string; debugger: { command: string; templates: readonly { request: string }[] } }[];
    };
    const [c] = language;
    assert.equal(c?.name, 'c');
    assert.equal(c.debugger.command, 'rseq-dap');
    assert.deepEqual(
      c.debugger.templates.map(({ request }) => request),
      ['launch', 'attach'],
    );
  });

  it('are Emacs Lisp that registers with dap-mode and dape', () => {
    const [dapMode = '', dape = ''] = snippets('elisp');
    const told = `
(message "provider %s" (gethash "rseq-gdb" dap--debug-providers))
(message "template %s" (plist-get (cdr (assoc "rseq-dap" dap-debug-template-configurations)) :request))
(message "dape %s" (plist-get (nthcdr 3 (assq 'rseq-gdb dape-configs)) :request))`;
    const program = `(progn (defvar dape-configs nil) ${dapMode}\n${dape}\n${told})`;
    const text = output('emacs', ['--batch', '--eval', program], '');
    assert.match(text, /^provider .*rseq-dap/m);
    assert.match(text, /^template launch$/m);
    assert.match(text, /^dape launch$/m);
  });
});
