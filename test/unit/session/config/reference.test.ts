import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ATTRIBUTES, GROUPS } from '../../../../src/session/config/schema.js';
import { configurationAttributes, configurationReference } from '../../../../src/session/config/reference.js';
import { ROOT } from '../../../support/debugSession.js';

const ADVICE = 'run `node scripts/configuration.mjs`';

describe('the configuration’s one source', () => {
  it('is what package.json tells the editor', () => {
    interface Manifest {
      readonly contributes: { readonly debuggers: { type: string; configurationAttributes: unknown }[] };
    }
    const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Manifest;
    const ours = manifest.contributes.debuggers.find(({ type }) => type === 'rseq-gdb');
    assert.deepEqual(ours?.configurationAttributes, JSON.parse(JSON.stringify(configurationAttributes())), ADVICE);
  });

  it('is what docs/configuration.md tells the reader', () => {
    const text = readFileSync(join(ROOT, 'docs', 'configuration.md'), 'utf8');
    assert.equal(text, configurationReference(), ADVICE);
  });

  it('has each attribute in one group, with a description that is a sentence', () => {
    const grouped = GROUPS.flatMap(({ attributes }) => Object.entries(attributes));
    assert.deepEqual(grouped.map(([name]) => name).sort(), Object.keys(ATTRIBUTES).sort());
    for (const [name, { description }] of grouped) assert.match(description, /^[A-Z`].*\.$/s, name);
  });

  it('gives no name two meanings, unless the value or the request tells them apart', () => {
    const plain = Object.entries(ATTRIBUTES).flatMap(([name, { aliases }]) => [
      name,
      ...aliases.filter(({ when }) => when === undefined).map(alias => alias.name),
    ]);
    assert.equal(new Set(plain).size, plain.length, plain.join(' '));
  });
});
