import assert from 'node:assert/strict';

/** What one step has cost in commands for gdb. */
export interface StepCost {
  /** Commands until gdb told the stop, the step's own first. */
  readonly step: readonly string[];
  /** Commands between the stop and the end of the session. */
  readonly behind: readonly string[];
}

/**
 * The last step of a session and what gdb was asked behind it.
 *
 * For the trace of a session that is over: until then a part of it may still be in the pipe of the adapter's
 * diagnostics, behind answers that have come by another.
 */
export function lastStepIn(trace: string): StepCost {
  const rest = trace.slice(trace.search(/gdb <- \d+-exec-next(?![^]*gdb <- \d+-exec-next)/));
  const [step = '', ...stops] = rest.split(/^.*gdb -> \*stopped,.*$/m);
  assert.equal(stops.length, 1, `one stop behind the last step of ${trace}`);
  const [behind = ''] = (stops[0] ?? '').split(/^.*gdb <- \d+-gdb-exit$/m);
  return { step: commandsIn(step), behind: commandsIn(behind) };
}

/** The MI commands in the trace of a session that is over, without their tokens. */
export function commandsIn(trace: string): string[] {
  return [...trace.matchAll(/gdb <- \d+(-.*)/g)].map(match => match[1] ?? '');
}
