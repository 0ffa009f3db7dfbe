import { sampleSource } from '../support/debugSession.js';
import type { FaultSession } from './faultSession.js';

/** What requests refer to, as a client has learnt it at a stop. */
export interface Place {
  readonly threadId: number;
  readonly frameId: number;
  readonly variablesReference: number;
  readonly instructionReference: string;
}

/** Asks for what a client knows at a stop. */
export async function placeOf(session: FaultSession): Promise<Place> {
  const { client } = session;
  const threadId = session.eventsOf('stopped').at(-1)?.threadId ?? 1;
  const { stackFrames } = await client.request('stackTrace', { threadId, levels: 1 });
  const frameId = stackFrames[0]?.id ?? 0;
  const { scopes } = await client.request('scopes', { frameId });
  const variablesReference = scopes[0]?.variablesReference ?? 0;
  const instructionReference = stackFrames[0]?.instructionPointerReference ?? '0x0';
  return { threadId, frameId, variablesReference, instructionReference };
}

/** A request of each kind that a client sends while a program is debugged. */
export const REQUESTS: Readonly<Record<string, (place: Place) => Readonly<Record<string, unknown>>>> = {
  threads: () => ({}),
  stackTrace: ({ threadId }) => ({ threadId, startFrame: 0, levels: 20 }),
  scopes: ({ frameId }) => ({ frameId }),
  variables: ({ variablesReference }) => ({ variablesReference }),
  setVariable: ({ variablesReference }) => ({ variablesReference, name: 'sum', value: '3' }),
  setExpression: ({ frameId }) => ({ expression: 'sum', value: '4', frameId }),
  evaluate: ({ frameId }) => ({ expression: 'local_shape', frameId, context: 'watch' }),
  completions: ({ frameId }) => ({ text: 'glob', column: 5, frameId }),
  next: ({ threadId }) => ({ threadId }),
  stepIn: ({ threadId }) => ({ threadId }),
  stepOut: ({ threadId }) => ({ threadId }),
  stepInTargets: ({ frameId }) => ({ frameId }),
  gotoTargets: () => ({ source: { path: sampleSource('plain.c') }, line: 200 }),
  continue: ({ threadId }) => ({ threadId }),
  pause: ({ threadId }) => ({ threadId }),
  setBreakpoints: () => ({ source: { path: sampleSource('plain.c') }, breakpoints: [{ line: 75 }, { line: 80 }] }),
  breakpointLocations: () => ({ source: { path: sampleSource('plain.c') }, line: 75 }),
  setFunctionBreakpoints: () => ({ breakpoints: [{ name: 'add' }] }),
  setInstructionBreakpoints: ({ instructionReference }) => ({ breakpoints: [{ instructionReference, offset: 4 }] }),
  setExceptionBreakpoints: () => ({ filters: [] }),
  dataBreakpointInfo: ({ frameId }) => ({ name: 'global_counter', frameId }),
  setDataBreakpoints: () => ({ breakpoints: [] }),
  exceptionInfo: ({ threadId }) => ({ threadId }),
  readMemory: ({ instructionReference }) => ({ memoryReference: instructionReference, count: 16 }),
  disassemble: ({ instructionReference }) => ({ memoryReference: instructionReference, instructionCount: 5 }),
  modules: () => ({}),
  loadedSources: () => ({}),
  'rseq/regions': () => ({}),
  restart: () => ({}),
  terminate: () => ({}),
  disconnect: () => ({}),
};
