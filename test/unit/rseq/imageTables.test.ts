import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { readTables } from '../../../src/rseq/imageTables.js';
import { fixturePath, withAltered, withFixture, withImage } from '../elf/fixtures.js';

describe('tables of an image', () => {
  for (const name of readdirSync(fixturePath('.'))) {
    it(`are read from ${name}`, async () => {
      await withFixture(name, image => {
        const tables = readTables(image);
        assert.deepEqual(tables.warnings, []);
        const [first, second] = tables.sections;
        assert.equal(tables.sections.length, 2);
        assert.ok(first && second);
        assert.deepEqual(
          tables.sections.map(s => [s.flags, s.end - s.start, s.listed]),
          [
            [1, first.end - first.start, true],
            [2, first.end - first.start, true],
          ],
        );
        assert.ok(first.start < first.end && first.end < second.start);
        const [exit] = tables.exitPoints;
        assert.equal(tables.exitPoints.length, 1);
        assert.equal(exit?.start, first.start);
        assert.ok(exit.exit > second.end);
        const failure = image.sectionsNamed('__rseq_failure')[0]!;
        assert.equal(first.abort, failure.address + 4n);
        if (!name.includes('stripped')) assert.equal(tables.functions.at(first.start)?.name, 'two_regions');
        const shapes = tables.keys.map(k => [k.starts.length, k.finishes.length, k.aborts.length].join());
        assert.deepEqual(shapes.sort(), ['1,1,0', '1,1,1']);
        const [start] = tables.keys.flatMap(k => k.starts);
        assert.equal(tables.codeBounds(start!)?.start, image.sectionsNamed('.text')[0]?.address);
      });
    });
  }

  it('hold one region for descriptors that say the same, and warn of overlaps', async () => {
    await withFixture('x86_64-exec', async image => {
      const { offset } = image.sectionsNamed('__rseq_cs')[0]!;
      const same = (bytes: Buffer): Buffer => {
        bytes.copy(bytes, offset + 32, offset, offset + 32);
        return bytes;
      };
      await withAltered('x86_64-exec', same, path =>
        withImage(path, altered => {
          const tables = readTables(altered);
          assert.equal(tables.sections.length, 1);
          assert.deepEqual(tables.warnings, []);
        }),
      );
      const longer = (bytes: Buffer): Buffer => {
        bytes.writeBigUInt64LE(bytes.readBigUInt64LE(offset + 16) + 12n, offset + 16);
        return bytes;
      };
      await withAltered('x86_64-exec', longer, path =>
        withImage(path, altered => {
          const tables = readTables(altered);
          assert.equal(tables.sections.length, 2);
          assert.deepEqual(
            tables.warnings.map(w => w.code),
            ['overlap'],
          );
        }),
      );
    });
  });

  it('hold descriptors that only the pointer array names, and warn of pointers to nowhere', async () => {
    await withFixture('x86_64-exec', async image => {
      const descriptors = image.sectionsNamed('__rseq_cs')[0]!;
      const pointers = image.sectionsNamed('__rseq_cs_ptr_array')[0]!;
      const points = image.sectionsNamed('__rseq_exit_point_array')[0]!;
      // The section of descriptors gets another name, the second pointer leads astray.
      const hide = (bytes: Buffer): Buffer => {
        bytes.write('__other_x\0', bytes.indexOf('__rseq_cs\0'));
        bytes.writeBigUInt64LE(points.address + 0x100000n, pointers.offset + 8);
        return bytes;
      };
      await withAltered('x86_64-exec', hide, path =>
        withImage(path, altered => {
          const tables = readTables(altered);
          assert.deepEqual(
            tables.sections.map(s => s.descriptor),
            [descriptors.address],
          );
          assert.deepEqual(
            tables.warnings.map(w => [w.code, w.section, w.entry]),
            [['out-of-range', '__rseq_cs_ptr_array', 1]],
          );
        }),
      );
    });
  });

  it('warn of a section that the file cuts off, and keep what is there', async () => {
    await withFixture('x86_64-exec', async image => {
      const header = image.sectionsNamed('__rseq_cs')[0]!;
      const grow = (bytes: Buffer): Buffer => {
        const shoff = Number(bytes.readBigUInt64LE(40));
        bytes.writeBigUInt64LE(0x100000n, shoff + 64 * header.index + 32);
        return bytes;
      };
      await withAltered('x86_64-exec', grow, path =>
        withImage(path, altered => {
          const tables = readTables(altered);
          assert.ok(tables.sections.some(s => s.descriptor === header.address));
          assert.ok(tables.warnings.some(w => w.code === 'truncated' && w.section === '__rseq_cs'));
        }),
      );
    });
  });
});
