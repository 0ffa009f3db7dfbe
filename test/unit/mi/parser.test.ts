import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseRecord } from '../../../src/mi/parser.js';
import type { MiRecord, MiValue } from '../../../src/mi/record.js';

function result(results: Readonly<Record<string, MiValue>>, token?: number, resultClass = 'done'): MiRecord {
  return { kind: 'result', token, resultClass, results };
}

function printValue(value: MiValue): string {
  if (typeof value === 'string') {
    return printString(value);
  }
  if (Array.isArray(value)) {
    return `[${(value as MiValue[]).map(printValue).join(',')}]`;
  }
  return `{${Object.entries(value)
    .map(([name, field]) => `${name}=${printValue(field!)}`)
    .join(',')}}`;
}

/** As gdb prints a string: some bytes outside ASCII raw, some octal. */
function printString(text: string): string {
  const characters = Array.from(Buffer.from(text), (byte, index) => {
    const character = String.fromCharCode(byte);
    if (character === '"' || character === '\\') {
      return `\\${character}`;
    }
    return byte < 0x20 || (byte >= 0x7f && index % 2 === 0) ? `\\${byte.toString(8).padStart(3, '0')}` : character;
  });
  return `"${characters.join('')}"`;
}

describe('the MI parser', () => {
  const grammar: [line: string, record: MiRecord][] = [
    ['^done', result({})],
    ['12^running', result({}, 12, 'running')],
    [
      '3^error,msg="No \\"x\\".",code="undefined-command"',
      result({ msg: 'No "x".', code: 'undefined-command' }, 3, 'error'),
    ],
    [
      '^done,a="1",b={c="2",d={}},e=[],f=["x",{g="3"}]',
      result({ a: '1', b: { c: '2', d: {} }, e: [], f: ['x', { g: '3' }] }),
    ],
    ['^done,body=[bkpt={number="1"},bkpt={number="2"}]', result({ body: [{ number: '1' }, { number: '2' }] })],
    [
      '^done,bkpt={number="1",addr="<MULTIPLE>",locations=[{number="1.1"}]}',
      result({ bkpt: { number: '1', addr: '<MULTIPLE>', locations: [{ number: '1.1' }] } }),
    ],
    ['^done,bkpt={number="1"},{number="1.1"}', result({ bkpt: { number: '1' } })],
    ['^done,script={"silent","print 1"}', result({ script: ['silent', 'print 1'] })],
    ['^done,thread="1",thread="2"', result({ thread: '2' })],
    ['^done,text="\\t\\n\\r\\a\\b\\f\\v\\e\\\\\\"\\033\\0"', result({ text: '\t\n\r\x07\b\f\v\x1b\\"\x1b\0' })],
    ['^done,text="\\303\\244 ä \\342\\234\\223"', result({ text: 'ä ä ✓' })],
    ['^done,text="a\\\\"', result({ text: 'a\\' })],
    ['^done,text="\\777\\q"', result({ text: '\ufffdq' })],
    ['~"text\\n"', { kind: 'console', text: 'text\n' }],
    ['@"text"', { kind: 'target', text: 'text' }],
    ['&"text"', { kind: 'log', text: 'text' }],
    ['(gdb)', { kind: 'prompt' }],
    ['(gdb) \r', { kind: 'prompt' }],
    ['^done\r', result({})],
    [
      '*running,thread-id="all"',
      {
        kind: 'exec',
        token: undefined,
        asyncClass: 'running',
        results: { 'thread-id': 'all' },
        fields: [{ name: 'thread-id', value: 'all' }],
      },
    ],
    ['+download', { kind: 'status', token: undefined, asyncClass: 'download', results: {}, fields: [] }],
    [
      '7=thread-created,id="1"',
      {
        kind: 'notify',
        token: 7,
        asyncClass: 'thread-created',
        results: { id: '1' },
        fields: [{ name: 'id', value: '1' }],
      },
    ],
  ];
  for (const [line, record] of grammar) {
    it(`reads ${line}`, () => {
      assert.deepEqual(parseRecord(line), record);
    });
  }

  it('keeps every field of an asynchronous record in its order', () => {
    const record = parseRecord('*stopped,reason="function-finished",reason="breakpoint-hit"');
    assert.ok(record.kind === 'exec');
    assert.deepEqual(
      record.fields.map(({ value }) => value),
      ['function-finished', 'breakpoint-hit'],
    );
  });

  it('takes a field of any name for a field', () => {
    const record = parseRecord('^done,__proto__={polluted="1"}');
    assert.ok(record.kind === 'result');
    assert.deepEqual(Object.entries(record.results), [['__proto__', { polluted: '1' }]]);
    assert.equal(({} as Record<string, unknown>).polluted, undefined);
  });

  const malformed = [
    '',
    'text',
    '^',
    '^done,',
    '^done,a',
    '^done,a=',
    '^done,a="',
    '^done,a="\\"',
    '^done,a={',
    '^done,a=[',
    '^done,a={b="1"',
    '^done,a={b="1",}',
    '^done a',
    '^done,a="1"x',
    '~text',
    '~"a" b',
    '12',
    '*',
    '99999999999999999999^done',
    '1~"a"',
    '(gdb) x',
  ];
  for (const line of malformed) {
    it(`finds no record in '${line}', and keeps it`, () => {
      const record = parseRecord(line);
      assert.ok(record.kind === 'malformed');
      assert.equal(record.line, line);
    });
  }

  it('does not follow a nesting that would cost the stack', () => {
    for (const [open, close] of [
      ['[', ']'],
      ['{a=', '}'],
    ] as const) {
      const deep = (depth: number) => parseRecord(`^done,a=${open.repeat(depth)}""${close.repeat(depth)}`).kind;
      assert.equal(deep(100), 'result');
      assert.equal(deep(1_000_000), 'malformed');
    }
  });

  it('reads a string of backslashes and quotes in linear time', () => {
    const text = '\\"'.repeat(200_000);
    const record = parseRecord(`~"${text}${'\\\\'.repeat(200_000)}"`);
    assert.ok(record.kind === 'console');
    assert.equal(record.text.length, 400_000);
  });

  it('never throws, whatever the bytes', () => {
    const bytes = fc.uint8Array().map(array => Buffer.from(array));
    const alike = fc.array(
      fc.constantFrom('^', '*', '=', '~', 'done', ',', 'a', '"', '\\', '{', '}', '[', ']', '1', '\\303'),
    );
    fc.assert(
      fc.property(
        fc.oneof(
          bytes,
          fc.string(),
          alike.map(parts => parts.join('')),
        ),
        line => {
          parseRecord(line);
        },
      ),
    );
  });

  it('gives back every value that a printer writes', () => {
    const { value } = fc.letrec<{ value: MiValue }>(tie => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.string({ unit: 'grapheme' }),
        fc.dictionary(fc.stringMatching(/^[a-z][a-z_-]{0,8}$/), tie('value')),
        fc.array(tie('value')),
      ),
    }));
    fc.assert(
      fc.property(value, expected => {
        const record = parseRecord(Buffer.from(`5^done,value=${printValue(expected)}`, 'latin1'));
        assert.ok(record.kind === 'result', JSON.stringify(record));
        // A dictionary of fast-check has no prototype.
        assert.equal(JSON.stringify(record.results.value), JSON.stringify(expected));
      }),
    );
  });
});
