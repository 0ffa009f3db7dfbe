import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type DecodedMessage, encodeFrame, FrameDecoder } from '../../../src/dap/framing.js';

const GOOD = { seq: 7, type: 'request', command: 'threads' };
const GOOD_JSON = JSON.stringify(GOOD);
const GOOD_FRAME = `Content-Length: ${GOOD_JSON.length}\r\n\r\n${GOOD_JSON}`;

interface Decoded {
  readonly messages: DecodedMessage[];
  readonly problems: string[];
}

function decode(chunks: readonly (string | Buffer)[], maxBytes?: number): Decoded {
  const problems: string[] = [];
  const decoder = new FrameDecoder(problem => problems.push(problem), maxBytes);
  const messages = chunks.flatMap(chunk => decoder.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk));
  return { messages, problems };
}

function bytewise(text: string): Buffer[] {
  return [...Buffer.from(text)].map(byte => Buffer.from([byte]));
}

describe('FrameDecoder', () => {
  for (const [name, frame] of [
    ['the usual header', GOOD_FRAME],
    ['a header in lower case', GOOD_FRAME.replace('Content-Length', 'content-length')],
    ['a header in upper case', GOOD_FRAME.replace('Content-Length', 'CONTENT-LENGTH')],
    ['no blank behind the colon', GOOD_FRAME.replace(': ', ':')],
    ['blanks around the colon and behind the value', GOOD_FRAME.replace(': ', ' :\t ').replace('\r\n', '  \r\n')],
    ['other headers before and behind', `Content-Type: x\r\n${GOOD_FRAME.replace('\r\n', '\r\nX-Other: a:b\r\n')}`],
    ['the same length twice', GOOD_FRAME.replace('\r\n', `\r\nContent-Length: ${GOOD_JSON.length}\r\n`)],
  ] as const) {
    it(`decodes a message with ${name}, whole or byte by byte`, () => {
      assert.deepEqual(decode([frame]), { messages: [GOOD], problems: [] });
      assert.deepEqual(decode(bytewise(frame)), { messages: [GOOD], problems: [] });
    });
  }

  /** Each is followed by a good message, which must not be lost. */
  const malformed: readonly (readonly [name: string, input: string, problem: RegExp])[] = [
    ['a negative length', `Content-Length: -5\r\n\r\n${GOOD_JSON}`, /Content-Length of "-5"/],
    ['a length that is no number', `Content-Length: abc\r\n\r\n${GOOD_JSON}`, /Content-Length of "abc"/],
    ['a hexadecimal length', `Content-Length: 0x10\r\n\r\n${GOOD_JSON}`, /Content-Length of "0x10"/],
    ['an empty length', `Content-Length: \r\n\r\n${GOOD_JSON}`, /Content-Length of ""/],
    ['a length of 20 digits', `Content-Length: 99999999999999999999\r\n\r\n{}`, /Content-Length of "9{20}"/],
    ['an absurd length', `Content-Length: 9999999999999998\r\n\r\n{}`, /9999999999999998 bytes; the limit/],
    ['a header without length', `Content-Type: x\r\n\r\n${GOOD_JSON}`, /without Content-Length/],
    ['an empty header', `\r\n\r\n${GOOD_JSON}`, /malformed header line ""/],
    ['a line that is no header', `hello\r\n\r\n`, /malformed header line "hello"/],
    ['line feeds instead of line ends', `Content-Length: 2\n\n{}`, /malformed header line|Content-Length of/],
    ['JSON that is cut short', `Content-Length: 7\r\n\r\n{"a": 1`, /no JSON/],
    ['an empty body', `Content-Length: 0\r\n\r\n`, /no JSON/],
    ['a body that is a number', `Content-Length: 2\r\n\r\n42`, /no object with a type/],
    ['a body that is null', `Content-Length: 4\r\n\r\nnull`, /no object with a type/],
    ['an object without a type', `Content-Length: 2\r\n\r\n{}`, /no object with a type/],
    ['a length that is too small', `Content-Length: 5\r\n\r\n${GOOD_JSON}`, /no JSON/],
    [
      'a length that reaches into the next header',
      `Content-Length: ${GOOD_JSON.length + 9}\r\n\r\n${GOOD_JSON}`,
      /no JSON/,
    ],
    [
      'a length that swallows the next header',
      `Content-Length: ${GOOD_JSON.length + GOOD_FRAME.length}\r\n\r\n${GOOD_JSON}`,
      /no JSON/,
    ],
    ['garbage of 20,000 bytes', 'x'.repeat(20_000), /no header/],
  ];
  for (const [name, input, problem] of malformed) {
    it(`reports ${name} once and decodes the message behind it, whole or byte by byte`, () => {
      for (const chunks of [[input + GOOD_FRAME], bytewise(input + GOOD_FRAME)]) {
        const { messages, problems } = decode(chunks);
        assert.deepEqual(messages, [GOOD]);
        assert.equal(problems.length, 1, problems.join('\n'));
        assert.match(problems[0] ?? '', problem);
      }
    });
  }

  it('takes the second of two different lengths in one header, and reports the header', () => {
    const { messages, problems } = decode([`Content-Length: 3\r\n${GOOD_FRAME}`]);
    assert.deepEqual(messages, [GOOD]);
    assert.match(problems.join(), /two different/);
  });

  it('skips a message over the limit and keeps nothing of it', () => {
    const big = encodeFrame({ seq: 1, type: 'request', text: 'Content-Length: 5\r\n\r\n'.repeat(100) });
    const { messages, problems } = decode([Buffer.concat([big, encodeFrame(GOOD)])], 1000);
    assert.deepEqual(messages, [GOOD]);
    assert.equal(problems.length, 1);
  });

  it('copies each byte of a body once, however small the chunks', () => {
    // Joining the chunks anew each time would copy 4 MB x 64 Ki / 2 = 128 GB and hit the test's time limit.
    const frame = encodeFrame({ seq: 1, type: 'event', text: 'x'.repeat(4 * 1024 * 1024) });
    const chunks = Array.from({ length: Math.ceil(frame.length / 64) }, (_, i) => frame.subarray(i * 64, i * 64 + 64));
    assert.equal(decode(chunks).messages.length, 1);
  });

  it('decodes any messages cut into any chunks, with garbage between them', () => {
    const message = fc.record({ seq: fc.nat(), type: fc.string(), body: fc.jsonValue() });
    const garbage = fc.constantFrom('', '', '\r\n', 'oops', '}', 'Content-Length: x\r\n\r\n', '\r\n\r\n');
    fc.assert(
      fc.property(
        fc.array(fc.tuple(garbage, message), { maxLength: 5 }),
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }),
        (items, sizes) => {
          const wire = Buffer.concat(items.flatMap(([junk, item]) => [Buffer.from(junk), encodeFrame(item)]));
          const chunks: Buffer[] = [];
          for (let at = 0, i = 0; at < wire.length; i++) {
            const size = sizes[i % sizes.length]!;
            chunks.push(wire.subarray(at, at + size));
            at += size;
          }
          assert.deepEqual(
            decode(chunks).messages,
            items.map(([, item]) => JSON.parse(JSON.stringify(item)) as unknown),
          );
        },
      ),
    );
  });
});

describe('encodeFrame', () => {
  it('counts bytes, not characters', () => {
    const frame = encodeFrame({ type: 'event', text: 'ä€😀' });
    assert.match(frame.toString('utf8'), /^Content-Length: 35\r\n\r\n\{"type":"event","text":"ä€😀"\}$/);
    assert.deepEqual(decode([frame]).messages, [{ type: 'event', text: 'ä€😀' }]);
  });
});
