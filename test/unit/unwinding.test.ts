import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Encoding } from '../../src/elf/bytes.js';
import { frameEntryAt, type FrameEntry } from '../../src/elf/ehFrame.js';
import { rulesAt } from '../../src/elf/frameRules.js';
import { openImage } from '../../src/elf/image.js';
import { unwindFile } from '../../src/elf/unwindFile.js';
import { sampleProgram } from '../support/debugSession.js';

const X86_64: Encoding = { bits: 64, littleEndian: true };

/** An entry of code from 0x1000 to 0x1100 with these call frame instructions. */
function entryOf(...own: readonly number[]): FrameEntry {
  return {
    range: { start: 0x1000n, end: 0x1100n },
    version: 1,
    parameters: Uint8Array.of(1, 0x78, 16), // code by 1, data by -8, the return address in register 16
    codeAlignment: 1,
    initial: Uint8Array.of(0x0c, 7, 8, 0x90, 1), // the frame is at rsp+8, the return address below it
    own: Uint8Array.from(own),
  };
}

const PUSH_RBP = [0x0e, 16, 0x86, 2] as const; // def_cfa_offset 16, rbp at -16
const FRAME_RBP = [0x0d, 6] as const; // def_cfa_register rbp

describe('the unwind rules at an address', () => {
  const whole = entryOf(
    0x41,
    ...PUSH_RBP,
    0x02,
    3,
    ...FRAME_RBP,
    0x03,
    0x20,
    0,
    0x0a,
    0x0c,
    7,
    8,
    0x04,
    1,
    0,
    0,
    0,
    0x0b,
  );

  for (const [what, offset, rules] of [
    ['where the function begins are those of the common entry', 0x00n, []],
    ['behind one advance are what stands in front of the next', 0x01n, PUSH_RBP],
    ['hold up to the next advance', 0x03n, PUSH_RBP],
    ['are all that have come so far', 0x04n, [...PUSH_RBP, ...FRAME_RBP]],
    ['keep what is remembered', 0x24n, [...PUSH_RBP, ...FRAME_RBP, 0x0a, 0x0c, 7, 8]],
    ['and restored', 0x25n, [...PUSH_RBP, ...FRAME_RBP, 0x0a, 0x0c, 7, 8, 0x0b]],
  ] as const) {
    it(what, () => {
      assert.deepEqual([...(rulesAt(whole, 0x1000n + offset, X86_64) ?? [])], rules);
    });
  }

  it('advance in units of the code alignment', () => {
    const entry = { ...entryOf(0x41, ...PUSH_RBP), codeAlignment: 4 };
    assert.equal(rulesAt(entry, 0x1003n, X86_64)?.length, 0);
    assert.equal(rulesAt(entry, 0x1004n, X86_64)?.length, PUSH_RBP.length);
  });

  it('take expressions as they are, and are none where an instruction is not known or is cut off', () => {
    const expression = [0x0f, 2, 0x77, 8] as const;
    assert.deepEqual([...(rulesAt(entryOf(...expression), 0x1000n, X86_64) ?? [])], expression);
    assert.equal(rulesAt(entryOf(0x3f), 0x1000n, X86_64), undefined);
    assert.equal(rulesAt(entryOf(0x0f, 9, 0x77), 0x1000n, X86_64), undefined);
  });
});

describe('a file that tells how to unwind a piece of code', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rseq-dap-unwinding-'));

  after(() => {
    rmSync(folder, { recursive: true });
  });

  for (const encoding of [
    { bits: 64, littleEndian: true },
    { bits: 64, littleEndian: false },
    { bits: 32, littleEndian: true },
    { bits: 32, littleEndian: false },
  ] as const) {
    it(`is read back as it was meant: ${encoding.bits} bits, ${encoding.littleEndian ? 'little' : 'big'} endian`, async () => {
      const code = { start: 0x55550010n, end: 0x55550050n };
      const entry = entryOf();
      const rules = Uint8Array.from([...PUSH_RBP, ...FRAME_RBP]);
      const path = join(folder, `${encoding.bits}${encoding.littleEndian}`);
      writeFileSync(path, unwindFile({ encoding, machine: 62, code, entry, rules }));
      const image = await openImage(path);
      try {
        assert.deepEqual(image.encoding, encoding);
        assert.equal(image.sectionsNamed('.text')[0]?.address, code.start);
        const read = frameEntryAt(image, code.start);
        assert.deepEqual(read?.range, code);
        assert.deepEqual([...read.parameters], [...entry.parameters]);
        assert.deepEqual([...read.initial.slice(0, 5)], [...entry.initial]);
        assert.deepEqual([...read.own.slice(0, rules.length)], [...rules]);
        assert.ok(
          read.own.slice(rules.length).every(byte => byte === 0),
          'nothing but padding follows',
        );
        assert.equal(frameEntryAt(image, code.end), undefined);
      } finally {
        image.close();
      }
    });
  }

  it('is made from what a real function has', async () => {
    const image = await openImage(sampleProgram('threads'));
    try {
      const [section] = image.sectionsNamed('.text');
      const entry = frameEntryAt(image, (section?.address ?? 0n) + 0x100n);
      assert.ok(entry !== undefined && entry.own.length > 0);
      assert.notEqual(rulesAt(entry, entry.range.end - 1n, image.encoding), undefined);
    } finally {
      image.close();
    }
  });
});
