import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

// The compiled test runs from dist/test/unit/samples; the samples are sources of the tree.
const samples = join(import.meta.dirname, '../../../../samples');
const readme = readFileSync(join(samples, 'README.md'), 'utf8');

/** The markers (`// @name`) of a sample, in order. */
function markersIn(file: string): string[] {
  const text = readFileSync(join(samples, file), 'utf8');
  return [...text.matchAll(/\/\/ @([a-z0-9-]+)/g)].map(match => match[1] ?? '');
}

/** The README's list: a line "- `file`: `@marker`, ..." for each source. */
function documented(): Map<string, string[]> {
  const lines = [...readme.matchAll(/^- `([^`]+\.(?:c|cpp|S))`: (.*)$/gm)];
  return new Map(
    lines.map(line => [
      line[1] ?? '',
      [...(line[2] ?? '').matchAll(/`@([a-z0-9-]+)`/g)].map(marker => marker[1] ?? ''),
    ]),
  );
}

describe('the samples', () => {
  const sources = readdirSync(samples).filter(file => /\.(c|cpp|S)$/.test(file));

  it('have every source listed in their README', () => {
    assert.deepEqual([...documented().keys()].sort(), sources.sort());
  });

  for (const file of sources) {
    it(`hold each marker of ${file} once, and the README names exactly these`, () => {
      const markers = markersIn(file);
      assert.deepEqual(markers, [...new Set(markers)], 'a marker stands twice');
      assert.deepEqual(documented().get(file), markers);
    });
  }
});
