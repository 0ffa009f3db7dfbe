import type { DebugProtocol } from '@vscode/debugprotocol';
import { messageOf } from '../util/errors.js';

/** A JSON object with a `type`; its other members are not checked. */
export type DecodedMessage = DebugProtocol.ProtocolMessage;

/** Told of each stretch of input that is no message, in words for the log. */
export type FramingErrorListener = (problem: string) => void;

/** No request of a real client comes near: a `writeMemory` of 48 MB would. */
export const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;

/** A client that has sent this much without the blank line that ends a header sends no header at all. */
const MAX_HEADER_BYTES = 8 * 1024;

/** A field of a header (RFC 7230 token, colon, value): the protocol says that the header is "similar to HTTP". */
const FIELD = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+)[ \t]*:[ \t]*(.*?)[ \t]*$/;

/**
 * Where the search for the next message resumes. A JSON text cannot hold this by accident: between the tokens no such
 * word occurs, and inside a string the line break would be escaped.
 */
const NEXT_HEADER = /content-length[ \t]{0,4}:[ \t]{0,4}[0-9]{1,16}[ \t]{0,4}\r\n/i;
const NEXT_HEADER_MAX_LENGTH = 'content-length'.length + 4 + 1 + 4 + 16 + 4 + 2;

type DecoderState =
  | { readonly kind: 'header' }
  | { readonly kind: 'body'; readonly bytes: Buffer; filled: number }
  /** Something was wrong; everything up to the next header is dropped. */
  | { readonly kind: 'lost' };

/**
 * Cuts a stream of bytes into the messages of the Debug Adapter Protocol (its specification, "Base Protocol").
 *
 * Whatever is wrong with one message (no length, a negative or absurd one, a header that is none, broken JSON, a length
 * that does not fit), the listener is told, and the messages behind it are decoded.
 */
export class FrameDecoder {
  readonly #onError: FramingErrorListener;
  readonly #maxBytes: number;
  /** Bytes not consumed yet: at most a header and one chunk, since a body is copied to its own buffer as it comes. */
  #input: Buffer = Buffer.alloc(0);
  #state: DecoderState = { kind: 'header' };

  constructor(onError: FramingErrorListener, maxBytes: number = MAX_MESSAGE_BYTES) {
    this.#onError = onError;
    this.#maxBytes = maxBytes;
  }

  /** Takes the next bytes; returns the messages that they complete, in order. */
  push(chunk: Buffer): DecodedMessage[] {
    this.#input = this.#input.length === 0 ? chunk : Buffer.concat([this.#input, chunk]);
    const messages: DecodedMessage[] = [];
    while (this.#advance(messages));
    return messages;
  }

  /** @returns whether there may be more to do with the bytes at hand */
  #advance(messages: DecodedMessage[]): boolean {
    switch (this.#state.kind) {
      case 'header':
        return this.#readHeader();
      case 'body':
        return this.#readBody(this.#state, messages);
      case 'lost':
        return this.#findHeader();
    }
  }

  #readHeader(): boolean {
    const end = this.#input.indexOf('\r\n\r\n');
    if (end > MAX_HEADER_BYTES || (end === -1 && this.#input.length > MAX_HEADER_BYTES)) {
      return this.#lose('no header in the first bytes of a message', 1);
    }
    if (end === -1) return false;
    const length = contentLength(this.#input.toString('latin1', 0, end));
    // Skipping one byte of a bad header suffices: the search goes on behind its first letter.
    if (typeof length === 'string') return this.#lose(length, 1);
    if (length > this.#maxBytes) {
      return this.#lose(`a message of ${length} bytes; the limit is ${this.#maxBytes}`, end + 4);
    }
    this.#input = this.#input.subarray(end + 4);
    // Not filled with zeros, so a length that is never delivered costs address space alone.
    this.#state = { kind: 'body', bytes: Buffer.allocUnsafe(length), filled: 0 };
    return true;
  }

  #readBody(body: { readonly bytes: Buffer; filled: number }, messages: DecodedMessage[]): boolean {
    const copied = this.#input.copy(body.bytes, body.filled);
    body.filled += copied;
    this.#input = this.#input.subarray(copied);
    if (body.filled < body.bytes.length) return false;
    const message = parseMessage(body.bytes);
    if (typeof message !== 'string') {
      messages.push(message);
      this.#state = { kind: 'header' };
      return true;
    }
    // The length may have been too large, so that the body swallowed the next header: search from the body's start.
    this.#input = Buffer.concat([body.bytes, this.#input]);
    return this.#lose(message, 0);
  }

  #findHeader(): boolean {
    const found = NEXT_HEADER.exec(this.#input.toString('latin1'));
    if (found === null) {
      this.#input = this.#input.subarray(Math.max(0, this.#input.length - NEXT_HEADER_MAX_LENGTH));
      return false;
    }
    this.#input = this.#input.subarray(found.index);
    this.#state = { kind: 'header' };
    return true;
  }

  #lose(problem: string, skip: number): true {
    this.#input = this.#input.subarray(skip);
    this.#state = { kind: 'lost' };
    this.#onError(problem);
    return true;
  }
}

/** The length that a header (without its final blank line) declares, or what is wrong with it. */
function contentLength(header: string): number | string {
  let length: number | undefined;
  for (const line of header.split('\r\n')) {
    const field = FIELD.exec(line);
    if (field === null) return `a malformed header line ${quote(line)}`;
    if (field[1]?.toLowerCase() !== 'content-length') continue;
    const value = field[2] ?? '';
    if (!/^[0-9]{1,16}$/.test(value)) return `a Content-Length of ${quote(value)}`;
    if (length !== undefined && length !== Number(value)) return `two different Content-Length in one header`;
    length = Number(value);
  }
  return length ?? `a header without Content-Length: ${quote(header)}`;
}

/** The message in `bytes`, or what is wrong with it. */
function parseMessage(bytes: Buffer): DecodedMessage | string {
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    return `a message that is no JSON (${messageOf(error)})`;
  }
  return isMessage(value) ? value : 'a message that is no object with a type';
}

function isMessage(value: unknown): value is DecodedMessage {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}

function quote(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}...` : text);
}

/**
 * Encodes a message with its header.
 *
 * @throws TypeError if JSON cannot express it (a bigint, a cycle)
 */
export function encodeFrame(message: object): Buffer {
  const json = Buffer.from(JSON.stringify(message), 'utf8');
  return Buffer.concat([Buffer.from(`Content-Length: ${json.length}\r\n\r\n`, 'latin1'), json]);
}
