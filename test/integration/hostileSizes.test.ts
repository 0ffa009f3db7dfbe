import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withFileTables } from '../../src/rseq/fileTables.js';
import { buildRegions, MAX_TABLE_EXITS } from '../../src/rseq/imageRegions.js';
import type { BuiltRegions } from '../../src/rseq/imageRegions.js';
import { RegionIndex } from '../../src/rseq/regionIndex.js';

/** Enough that whatever takes a pass over all entries for each of them takes minutes. */
const MANY = 32_768;

/** CPU time, in ms, that a file of this size stays far below. */
const CPU_LIMIT = 8_000;

/** `count` times `body`, in which `i` counts up. */
function repeat(count: number, body: string): string {
  return `.set i,0\n.rept ${count}\n${body}\n.set i,i+1\n.endr\n`;
}

/** Code that everything points into, and what each hostile file adds. */
const CODE = `.text\ncode: .fill ${4 * MANY},1,0x90\nabort: ret\n`;
const DESCRIPTOR_SECTION = '.section __rseq_cs,"aw"\n.balign 32\n';

const HOSTILE: {
  what: string;
  source: string;
  options: readonly string[];
  readonly check: (built: BuiltRegions) => void;
}[] = [
  {
    what: 'with one region around all others, a START point in each and no symbol',
    source:
      CODE +
      DESCRIPTOR_SECTION +
      `.long 0,0\n.quad code,${4 * MANY},abort\n` +
      repeat(MANY, '.long 0,0\n.quad code+i+1,1,abort') +
      '.section __rseq_points,""\n' +
      repeat(MANY, `.long 1,0\n.quad code+${2 * MANY}+i,code`),
    options: ['-Wl,-s'],
    check: ({ regions }) => {
      assert.equal(regions.length, MANY + 1);
    },
  },
  {
    what: 'that declares each exit for each of ten thousand regions',
    source:
      CODE +
      DESCRIPTOR_SECTION +
      repeat(MANY, '.long 0,0\n.quad code,i+1,abort') +
      '.section __rseq_exit_point_array,"aw"\n' +
      repeat(MANY, `.quad code,code+${2 * MANY}+i`),
    options: [],
    check: ({ regions, warnings }) => {
      assert.equal(regions.length, MANY);
      assert.ok(regions.reduce((sum, region) => sum + region.exits.length, 0) <= MAX_TABLE_EXITS + 2 * MANY);
      assert.ok(warnings.some(({ code, section }) => code === 'too-many' && section === '__rseq_exit_point_array'));
    },
  },
  {
    what: 'with one key that joins ten thousand regions with as many exits',
    source:
      CODE +
      DESCRIPTOR_SECTION +
      repeat(MANY / 2, '.long 0,0\n.quad code+2*i,1,abort') +
      '.section __rseq_points,""\n' +
      repeat(MANY / 2, '.long 1,0\n.quad code+2*i,code') +
      repeat(MANY / 2, `.long 2,0\n.quad code+${2 * MANY}+i,code`),
    options: [],
    check: ({ regions, warnings }) => {
      assert.equal(regions.length, MANY / 2);
      assert.ok(regions.every(region => region.exits.length === 2));
      assert.ok(warnings.some(({ code, section }) => code === 'too-many' && section === '__rseq_points'));
    },
  },
  {
    what: 'whose functions all hold all regions, and no symbol but unwind information',
    source:
      CODE.replace('code:', repeat(20_000, '.cfi_startproc\nnop\n.cfi_endproc') + 'code:') +
      DESCRIPTOR_SECTION +
      repeat(MANY, '.long 0,0\n.quad code+4*i,1,abort'),
    options: ['-Wl,-s'],
    check: ({ regions }) => {
      assert.equal(regions.length, MANY);
    },
  },
];

describe('a file of hostile size', function () {
  this.timeout(240_000);
  const folder = mkdtempSync(join(tmpdir(), 'hostile-'));

  after(() => {
    rmSync(folder, { recursive: true });
  });

  for (const { what, source, options, check } of HOSTILE) {
    it(`${what} is read in bounded time and memory`, async () => {
      const [text, path] = [join(folder, 'hostile.s'), join(folder, 'hostile.so')];
      writeFileSync(text, source);
      execFileSync('gcc', ['-shared', '-nostdlib', ...options, '-o', path, text]);
      const before = process.cpuUsage();
      const built = await withFileTables(path, { debugDirectories: [] }, tables =>
        buildRegions(tables, undefined, 0n, 'hostile'),
      );
      const index = new RegionIndex();
      index.add('hostile', built.regions);
      const behindMost = (built.regions[0]?.range?.start ?? 0n) + BigInt(2 * MANY);
      for (let i = 0n; i < 50_000n; i++) index.inside(behindMost + i);
      const { user, system } = process.cpuUsage(before);
      check(built);
      assert.ok(user + system < CPU_LIMIT * 1000, `it took ${(user + system) / 1000} ms`);
    });
  }
});
