import type {
  AsyncRecord,
  MalformedRecord,
  MiField,
  MiList,
  MiRecord,
  MiTuple,
  MiValue,
  StreamRecord,
} from './record.js';

/** gdb nests tuples and lists about ten deep; a line that nests deeper is hostile or no MI, and must not cost us the stack. */
const MAX_NESTING = 200;

const ASYNC_KINDS: Readonly<Record<string, AsyncRecord['kind']>> = { '*': 'exec', '+': 'status', '=': 'notify' };
const STREAM_KINDS: Readonly<Record<string, StreamRecord['kind']>> = { '~': 'console', '@': 'target', '&': 'log' };

/** What a backslash and one letter mean in gdb's c-strings (gdb/utils.c, `print_one_char`); other characters mean themselves. */
const ESCAPED_BYTES: Readonly<Record<string, number>> = { a: 7, b: 8, t: 9, n: 10, v: 11, f: 12, r: 13, e: 27 };

class SyntaxFault extends Error {}

/**
 * Parses one line that gdb wrote in its machine interface (gdb manual, "GDB/MI Output Syntax"), without its newline.
 *
 * Beyond the grammar it takes what gdb really prints: a blank or carriage return at the end, unnamed values among a
 * record's results (several locations in mi2), tuples of plain values (`script={"silent"}` before mi4).
 *
 * @param line bytes as gdb wrote them; a string stands for its UTF-8 bytes
 * @returns never throws: a line that is no record gives a {@link MalformedRecord}
 */
export function parseRecord(line: Buffer | string): MiRecord {
  const bytes = typeof line === 'string' ? Buffer.from(line) : line;
  // One character per byte: positions stay byte positions, and slices cost nothing.
  const text = bytes.toString('latin1').replace(/[ \t\r]+$/, '');
  try {
    return new RecordParser(text).record();
  } catch (error) {
    if (error instanceof SyntaxFault) {
      return malformed(bytes, error.message);
    }
    throw error;
  }
}

function malformed(bytes: Buffer, reason: string): MalformedRecord {
  return { kind: 'malformed', line: bytes.toString(), reason };
}

class RecordParser {
  private position = 0;

  /** @param text one character per byte */
  constructor(private readonly text: string) {}

  record(): MiRecord {
    if (this.text === '(gdb)') {
      return { kind: 'prompt' };
    }
    const stream = STREAM_KINDS[this.text.charAt(0)];
    if (stream !== undefined) {
      this.position = 1;
      const text = this.cString();
      this.expectEnd();
      return { kind: stream, text };
    }
    const token = this.token();
    const sigil = this.take();
    const asyncKind = ASYNC_KINDS[sigil];
    if (sigil !== '^' && asyncKind === undefined) {
      throw new SyntaxFault('no record starts like this');
    }
    const recordClass = this.word();
    const fields = this.trailingFields();
    const results = tupleOf(fields);
    return asyncKind === undefined
      ? { kind: 'result', token, resultClass: recordClass, results }
      : { kind: asyncKind, token, asyncClass: recordClass, results, fields };
  }

  private token(): number | undefined {
    const start = this.position;
    while (isDigit(this.text.charCodeAt(this.position))) {
      this.position += 1;
    }
    if (this.position === start) {
      return undefined;
    }
    const token = Number(this.text.slice(start, this.position));
    if (!Number.isSafeInteger(token)) {
      throw new SyntaxFault('the token is no safe integer');
    }
    return token;
  }

  /** `,result,result...` up to the end of the line. */
  private trailingFields(): MiField[] {
    const fields: MiField[] = [];
    while (this.position < this.text.length) {
      this.expect(',');
      fields.push(this.field(0));
    }
    return fields;
  }

  /** `name=value`, or a value alone, whose name is then empty. */
  private field(depth: number): MiField {
    const first = this.text.charAt(this.position);
    if (first === '"' || first === '{' || first === '[') {
      return { name: '', value: this.value(depth) };
    }
    const name = this.word();
    this.expect('=');
    return { name, value: this.value(depth) };
  }

  private value(depth: number): MiValue {
    if (depth > MAX_NESTING) {
      throw new SyntaxFault(`nested deeper than ${MAX_NESTING}`);
    }
    switch (this.text.charAt(this.position)) {
      case '"':
        return this.cString();
      case '{': {
        const fields = this.enclosedFields('}', depth + 1);
        return fields.length > 0 && fields.every(({ name }) => name === '') ? listOf(fields) : tupleOf(fields);
      }
      case '[':
        return listOf(this.enclosedFields(']', depth + 1));
      default:
        throw new SyntaxFault(`no value at byte ${this.position}`);
    }
  }

  private enclosedFields(close: string, depth: number): MiField[] {
    this.position += 1;
    const fields: MiField[] = [];
    if (this.text.charAt(this.position) === close) {
      this.position += 1;
      return fields;
    }
    for (;;) {
      fields.push(this.field(depth));
      if (this.text.charAt(this.position) === close) {
        this.position += 1;
        return fields;
      }
      this.expect(',');
    }
  }

  /** The name of a class or of a variable. */
  private word(): string {
    const start = this.position;
    while (isWordByte(this.text.charCodeAt(this.position))) {
      this.position += 1;
    }
    if (this.position === start) {
      throw new SyntaxFault(`no name at byte ${start}`);
    }
    return this.text.slice(start, this.position);
  }

  private cString(): string {
    this.expect('"');
    const start = this.position;
    let quote = this.text.indexOf('"', start);
    while (quote !== -1 && this.isEscaped(quote, start)) {
      quote = this.text.indexOf('"', quote + 1);
    }
    if (quote === -1) {
      throw new SyntaxFault(`the string at byte ${start - 1} does not end`);
    }
    this.position = quote + 1;
    return decodeCString(this.text.slice(start, quote));
  }

  /** Whether an odd number of backslashes stands before `position`. Linear over a whole string: each run is counted once. */
  private isEscaped(position: number, start: number): boolean {
    let first = position;
    while (first > start && this.text.charAt(first - 1) === '\\') {
      first -= 1;
    }
    return (position - first) % 2 === 1;
  }

  private take(): string {
    const character = this.text.charAt(this.position);
    this.position += 1;
    return character;
  }

  private expect(character: string): void {
    if (this.take() !== character) {
      throw new SyntaxFault(`no '${character}' at byte ${this.position - 1}`);
    }
  }

  private expectEnd(): void {
    if (this.position !== this.text.length) {
      throw new SyntaxFault(`more text at byte ${this.position}`);
    }
  }
}

function tupleOf(fields: readonly MiField[]): MiTuple {
  // fromEntries defines own properties, so that a field named `__proto__` stays a field.
  return Object.fromEntries(fields.filter(({ name }) => name !== '').map(({ name, value }) => [name, value]));
}

function listOf(fields: readonly MiField[]): MiList {
  return fields.map(({ value }) => value);
}

/**
 * gdb escapes each byte of a character outside ASCII, or some of them, as octal: so escapes become bytes first, and only
 * the whole is decoded as UTF-8.
 *
 * @param raw the inside of a c-string, one character per byte
 */
function decodeCString(raw: string): string {
  // Plain ASCII, which most values are, stands for itself.
  if (!/[\\\u0080-\u00ff]/.test(raw)) {
    return raw;
  }
  const bytes = Buffer.allocUnsafe(raw.length);
  let length = 0;
  let position = 0;
  while (position < raw.length) {
    const backslash = raw.indexOf('\\', position);
    const plainEnd = backslash === -1 ? raw.length : backslash;
    if (plainEnd > position) {
      length += bytes.write(raw.slice(position, plainEnd), length, 'latin1');
    }
    if (backslash === -1) {
      break;
    }
    const octal = octalLength(raw, backslash + 1);
    if (octal > 0) {
      bytes[length] = parseInt(raw.slice(backslash + 1, backslash + 1 + octal), 8) & 0xff;
    } else {
      const letter = raw.charAt(backslash + 1);
      bytes[length] = ESCAPED_BYTES[letter] ?? letter.charCodeAt(0);
    }
    length += 1;
    position = backslash + 1 + Math.max(octal, 1);
  }
  return bytes.toString('utf8', 0, length);
}

function octalLength(text: string, start: number): number {
  let length = 0;
  while (length < 3 && isOctalDigit(text.charCodeAt(start + length))) {
    length += 1;
  }
  return length;
}

function isOctalDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x37;
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

/** Letters, digits, `-` and `_`: what the names in gdb's output are made of. */
function isWordByte(byte: number): boolean {
  return (
    isDigit(byte) || (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a) || byte === 0x2d || byte === 0x5f
  );
}
