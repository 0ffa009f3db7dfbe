import type { DebugProtocol as D } from '@vscode/debugprotocol';
import type { Breakpoint } from '../mi/breakpoint.js';
import { formatAddress } from '../util/address.js';
import type { Entry } from './breakpointTable.js';

/** What the client is told of a breakpoint of the user's. */
export function describe(entry: Entry): D.Breakpoint {
  const { id, place, problem, moved, atPlace } = entry;
  const source = place.kind === 'source' ? { source: { path: place.path } } : {};
  if (problem !== undefined) return { id, verified: false, message: problem, reason: 'failed', ...source };
  if (moved !== undefined) {
    return {
      id,
      verified: true,
      message: moved.message,
      ...source,
      ...(moved.line === undefined ? {} : { line: moved.line }),
    };
  }
  if (entry.isJudged && entry.planted.size > 0) {
    return {
      id,
      verified: true,
      message: 'Kept inside a restartable sequence: each hit costs one attempt.',
      ...source,
    };
  }
  if (atPlace === undefined) {
    return { id, verified: false, reason: 'pending', message: 'It is set when code is loaded there.', ...source };
  }
  if (atPlace.state === 'pending') {
    const message = 'No code that is loaded has this place; it is set when a library brings it.';
    return { id, verified: false, reason: 'pending', message, ...source };
  }
  return { id, verified: true, ...source, ...positionOf(atPlace) };
}

function positionOf(breakpoint: Breakpoint): Partial<D.Breakpoint> {
  const at = breakpoint.locations[0] ?? breakpoint;
  const path = at.fullname ?? at.file;
  return {
    ...(at.line === undefined ? {} : { line: at.line }),
    ...(path === undefined ? {} : { source: { path } }),
    ...(at.address === undefined ? {} : { instructionReference: formatAddress(at.address) }),
  };
}
