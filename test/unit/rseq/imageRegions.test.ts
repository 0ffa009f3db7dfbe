import assert from 'node:assert/strict';
import type { AddressRange } from '../../../src/util/address.js';
import { EM } from '../../../src/elf/constants.js';
import type { FunctionRange } from '../../../src/elf/functionRange.js';
import { buildRegions } from '../../../src/rseq/imageRegions.js';
import type { ImageTables, TableSection } from '../../../src/rseq/imageTables.js';
import type { Instruction } from '../../../src/rseq/instruction.js';
import { rebaseRegion } from '../../../src/rseq/rebase.js';
import type { Region } from '../../../src/rseq/region.js';
import type { CodeReader } from '../../../src/rseq/regionCode.js';
import { listing } from './listing.js';

const BIAS = 0x555500000000n;

/** A function with one region in the usual shape, and its abort handler far away. */
const BODY = `
1100 push %rbx
1101 mov %fs:0x4,%eax
1109 lea 0x2e0(%rip),%rcx
1110 mov %rcx,%fs:0x8
1119 cmp %fs:0x4,%eax
1121 jne 0x1180 <f+128>
1127 addq $0x1,(%rdx)
112b pop %rbx
112c ret
1180 nop
1181 jmp 0x1109 <f+9>`;
const HANDLER = `
1504 jmp 0x1109 <f+9>
1509 ud2
150b nop`;
const SECTION: TableSection = {
  descriptor: 0x4000n,
  start: 0x1119n,
  end: 0x112bn,
  abort: 0x1504n,
  flags: 0,
  listed: true,
};
const FUNCTION: FunctionRange = { start: 0x1100n, end: 0x1186n, name: 'f' };

function tablesOf(more: Partial<ImageTables> = {}): ImageTables {
  return {
    file: 'program',
    machine: EM.x86_64,
    sections: [SECTION],
    exitPoints: [],
    keys: [],
    functions: {
      at: address => (FUNCTION.start <= address && address < FUNCTION.end ? FUNCTION : undefined),
      piecesOf: () => [],
    },
    codeBounds: () => ({ start: 0x1000n, end: 0x2000n }),
    warnings: [],
    ...more,
  };
}

/** Serves listings as code at the bias; counts what is asked. */
class FakeCode implements CodeReader {
  readonly asked: AddressRange[] = [];
  readonly #code: Instruction[];

  constructor(...texts: string[]) {
    this.#code = texts
      .flatMap(text => listing(text))
      .map(i => ({
        ...i,
        address: i.address + BIAS,
        text: i.text.replace(/0x(1[0-9a-f]{3})\b/, (_, hex: string) => `0x${(BigInt(`0x${hex}`) + BIAS).toString(16)}`),
      }));
  }

  disassemble(range: AddressRange): Promise<readonly Instruction[]> {
    this.asked.push(range);
    return Promise.resolve(this.#code.filter(i => range.start <= i.address && i.address < range.end));
  }

  sourceOf(address: bigint): Promise<{ file: string; line: number }> {
    return Promise.resolve({ file: '/src/f.c', line: Number(address - BIAS) });
  }
}

/** A region's addresses without the bias, as short text. */
function short(region: Region) {
  const at = (address: bigint): string => (address - BIAS).toString(16);
  return {
    id: region.id,
    kind: region.kind,
    armingStore: region.armingStore && at(region.armingStore),
    preludes: region.preludes.map(at).join(' '),
    exits: region.exits.map(e => `${at(e.address)} ${e.origin}`).join(', '),
    functions: region.functions.map(f => `${at(f.start)}-${at(f.end)}`).join(' '),
    limits: region.limits.length,
  };
}

const PLAIN = {
  id: 'program+0x1119',
  kind: 'descriptor',
  armingStore: '1110',
  preludes: '1109',
  exits: '112b postCommit, 1504 abort, 1180 branch',
  functions: '1100-1186 1504-1509',
  limits: 0,
};

async function build(tables: ImageTables, code: CodeReader | undefined = new FakeCode(BODY, HANDLER)) {
  return buildRegions(tables, code, BIAS, 'program');
}

async function built(tables: ImageTables, code?: CodeReader): Promise<ReturnType<typeof short>[]> {
  return (await build(tables, code)).regions.map(short);
}

describe('regions of an image', () => {
  it('carry arming store, prelude, every exit and both functions, at run-time addresses', async () => {
    const { regions, warnings } = await build(tablesOf());
    assert.deepEqual(regions.map(short), [PLAIN]);
    assert.deepEqual(warnings, []);
    const region = regions[0]!;
    assert.deepEqual(region.range, { start: BIAS + 0x1119n, end: BIAS + 0x112bn });
    assert.equal(region.function, 'f');
    assert.deepEqual(region.source, { file: '/src/f.c', line: 0x1119 });
  });

  it('come from code that is read once, however many regions a function holds', async () => {
    const code = new FakeCode(BODY, HANDLER);
    const other = { ...SECTION, start: 0x111bn };
    await build(tablesOf({ sections: [SECTION, other] }), code);
    assert.equal(code.asked.length, 2);
  });

  it('carry declared exits; an address that a table names keeps that origin', async () => {
    const exitPoints = [
      { start: 0x1119n, exit: 0x1180n },
      { start: 0x1119n, exit: 0x112bn },
      { start: 0x9999n, exit: 0x1185n },
    ];
    const [region] = await built(tablesOf({ exitPoints }));
    assert.equal(region?.exits, '112b postCommit, 1504 abort, 1180 declared');
  });

  it('take the jump of an abort handler onto a one-instruction arming as a prelude', async () => {
    const body = BODY.replace(
      '1109 lea 0x2e0(%rip),%rcx\n1110 mov %rcx,%fs:0x8',
      '1109 jmp 0x1127\n1110 movq $0x404040,%fs:0x8',
    ).replace('1181 jmp 0x1109', '1181 jmp 0x1101');
    const [region] = await built(tablesOf(), new FakeCode(body, HANDLER.replace('0x1109', '0x1110')));
    assert.equal(region?.preludes, '1504');
  });

  it('are one with the key whose START point leads into them', async () => {
    const keys = [{ key: 0x5000n, starts: [0x1100n], finishes: [0x112bn, 0x112cn], aborts: [0x1180n] }];
    const { regions } = await build(tablesOf({ keys }));
    assert.deepEqual(regions.map(short), [
      { ...PLAIN, preludes: '1100 1109', exits: '112b postCommit, 1504 abort, 112c finish, 1180 abort' },
    ]);
    assert.equal(regions[0]?.key, BIAS + 0x5000n);
  });

  it('know which of very many exits come first, at run-time addresses also when the image is moved', async () => {
    const finishes = Array.from({ length: 40 }, (_, i) => 0x1600n + BigInt(i));
    const keys = [{ key: 0x5000n, starts: [0x1101n], finishes: [0x112bn, ...finishes], aborts: [0x1180n] }];
    const [region] = (await build(tablesOf({ keys }))).regions;
    const first = [0x1504n, 0x112bn, 0x1180n].map(address => address + BIAS);
    assert.deepEqual(region?.firstExits, first);
    assert.deepEqual(
      rebaseRegion(region, 0x1000n).firstExits,
      first.map(address => address + 0x1000n),
    );
    assert.equal((await build(tablesOf())).regions[0]?.firstExits, undefined);
  });

  it('are one with a key whose START point leads into them by a branch alone', async () => {
    const keys = [{ key: 0x5000n, starts: [0x1180n], finishes: [0x112bn], aborts: [] }];
    const regions = await built(tablesOf({ keys }));
    assert.deepEqual(regions, [{ ...PLAIN, preludes: '1109 1180' }]);
  });

  it('are another than that of a key that finishes before them', async () => {
    const keys = [{ key: 0x5000n, starts: [0x1100n], finishes: [0x1101n], aborts: [] }];
    const regions = await built(tablesOf({ keys }));
    assert.deepEqual(
      regions.map(({ kind, preludes, exits }) => [kind, preludes, exits]),
      [
        ['key', '1100', '1101 finish'],
        ['descriptor', '1109', PLAIN.exits],
      ],
    );
  });

  it('are another than that of a key that begins hundreds of instructions before them', async () => {
    const many = Array.from({ length: 300 }, (_, i) => `${(0x1000 - 300 + i).toString(16)} nop`).join('\n');
    const start = 0x1000n - 300n;
    const map = `${many}\n1000 jmp 0x1100${BODY}`;
    const around = { start, end: FUNCTION.end, name: 'f' };
    const functions = {
      at: (address: bigint) => (around.start <= address && address < around.end ? around : undefined),
      piecesOf: () => [],
    };
    const codeBounds = () => ({ start: 0x800n, end: 0x2000n });
    const keysFrom = (address: bigint) => [{ key: 0x5000n, starts: [address], finishes: [], aborts: [] }];
    const kinds = async (address: bigint) =>
      (await built(tablesOf({ functions, codeBounds, keys: keysFrom(address) }), new FakeCode(map, HANDLER))).length;
    assert.equal(await kinds(start), 2);
    assert.equal(await kinds(0xff0n), 1);
  });

  it('replace a START point that arms by its preludes', async () => {
    const keys = [{ key: 0x5000n, starts: [0x1110n], finishes: [], aborts: [] }];
    const [region, ...others] = await built(tablesOf({ keys }));
    assert.equal(region?.preludes, '1109');
    assert.deepEqual(others, []);
  });

  it('make no exit of a FINISH point inside a region, and say so', async () => {
    const keys = [{ key: 0x5000n, starts: [0x1100n], finishes: [0x1127n], aborts: [] }];
    const [region] = await built(tablesOf({ keys }));
    assert.equal(region?.exits, PLAIN.exits);
    assert.equal(region.limits, 1);
  });

  it('are of kind key where no descriptor is known', async () => {
    const keys = [{ key: 0x5000n, starts: [0x1101n, 0x1180n], finishes: [0x112bn], aborts: [0x1504n] }];
    const { regions } = await build(tablesOf({ sections: [], keys }));
    assert.deepEqual(regions.map(short), [
      {
        id: 'program+0x1101',
        kind: 'key',
        armingStore: undefined,
        preludes: '1101 1180',
        exits: '112b finish, 1504 abort',
        functions: '1100-1186 1504-1509',
        limits: 0,
      },
    ]);
    assert.equal(regions[0]?.function, 'f');
    assert.equal(regions[0].range, undefined);
  });

  it('of kind key begin before a START point that itself arms', async () => {
    const keys = [{ key: 0x5000n, starts: [0x1110n], finishes: [0x112bn], aborts: [] }];
    const [region] = await built(tablesOf({ sections: [], keys }));
    assert.equal(region?.preludes, '1109');
  });

  it('keep what the tables say where the code cannot be read, with a warning', async () => {
    const broken: CodeReader = {
      disassemble: () => Promise.reject(new Error('no memory')),
      sourceOf: () => Promise.reject(new Error('no lines')),
    };
    const { regions, warnings } = await build(tablesOf(), broken);
    assert.equal(regions[0]?.preludes.length, 0);
    assert.equal(regions[0].limits.length, 2);
    assert.deepEqual([...new Set(warnings.map(w => w.code))], ['code-not-read']);
  });

  it('come from the tables alone where no code is wanted', async () => {
    const { regions, warnings } = await buildRegions(tablesOf(), undefined, BIAS, 'program');
    assert.deepEqual(warnings, []);
    assert.equal(regions[0]?.function, 'f');
    assert.deepEqual(regions[0].limits, []);
  });

  it('say that the instructions of an unknown machine are not understood', async () => {
    const { warnings } = await build(tablesOf({ machine: 9999 }));
    assert.match(warnings.map(w => w.message).join(), /program: the instructions of this machine/);
  });

  it('have distinct ids', async () => {
    const { regions } = await build(tablesOf({ sections: [SECTION, { ...SECTION, abort: 0x1509n }] }));
    assert.deepEqual(
      regions.map(r => r.id),
      ['program+0x1119', 'program+0x1119#2'],
    );
  });
});
