import type { DebugProtocol } from '@vscode/debugprotocol';
import { messageOf, RequestError } from '../util/errors.js';
import type { Logger } from '../util/log.js';

/** The short forms that the protocol itself defines for `Response.message`; clients act on them. */
const PREDEFINED = new Set(['cancelled', 'notStopped']);

/** The refusal of a request whose client has cancelled it. */
export function cancelledError(): RequestError {
  return new RequestError('nobody', 'cancelled', 'The request was cancelled.');
}

/**
 * The response to a request that failed with `error`.
 *
 * A RequestError is told as it stands: shown to the user unless nobody is to blame. Anything else is a defect of ours:
 * it is logged with its stack, and said to be one.
 */
export function errorResponse(request: DebugProtocol.Request, error: unknown, log: Logger): DebugProtocol.Response {
  const known = asRequestError(request.command, error);
  if (known.blame === 'internal') log.error(`Request '${request.command}' failed`, error);
  else log.debug(`Request '${request.command}' refused: ${known.message}`);
  const response: DebugProtocol.ErrorResponse = {
    seq: 0, // given by the wire
    type: 'response',
    request_seq: request.seq,
    command: request.command,
    success: false,
    message: PREDEFINED.has(known.code) ? known.code : known.message,
    body: {
      error: {
        id: idOf(known.code),
        format: known.message,
        showUser: known.blame !== 'nobody',
        variables: { code: known.code },
      },
    },
  };
  return response;
}

function asRequestError(command: string, error: unknown): RequestError {
  if (error instanceof RequestError && error.blame !== 'internal') return error;
  const code = error instanceof RequestError ? error.code : 'internalError';
  const text = `'${command}' failed by a defect of the adapter: ${messageOf(error)}. Please report it with the log.`;
  return new RequestError('internal', code, text, { cause: error });
}

/** The protocol wants a number per kind of message: 31 bits of FNV-1a over the code, stable from version to version. */
function idOf(code: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(code)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash & 0x7fffffff;
}
