import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { encodeFrame, FrameDecoder, type DecodedMessage } from '../../src/dap/framing.js';
import { TargetBytes } from '../../src/elf/bytes.js';
import { MiClient, MiError } from '../../src/mi/client.js';
import type { MiCommand } from '../../src/mi/commands.js';
import { parseEvent } from '../../src/mi/events.js';
import { parseRecord } from '../../src/mi/parser.js';
import type { MiValue } from '../../src/mi/record.js';
import { decodePoints, pointSize } from '../../src/rseq/points.js';
import { Warnings } from '../../src/rseq/warnings.js';
import { compileCondition, parseLogMessage } from '../../src/session/breakpointCondition.js';
import { RequestError } from '../../src/util/errors.js';
import { survivesDamage } from './damagedFiles.js';

/** One thing that must hold for whatever comes from outside. */
export interface FuzzProperty {
  readonly title: string;
  readonly property: fc.IRawProperty<unknown>;
  /** How many times dearer a case is than most are: so many fewer are tried. */
  readonly cost: number;
}

// --- gdb/MI

const name = fc.stringMatching(/^[a-z][a-z0-9_-]{0,8}$/);

/** A value as gdb may write it, and what it means. */
const { value: miValue } = fc.letrec<{ value: { text: string; value: MiValue } }>(tie => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.string({ unit: 'binary' }).map(text => ({ text: cString(text), value: wellFormed(text) })),
    fc.array(tie('value'), { maxLength: 4 }).map(items => ({
      text: `[${items.map(({ text }) => text).join(',')}]`,
      value: items.map(({ value }) => value),
    })),
    fc.uniqueArray(fc.tuple(name, tie('value')), { maxLength: 4, selector: ([key]) => key }).map(fields => ({
      text: `{${fields.map(([key, { text }]) => `${key}=${text}`).join(',')}}`,
      value: Object.fromEntries(fields.map(([key, { value }]) => [key, value])),
    })),
  ),
}));

/** Lone surrogates have no bytes in UTF-8. */
function wellFormed(text: string): string {
  return Buffer.from(text, 'utf8').toString('utf8');
}

/** gdb escapes quotes, backslashes and what is not printable, byte by byte. */
function cString(text: string): string {
  const bytes = [...Buffer.from(text, 'utf8')].map(byte => {
    if (byte === 0x22 || byte === 0x5c) return `\\${String.fromCharCode(byte)}`;
    return byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `\\${byte.toString(8).padStart(3, '0')}`;
  });
  return `"${bytes.join('')}"`;
}

const record = fc
  .tuple(
    fc.constantFrom('^', '*', '=', '+'),
    name,
    fc.uniqueArray(fc.tuple(name, miValue), { selector: ([key]) => key }),
  )
  .map(([sigil, word, fields]) => ({
    line: `${sigil}${word}${fields.map(([key, { text }]) => `,${key}=${text}`).join('')}`,
    results: Object.fromEntries(fields.map(([key, { value }]) => [key, value])),
  }));

/** Bytes that gdb, or a program that writes into its output, may come up with. */
const wildLine = fc.oneof(
  fc.uint8Array({ maxLength: 200 }).map(bytes => Buffer.from(bytes).toString('latin1')),
  fc.tuple(record, fc.nat(), fc.nat(), fc.string({ unit: 'binary', maxLength: 3 })).map(([{ line }, at, cut, junk]) => {
    const where = at % (line.length + 1);
    return line.slice(0, where) + junk + line.slice(where + (cut % 4));
  }),
  fc
    .array(fc.constantFrom('{', '[', '"', '\\', ',', 'a=', '^done', '*stopped', '=x', '~"', '}', ']', '1'), {
      maxLength: 600,
    })
    .map(parts => parts.join('')),
);

const parsesRecords: FuzzProperty = {
  title: 'records of gdb mean what gdb has written',
  cost: 4,
  property: fc.property(record, ({ line, results }) => {
    const parsed = parseRecord(line);
    assert.ok('results' in parsed, JSON.stringify(parsed));
    assert.deepEqual({ ...parsed.results }, results);
  }),
};

const survivesLines: FuzzProperty = {
  title: 'lines that are no records are told, and nothing throws',
  cost: 2,
  property: fc.property(wildLine, line => {
    const parsed = parseRecord(Buffer.from(line, 'latin1'));
    if (parsed.kind === 'exec' || parsed.kind === 'notify' || parsed.kind === 'status') parseEvent(parsed);
  }),
};

const answersCommands: FuzzProperty = {
  title: 'every command is answered once, whatever stands between the answers and wherever the bytes are cut',
  cost: 10,
  property: fc.asyncProperty(
    fc.array(fc.tuple(fc.boolean(), fc.array(wildLine, { maxLength: 3 })), { minLength: 1, maxLength: 8 }),
    fc.integer({ min: 1, max: 50 }),
    async (commands, chunk) => {
      const output = new PassThrough();
      const client = new MiClient(new PassThrough(), output);
      const answers = commands.map((_, index) => client.send(`-command-${index}` as MiCommand));
      const outcomes = Promise.allSettled(answers);
      // What looks like an answer is one: noise must not.
      const noise = (line: string): string => `&"${line.replaceAll(/[\n"\\]/g, '')}\n`;
      const text = commands.flatMap(([good, lines], index) => [
        ...lines.map(noise),
        `${index + 1}^${good ? 'done' : 'error,msg="no"'}\n`,
      ]);
      const bytes = Buffer.from(text.join(''), 'latin1');
      for (let at = 0; at < bytes.length; at += chunk) output.write(bytes.subarray(at, at + chunk));
      output.end();
      const seen = (await outcomes).map(({ status }) => status === 'fulfilled');
      assert.deepEqual(
        seen,
        commands.map(([good]) => good),
      );
    },
  ),
};

const answersAtTheEnd: FuzzProperty = {
  title: 'commands that are pending when gdb ends are answered with that',
  cost: 4,
  property: fc.asyncProperty(fc.nat({ max: 20 }), fc.array(wildLine, { maxLength: 5 }), async (count, lines) => {
    const output = new PassThrough();
    const client = new MiClient(new PassThrough(), output);
    const outcomes = Promise.allSettled(Array.from({ length: count }, () => client.send('-x' as MiCommand)));
    // Tokens of ours are small: a wild line must not hit one by chance.
    output.end(Buffer.from(lines.map(line => `99${line.replaceAll('\n', '')}`).join('\n'), 'latin1'));
    for (const outcome of await outcomes) {
      assert.ok(outcome.status === 'rejected' && outcome.reason instanceof MiError && outcome.reason.code === 'ended');
    }
  }),
};

// --- DAP

function decode(chunks: readonly Buffer[]): DecodedMessage[] {
  const decoder = new FrameDecoder(() => undefined, 4096);
  return chunks.flatMap(chunk => decoder.push(chunk));
}

const survivesFrames: FuzzProperty = {
  title: 'a message is decoded behind whatever a client has sent before it',
  cost: 10,
  property: fc.property(
    fc.oneof(
      fc.uint8Array({ maxLength: 300 }).map(bytes => Buffer.from(bytes)),
      fc
        .tuple(fc.integer({ min: -9, max: 2 ** 53 }), fc.string({ maxLength: 50 }))
        .map(([length, body]) => Buffer.from(`Content-Length: ${length}\r\n\r\n${body}`)),
      fc.jsonValue().map(value => encodeFrame(value === null ? {} : (Object(value) as object))),
      fc.stringMatching(/^[A-Za-z-]{0,20}: ?[ -~]{0,40}\r\n\r\n[ -~]{0,40}$/).map(text => Buffer.from(text)),
    ),
    fc.integer({ min: 1, max: 64 }),
    (junk, size) => {
      const good = encodeFrame({ seq: 7, type: 'request', command: 'threads' });
      // A length that is too large swallows what follows: the message must be long enough to end that, or be searched for.
      const wire = Buffer.concat([junk, ...Array.from({ length: 120 }, () => good)]);
      const chunks: Buffer[] = [];
      for (let at = 0; at < wire.length; at += size) chunks.push(wire.subarray(at, at + size));
      const messages = decode(chunks).filter(message => (message as { command?: string }).command === 'threads');
      assert.ok(messages.length > 0, 'nothing behind the junk was decoded');
      assert.deepEqual(
        messages,
        decode([wire]).filter(message => (message as { command?: string }).command === 'threads'),
      );
    },
  ),
};

// --- what a user types

const template = fc
  .array(fc.oneof(fc.constantFrom('{', '}', '{{', '}}', '{x}', '{a.b[1]}', '{{x}}', '"', '\\', '%s'), fc.string()), {
    maxLength: 12,
  })
  .map(parts => parts.join(''));

const keepsLogText: FuzzProperty = {
  title: 'a log message loses no text and invents none',
  cost: 1,
  property: fc.property(template, message => {
    const parts = parseLogMessage(message);
    const back = parts.map(part => ('text' in part ? part.text : part.expression)).join('');
    const plain = (text: string): string => text.replaceAll(/[{}\s]/g, '');
    assert.equal(plain(back), plain(message));
    assert.ok(parts.every(part => !('text' in part) || part.text !== ''));
  }),
};

const HIT_OPERATORS: Readonly<Record<string, (hit: bigint, n: bigint) => boolean>> = {
  '': (hit, n) => hit === n,
  '==': (hit, n) => hit === n,
  '=': (hit, n) => hit === n,
  '>': (hit, n) => hit > n,
  '>=': (hit, n) => hit >= n,
  '<': (hit, n) => hit < n,
  '<=': (hit, n) => hit <= n,
  '%': (hit, n) => hit % n === 0n,
};

/** What gdb makes of the comparison behind the counter; a remainder is compared with zero. */
const IN_C: Readonly<Record<string, (hit: bigint, n: bigint) => boolean>> = {
  '==': (hit, n) => hit === n,
  '>': (hit, n) => hit > n,
  '>=': (hit, n) => hit >= n,
  '<': (hit, n) => hit < n,
  '<=': (hit, n) => hit <= n,
  '%': (hit, n) => hit % n === 0n,
};

const compilesHitConditions: FuzzProperty = {
  title: 'a hit condition stops at the hits that it names',
  cost: 1,
  property: fc.property(
    fc.constantFrom(...Object.keys(HIT_OPERATORS)),
    fc.bigInt({ min: 1n, max: 40n }),
    fc.stringMatching(/^ {0,2}$/),
    (operator, n, blank) => {
      const condition = compileCondition(3, { hitCondition: `${blank}${operator}${blank}${n}${blank}` }) ?? '';
      const [, spoken = '', number = '', isZero] = /^\+\+\$rseq_dap_hits_3 (\S+) (\d+)( == 0)?$/.exec(condition) ?? [];
      for (let hit = 1n; hit <= 41n; hit++) {
        const stops = (spoken === '%') === (isZero !== undefined) && IN_C[spoken]?.(hit, BigInt(number));
        assert.equal(stops, HIT_OPERATORS[operator]?.(hit, n), `hit ${hit} of '${operator}${n}': ${condition}`);
      }
    },
  ),
};

const refusesHitConditions: FuzzProperty = {
  title: 'a hit condition that is none is refused in words, and never reaches gdb',
  cost: 1,
  property: fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[=<>%! 0-9a-z]{1,6}$/)), text => {
    try {
      const condition = compileCondition(1, { hitCondition: text });
      assert.ok(
        condition === undefined || /^\+\+\$rseq_dap_hits_1 (==|>=|<=|>|<|%) \d+( == 0)?$/.test(condition),
        condition,
      );
    } catch (error) {
      assert.ok(error instanceof RequestError && error.code === 'badHitCondition', String(error));
    }
  }),
};

// --- tables in files

const survivesPoints: FuzzProperty = {
  title: 'a key table of any bytes gives the entries that are sound, and warnings',
  cost: 1,
  property: fc.property(
    fc.uint8Array({ maxLength: 400 }),
    fc.array(fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 0x1000, max: 0x1fff })), { maxLength: 5 }),
    fc.boolean(),
    fc.constantFrom(32 as const, 64 as const),
    (junk, sound, littleEndian, bits) => {
      const size = pointSize(bits);
      const padded = Buffer.alloc(Math.ceil(junk.length / size) * size);
      padded.set(junk);
      const good = sound.map(([type, address]) => point(type, BigInt(address), 0x77n, littleEndian, bits));
      const bytes = new TargetBytes(Buffer.concat([padded, ...good]), { bits, littleEndian });
      const keys = decodePoints(bytes, address => address >= 0x1000n && address < 0x2000n, new Warnings('file'));
      for (const [type, address] of sound) {
        const found = keys.find(({ key }) => key === 0x77n);
        const list = found === undefined ? [] : [found.starts, found.finishes, found.aborts][type - 1];
        assert.ok(list?.includes(BigInt(address)), `point ${type} at ${address} is lost`);
      }
    },
  ),
};

function point(type: number, address: bigint, key: bigint, littleEndian: boolean, bits: 32 | 64): Buffer {
  const bytes = new DataView(new ArrayBuffer(pointSize(bits)));
  bytes.setUint32(0, type, littleEndian);
  if (bits === 64) {
    bytes.setBigUint64(8, address, littleEndian);
    bytes.setBigUint64(16, key, littleEndian);
  } else {
    bytes.setUint32(4, Number(address), littleEndian);
    bytes.setUint32(8, Number(key), littleEndian);
  }
  return Buffer.from(bytes.buffer);
}

/** Everything that is fuzzed, by subject. */
export const FUZZ_PROPERTIES: Readonly<Record<string, readonly FuzzProperty[]>> = {
  'gdb/MI': [parsesRecords, survivesLines, answersCommands, answersAtTheEnd],
  DAP: [survivesFrames],
  'what a user types': [keepsLogText, compilesHitConditions, refusesHitConditions],
  'tables in files': [survivesPoints, survivesDamage],
};
