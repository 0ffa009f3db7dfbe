import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readCoreNotes } from '../../../src/elf/coreNotes.js';
import { EM } from '../../../src/elf/constants.js';
import { withImage } from './fixtures.js';
import { Pen, type Kind } from './pen.js';

const X86_64: Kind = { machine: EM.x86_64, bits: 64, littleEndian: true };
const PPC: Kind = { machine: EM.ppc, bits: 32, littleEndian: false };

function note(kind: Kind, name: string, type: number, content: Uint8Array): Buffer {
  const pen = new Pen(kind)
    .number(name.length + 1, 4)
    .number(content.length, 4)
    .number(type, 4);
  const named = 12 + Math.ceil((name.length + 1) / 4) * 4;
  pen.raw(Buffer.from(name)).padTo(named).raw(content);
  return pen.padTo(Math.ceil((named + content.length) / 4) * 4).bytes;
}

/** `struct elf_prstatus`: the thread's id at byte 32 (24), its registers from byte 112 (72) of 64-bit (32-bit) files. */
function threadNote(kind: Kind, id: number, pcIndex: number, pc: bigint): Buffer {
  const [idAt, registersAt] = kind.bits === 64 ? [32, 112] : [24, 72];
  const pen = new Pen(kind)
    .padTo(idAt)
    .number(id, 4)
    .padTo(registersAt + pcIndex * (kind.bits / 8));
  return note(kind, 'CORE', 1, pen.words(pc, 0, 0).bytes);
}

const PAGE = 0x1000;

function filesNote(
  kind: Kind,
  ...files: readonly (readonly [start: bigint, end: bigint, page: number, name: string])[]
) {
  const pen = new Pen(kind).words(files.length, PAGE);
  for (const [start, end, page] of files) pen.words(start, end, page);
  for (const [, , , name] of files) pen.raw(Buffer.from(`${name}\0`));
  return note(kind, 'CORE', 0x46494c45, pen.bytes);
}

/** An ELF core file of notes, and of one segment of code (no bytes of it) at 0x401000. */
function core(kind: Kind, notes: Uint8Array): Buffer {
  const [header, entry] = kind.bits === 64 ? [64, 56] : [52, 32];
  const pen = new Pen(kind).header({ type: 4, segments: { at: header, count: 2 } });
  const from = header + 2 * entry;
  if (kind.bits === 64) {
    pen.number(4, 4).number(0, 4).words(from, 0, 0, notes.length, 0, 4);
    pen.number(1, 4).number(5, 4).words(from, 0x401000, 0, 0, 0x1000, PAGE);
  } else {
    pen.words(4, from, 0, 0, notes.length, 0, 0, 4);
    pen.words(1, from, 0x401000, 0, 0, 0x1000, 5, PAGE);
  }
  return pen.raw(notes).bytes;
}

async function notesOf(kind: Kind, ...notes: readonly Uint8Array[]): Promise<ReturnType<typeof readCoreNotes>> {
  const folder = mkdtempSync(join(tmpdir(), 'core-notes-'));
  try {
    const path = join(folder, 'core');
    writeFileSync(path, core(kind, Buffer.concat(notes)));
    return await withImage(path, readCoreNotes);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('the notes of a core file', () => {
  for (const [name, kind, pcIndex] of [
    ['64-bit little-endian', X86_64, 16],
    ['32-bit big-endian', PPC, 32],
  ] as const) {
    it(`tell threads and their program counters (${name})`, async () => {
      const { threads } = await notesOf(
        kind,
        threadNote(kind, 4711, pcIndex, 0x401234n),
        threadNote(kind, 4712, pcIndex, 0xfedcba98n),
      );
      assert.deepEqual(threads, [
        { id: 4711, pc: 0x401234n },
        { id: 4712, pc: 0xfedcba98n },
      ]);
    });

    it(`tell what was mapped from which file, and how far into it: the kernel counts pages (${name})`, async () => {
      const { mappings } = await notesOf(
        kind,
        filesNote(
          kind,
          [0x400000n, 0x401000n, 0, '/bin/a b'],
          [0x401000n, 0x402000n, 3, '/bin/a b'],
          [0x500000n, 0x501000n, 1, '/lib/é.so'],
          [0x600000n, 0x601000n, 2, '/lib/last'],
        ),
      );
      assert.deepEqual(Object.fromEntries(mappings), {
        '/bin/a b': [
          { start: 0x400000n, end: 0x401000n, fileOffset: 0n, isExecutable: false },
          { start: 0x401000n, end: 0x402000n, fileOffset: 0x3000n, isExecutable: true },
        ],
        '/lib/é.so': [{ start: 0x500000n, end: 0x501000n, fileOffset: 0x1000n, isExecutable: false }],
        '/lib/last': [{ start: 0x600000n, end: 0x601000n, fileOffset: 0x2000n, isExecutable: false }],
      });
    });
  }

  it('leave out the program counter of a machine whose registers are not known', async () => {
    const kind = { ...X86_64, machine: EM.mips };
    const { threads } = await notesOf(kind, threadNote(kind, 1, 3, 0x401234n));
    assert.deepEqual(threads, [{ id: 1, pc: undefined }]);
  });

  it('may claim more mappings than they hold, may be cut off, and may be of other makers', async () => {
    const files = filesNote(X86_64, [0x400000n, 0x401000n, 0, '/bin/a']);
    files.writeBigUInt64LE(2n ** 60n, 20); // count: behind the note's header and name
    const { mappings } = await notesOf(
      X86_64,
      note(X86_64, 'CORE', 0x46494c45, Buffer.alloc(8)),
      note(X86_64, 'OTHER', 1, Buffer.alloc(400)),
      note(X86_64, 'CORE', 1, Buffer.alloc(100)),
      files,
      threadNote(X86_64, 5, 16, 1n).subarray(0, 90),
    );
    assert.deepEqual([...mappings.keys()], ['/bin/a']);
    const { threads } = await notesOf(X86_64, note(X86_64, 'OTHER', 1, Buffer.alloc(400)));
    assert.deepEqual(threads, []);
  });
});
