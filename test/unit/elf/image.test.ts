import assert from 'node:assert/strict';
import { truncateSync } from 'node:fs';
import { openImage } from '../../../src/elf/image.js';
import { buildIdOf } from '../../../src/elf/notes.js';
import { fixturePath, withAltered, withFixture, withImage } from './fixtures.js';

/** Offsets of fields of a 64-bit ELF header. */
const E_SHOFF = 40;
const E_SHENTSIZE = 58;
const E_SHNUM = 60;
const E_SHSTRNDX = 62;

describe('ELF image', () => {
  it('tells class, byte order, machine and type of every kind of file', async () => {
    const expected = [
      ['x86_64-exec', 64, true, 62, 'executable'],
      ['x86_64-pie', 64, true, 62, 'shared'],
      ['i686-exec', 32, true, 3, 'executable'],
      ['mips-exec', 32, false, 8, 'executable'],
      ['s390x-shared', 64, false, 22, 'shared'],
    ] as const;
    for (const [name, bits, littleEndian, machine, type] of expected) {
      await withFixture(name, image => {
        assert.deepEqual(image.encoding, { bits, littleEndian }, name);
        assert.equal(image.machine, machine, name);
        assert.equal(image.type, type, name);
        assert.deepEqual(image.warnings, [], name);
      });
    }
  });

  it('shows sections with their true types, although the parser never sees symbol tables', async () => {
    await withFixture('x86_64-pie', image => {
      const types = (name: string): (number | undefined)[] => image.sectionsNamed(name).map(s => s.type);
      assert.deepEqual(types('.symtab'), [2]);
      assert.deepEqual(types('.rela.dyn'), [4]);
      assert.deepEqual(types('__rseq_cs'), [1]);
      assert.equal(image.sectionsNamed('__rseq_cs')[0]?.size, 64);
      assert.equal(image.sectionsNamed('__rseq_points')[0]?.flags, 0);
    });
  });

  it('reads sections, and memory by link-time address', async () => {
    await withFixture('x86_64-pie', image => {
      const section = image.sectionsNamed('__rseq_cs')[0]!;
      const bytes = image.readSection(section);
      assert.equal(bytes.length, 64);
      assert.deepEqual(image.readAt(section.address, 64)?.bytes, bytes.bytes);
      assert.equal(image.readAt(section.address - 0x100000n, 4), undefined);
      assert.equal(image.readSection(section, 8).length, 8);
    });
  });

  it('knows executable code from data', async () => {
    await withFixture('x86_64-lld-pie', image => {
      const text = image.sectionsNamed('.text')[0]!;
      const data = image.sectionsNamed('__rseq_cs')[0]!;
      assert.equal(image.isExecutable(text.address), true);
      assert.equal(image.isExecutable(data.address), false);
      assert.equal(image.codeSectionAt(text.address)?.name, '.text');
    });
  });

  it('reads the build-id', async () => {
    await withFixture('x86_64-pie', image => {
      assert.match(buildIdOf(image) ?? '', /^[0-9a-f]{40}$/);
    });
  });

  it('refuses what is no ELF file with an error that says why', async () => {
    await assert.rejects(openImage(fixturePath('../build.sh')), { code: 'notElf', message: /7f 45 4c 46/ });
    await assert.rejects(openImage(fixturePath('.')), { code: 'notElf', message: /not a regular file/ });
    await assert.rejects(openImage(fixturePath('missing')), { code: 'unreadable', message: /ENOENT/ });
    await assert.rejects(openImage('/dev/zero'), { code: 'notElf' });
  });

  it('refuses a file that ends inside its header', async () => {
    await withAltered(
      'x86_64-pie',
      bytes => bytes.subarray(0, 40),
      path => assert.rejects(openImage(path), { code: 'notElf' }),
    );
  });

  it('keeps segments and warns where the section headers are absurd', async () => {
    const faults: ((bytes: Buffer) => void)[] = [
      bytes => bytes.writeBigUInt64LE(0xffff_ffff_ffff_0000n, E_SHOFF),
      bytes => bytes.writeUInt16LE(0xffff, E_SHNUM),
      bytes => bytes.writeUInt16LE(7, E_SHENTSIZE),
    ];
    for (const fault of faults) {
      await withAltered(
        'x86_64-pie',
        bytes => {
          fault(bytes);
          return bytes;
        },
        path =>
          withImage(path, image => {
            assert.ok(image.loads.length > 0);
            assert.deepEqual(
              image.warnings.map(w => w.code),
              ['bad-section-headers'],
            );
          }),
      );
    }
  });

  it('has nameless sections where the name table is absurd', async () => {
    await withAltered(
      'x86_64-pie',
      bytes => {
        bytes.writeUInt16LE(0xfff0, E_SHSTRNDX);
        return bytes;
      },
      path =>
        withImage(path, image => {
          assert.deepEqual([...new Set(image.sections.map(s => s.name))], ['']);
        }),
    );
  });

  it('gives what is left of a file that is cut off while it is open', async () => {
    await withAltered(
      'x86_64-pie',
      bytes => bytes,
      path =>
        withImage(path, image => {
          truncateSync(path, 100);
          assert.equal(image.read(90, 20).length, 10);
          assert.equal(image.read(200, 20).length, 0);
          assert.equal(image.readInto(90, new Uint8Array(20)).length, 10);
        }),
    );
  });

  it('cannot be read after it was closed', async () => {
    const image = await openImage(fixturePath('x86_64-pie'));
    image.close();
    image.close();
    assert.throws(() => image.read(0, 4), { code: 'closed' });
  });
});
