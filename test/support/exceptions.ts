import assert from 'node:assert/strict';
import type { DebugProtocol as D } from '@vscode/debugprotocol';
import type { Events } from '../../src/dap/protocol.js';
import type { DebugSession } from './debugSession.js';

/** What a client asks for: a filter's id, or a filter with a condition. */
export type Wanted = string | { readonly filterId: string; readonly condition: string };

/** Sets exception filters as a client does that knows conditions. */
export async function setFilters(session: DebugSession, ...wanted: readonly Wanted[]): Promise<D.Breakpoint[]> {
  const filterOptions = wanted.map(each => (typeof each === 'string' ? { filterId: each } : { ...each }));
  const body = await session.client.request('setExceptionBreakpoints', { filters: [], filterOptions });
  assert.equal(body?.breakpoints?.length, wanted.length, 'one answer for each filter');
  return body.breakpoints;
}

/** What the client can tell its user of a stop on an exception. */
export interface Told {
  readonly stop: Events['stopped'];
  readonly info: D.ExceptionInfoResponse['body'];
}

/** Asks for what there is to know of the exception that a stop tells of. */
export async function infoOf(session: DebugSession, stop: Events['stopped']): Promise<Told> {
  assert.equal(stop.reason, 'exception', JSON.stringify(stop));
  return { stop, info: await session.client.request('exceptionInfo', { threadId: stop.threadId ?? 0 }) };
}

/** Runs on to the next stop, or to the program's end. */
export async function goOn(session: DebugSession, threadId: number): Promise<Events['stopped'] | undefined> {
  const end = await session.client.stepAndWait('continue', threadId);
  return end.kind === 'stopped' ? end.body : undefined;
}
