import assert from 'node:assert/strict';
import type { StoppedEvent } from '../../../src/mi/events.js';
import { ConsoleCatchpoints, type Catchpoint } from '../../../src/session/consoleCatchpoints.js';
import { caught, stoppedBody } from '../../../src/session/stopReport.js';
import type { Breakpoint } from '../../../src/mi/breakpoint.js';

const STOP: StoppedEvent = { kind: 'stopped', reasons: [], stoppedThreads: 'all', watches: [], threadId: 1 };

function told(stop: Partial<StoppedEvent>, catchpoint?: Catchpoint): string[] {
  const body = stoppedBody({ ...STOP, ...stop }, [], false);
  const { reason, description, text } = catchpoint === undefined ? body : caught({ ...STOP, ...stop }, catchpoint);
  return [reason, description ?? '', text ?? ''];
}

function catchpoint(number: string, times: number, more: Partial<Breakpoint>): Breakpoint {
  const fixed = { enabled: true, disposition: 'keep', state: 'none', locations: [], ignore: 0, script: [] } as const;
  return { number, type: 'catchpoint', times, ...fixed, ...more };
}

describe('what is told of a stop', () => {
  it('names what a catchpoint of the debug console has caught', () => {
    const catchpoint = { number: '6', type: 'syscall', what: 'write', isTemporary: true };
    assert.deepEqual(told({ reason: 'syscall-entry', systemCall: 'write', breakpointNumber: '6' }, catchpoint), [
      'breakpoint',
      'Paused on the call of write',
      'Temporary catchpoint 6: the call of write',
    ]);
    assert.equal(told({ reason: 'syscall-return', systemCall: 'write' })[1], 'Paused on the return from write');
    assert.equal(told({ reason: 'fork', newProcessId: 12 })[1], 'Paused on fork of process 12');
    assert.equal(told({ reason: 'exec', newProgram: '/bin/true' })[1], 'Paused on exec of /bin/true');
  });

  it('shows how a watched value has changed', () => {
    const watches = [{ number: '2', expression: 'total', old: '1', new: '2' }];
    assert.deepEqual(told({ reason: 'watchpoint-trigger', watches }), ['data breakpoint', '', 'total: 1 -> 2']);
  });

  it('is the pause that the user asked for, whatever else there is to say', () => {
    const body = stoppedBody({ ...STOP, reason: 'signal-received', signalName: 'SIGSTOP' }, [], true);
    assert.deepEqual(body, { reason: 'pause', threadId: 1, allThreadsStopped: true });
  });
});

describe('the catchpoints of the debug console', () => {
  it('are known at a stop at which gdb names nothing, by their count of hits, until the program goes on', () => {
    const catchpoints = new ConsoleCatchpoints();
    catchpoints.onChanged(catchpoint('5', 0, { catchType: 'signal', what: 'SIGUSR1' }));
    assert.equal(catchpoints.hitBy(STOP), undefined);
    catchpoints.onChanged(catchpoint('5', 1, { catchType: 'signal', what: 'SIGUSR1' }));
    const hit = catchpoints.hitBy(STOP);
    assert.deepEqual(told({}, hit), ['breakpoint', 'Paused on signal SIGUSR1', 'Catchpoint 5: signal SIGUSR1']);
    catchpoints.onResumed();
    assert.equal(catchpoints.hitBy(STOP), undefined);
  });

  it('are known at their own stop though gdb has deleted them by then', () => {
    const catchpoints = new ConsoleCatchpoints();
    catchpoints.onChanged(catchpoint('6', 0, { catchType: 'syscall', what: 'write', disposition: 'del' }));
    catchpoints.onChanged(catchpoint('6', 1, { catchType: 'syscall', what: 'write', disposition: 'del' }));
    catchpoints.onDeleted('6');
    assert.equal(catchpoints.hitBy({ ...STOP, breakpointNumber: '6' })?.isTemporary, true);
  });

  it('are not mistaken for breakpoints', () => {
    const catchpoints = new ConsoleCatchpoints();
    catchpoints.onChanged(catchpoint('1', 0, { type: 'breakpoint' }));
    catchpoints.onChanged(catchpoint('1', 1, { type: 'breakpoint' }));
    assert.equal(catchpoints.hitBy({ ...STOP, breakpointNumber: '1' }), undefined);
  });
});
