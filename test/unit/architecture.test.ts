import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { TOPICS, violations } from './architecture.js';

/** This file is compiled to dist/test/unit. */
const SRC = fileURLToPath(new URL('../../../src/', import.meta.url));

describe('the architecture', () => {
  it('is kept by every file of src', () => {
    const files = readdirSync(SRC, { recursive: true, withFileTypes: true })
      .filter(entry => entry.isFile() && entry.name.endsWith('.ts'))
      .map(entry => relative(SRC, join(entry.parentPath, entry.name)).split(sep).join('/'));
    assert.ok(files.includes('main.ts'), 'the search for files finds none');
    assert.deepEqual(
      files.flatMap(file => violations(file, readFileSync(join(SRC, file), 'utf8'))),
      [],
    );
  });

  it('counts as topics just the files of session that have routes of their own', () => {
    const files = readdirSync(join(SRC, 'session'), { recursive: true, encoding: 'utf8' })
      .filter(name => name.endsWith('.ts'))
      .map(name => `session/${name.split(sep).join('/')}`);
    const withRoutes = files.filter(file =>
      readFileSync(join(SRC, file), 'utf8').includes('readonly routes: RouteTable = '),
    );
    assert.deepEqual(withRoutes.sort(), [...TOPICS].sort());
  });

  describe('is broken by', () => {
    const broken: readonly (readonly [name: string, file: string, text: string])[] = [
      ['a room that reaches for one it may not see', 'util/x.ts', `import { A } from '../rseq/region.js';`],
      ['the same for types alone', 'stepping/x.ts', `import type { A } from '../mi/record.js';`],
      ['the same by a re-export', 'mi/x.ts', `export { A } from '../elf/image.js';`],
      ['the same by a dynamic import', 'dap/x.ts', `export const a = () => import('../session/session.js');`],
      ['the same by an import type', 'rseq/x.ts', `export type A = import('../mi/record.js').MiRecord;`],
      ['a room that reaches for main', 'cli/x.ts', `import { A } from '../main.js';`],
      ['a client that uses more of dap than the wire', 'client/x.ts', `import { A } from '../dap/dispatcher.js';`],
      ['a new room', 'attic/x.ts', `import { A } from '../util/errors.js';`],
      ['an import out of src', 'util/x.ts', `import { A } from '../../test/unit/architecture.js';`],
      ['elfinfo outside elf/image.ts', 'elf/relocations.ts', `import { open } from 'elfinfo';`],
      ['the same by a required import', 'elf/relocations.ts', `import elfinfo = require('elfinfo');`],
      ['a process started by a session topic', 'session/stack.ts', `import { spawn } from 'node:child_process';`],
      ['the same without node:', 'mi/client.ts', `import { spawn } from 'child_process';`],
      ['the wire library outside dap', 'session/x.ts', `import { A } from '@vscode/debugadapter/lib/protocol.js';`],
      ['vscode outside the extension', 'util/x.ts', `import * as vscode from 'vscode';`],
      ['an extension that uses the adapter', 'extension/x.ts', `import { A } from '../util/errors.js';`],
      ['an extension that uses a package', 'extension/x.ts', `import { A } from '@vscode/debugprotocol';`],
      ['a topic that calls another', 'session/stack.ts', `import { A, type B } from './threads.js';`],
      ['a default export', 'util/x.ts', `export default class A {}`],
      ['a default export of an expression', 'util/x.ts', `const a = 1;\nexport default a;`],
      ['a default export by name', 'util/x.ts', `const a = 1;\nexport { a as default };`],
      ['a file of 351 lines', 'util/x.ts', '\n'.repeat(351)],
    ];
    for (const [name, file, text] of broken) {
      it(name, () => {
        assert.equal(violations(file, text).length, 1);
      });
    }
  });

  describe('is kept by', () => {
    const kept: readonly (readonly [name: string, file: string, text: string])[] = [
      ['util for everybody', 'stepping/x.ts', `import { A } from '../util/errors.js';`],
      ['files of one room among themselves', 'mi/x.ts', `import { A } from './record.js';`],
      ['the types of another topic', 'session/stack.ts', `import { type A, type B } from './threads.js';`],
      ['the composition root', 'session/session.ts', `import { A } from './threads.js';`],
      ['main', 'main.ts', `import { A } from './session/session.js';`],
      ['elfinfo in its place', 'elf/image.ts', `import { open } from 'elfinfo';`],
      ['a process where one is started', 'mi/gdbProcess.ts', `import { spawn } from 'node:child_process';`],
      ['the extension with vscode and Node', 'extension/x.ts', `import * as v from 'vscode';\nimport 'node:path';`],
      [
        'the extension with the types of our own requests',
        'extension/x.ts',
        `import type { A } from '../dap/customRequests.js';`,
      ],
      ['a file of 350 lines', 'util/x.ts', '\n'.repeat(350)],
    ];
    for (const [name, file, text] of kept) {
      it(name, () => {
        assert.deepEqual(violations(file, text), []);
      });
    }
  });
});
