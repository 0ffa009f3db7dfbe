import { constants } from 'node:os';
import type { DebugProtocol as D } from '@vscode/debugprotocol';
import type { StoppedEvent } from '../mi/events.js';
import { cppEventOf, type Catchpoint } from './consoleCatchpoints.js';

/**
 * The body of DAP's `stopped` for a stop of gdb's.
 *
 * @param breakpointIds the DAP ids of the user's breakpoints that were hit
 * @param asked whether the user has asked for the stop, whatever gdb calls it
 */
export function stoppedBody(
  stop: StoppedEvent,
  breakpointIds: readonly number[],
  asked: boolean,
): D.StoppedEvent['body'] {
  const where = stop.threadId === undefined ? {} : { threadId: stop.threadId };
  const reason = asked ? { reason: 'pause' } : describe(stop, breakpointIds);
  return { ...reason, ...where, allThreadsStopped: true };
}

/** Whether the program has ended. */
export function isEnd({ reason }: StoppedEvent): boolean {
  return reason === 'exited' || reason === 'exited-normally' || reason === 'exited-signalled';
}

/** What a shell would say of the program's end: its exit code, or 128 and the number of the signal that ended it. */
export function exitCodeOf(stop: StoppedEvent): number {
  if (stop.reason !== 'exited-signalled') return stop.exitCode ?? 0;
  const number = (constants.signals as Readonly<Record<string, number>>)[stop.signalName ?? ''];
  return 128 + (number ?? 0);
}

type Reason = Omit<D.StoppedEvent['body'], 'threadId' | 'allThreadsStopped'>;

function describe(stop: StoppedEvent, breakpointIds: readonly number[]): Reason {
  const hit = breakpointIds.length > 0 ? { hitBreakpointIds: [...breakpointIds] } : {};
  if (stop.reason === undefined) return unnamed(stop);
  switch (stop.reason) {
    case 'breakpoint-hit':
      return { reason: 'breakpoint', ...hit };
    case 'end-stepping-range':
    case 'function-finished':
    case 'location-reached':
      return { reason: 'step' };
    case 'signal-received':
      return signal(stop);
    case 'watchpoint-trigger':
    case 'read-watchpoint-trigger':
    case 'access-watchpoint-trigger':
      return { reason: 'data breakpoint', ...hit, ...watched(stop) };
    case 'watchpoint-scope':
      return {
        reason: 'data breakpoint',
        ...hit,
        description: 'Paused where a watched variable ends',
        ...watched(stop),
      };
    case 'fork':
    case 'vfork':
    case 'exec':
    case 'syscall-entry':
    case 'syscall-return':
    case 'solib-event':
      return caught(stop, undefined);
    case 'no-history':
      return { reason: 'step', description: 'Reached the end of the recorded execution' };
    case 'exited':
    case 'exited-normally':
    case 'exited-signalled':
      return { reason: 'pause', description: 'The program has ended' };
  }
}

/** gdb names no reason after an attach; a word that is newer than this code is shown as it is. */
function unnamed(stop: StoppedEvent): Reason {
  const word = stop.reasons[0];
  return { reason: 'pause', description: word === undefined ? 'Paused' : `Paused: ${word}` };
}

function signal(stop: StoppedEvent): Reason {
  const { signalName, signalMeaning } = stop;
  if (signalName === undefined || signalName === '0') return { reason: 'pause' };
  return {
    reason: 'exception',
    description: `Paused on ${signalName}`,
    text: signalMeaning === undefined ? signalName : `${signalName}: ${signalMeaning}`,
  };
}

/** A stop at a catchpoint: for DAP it is a breakpoint, which the client has not set; only the text can say what it has caught. */
export function caught(stop: StoppedEvent, catchpoint: Catchpoint | undefined): Reason {
  const name =
    catchpoint === undefined
      ? ''
      : `${catchpoint.isTemporary ? 'Temporary catchpoint' : 'Catchpoint'} ${catchpoint.number}: `;
  const event = eventOf(stop, catchpoint);
  return { reason: 'breakpoint', description: `Paused on ${event}`, text: `${name}${event}` };
}

function eventOf(stop: StoppedEvent, catchpoint: Catchpoint | undefined): string {
  const { reason, systemCall, newProcessId, newProgram } = stop;
  if (newProcessId !== undefined) return `${reason ?? 'fork'} of process ${newProcessId}`;
  if (newProgram !== undefined) return `exec of ${newProgram}`;
  if (reason === 'syscall-entry') return `the call of ${systemCall ?? '?'}`;
  if (reason === 'syscall-return') return `the return from ${systemCall ?? '?'}`;
  if (reason === 'solib-event') return `${catchpoint?.type ?? 'load'} of a library`;
  if (catchpoint === undefined) return reason ?? 'an event';
  const event = cppEventOf(catchpoint);
  if (event !== undefined) return `${event} of an exception`;
  return catchpoint.what === undefined ? catchpoint.type : `${catchpoint.type} ${catchpoint.what}`;
}

/** What has become of a watched value, in one line. */
function watched({ watches }: StoppedEvent): { text?: string } {
  const [first] = watches;
  if (first?.expression === undefined) return {};
  if (first.new !== undefined) return { text: `${first.expression}: ${first.old ?? '?'} -> ${first.new}` };
  return { text: first.value === undefined ? first.expression : `${first.expression} = ${first.value}` };
}
