import type { DebugProtocol as D } from '@vscode/debugprotocol';
import type { StoppedEvent, WatchTrigger } from '../mi/events.js';
import { defined } from '../mi/fields.js';

const TRIGGERS: readonly string[] = ['watchpoint-trigger', 'read-watchpoint-trigger', 'access-watchpoint-trigger'];

/** Whether watchpoints, and nothing else, have stopped the target. */
export function isTriggered({ reasons, watches }: StoppedEvent): boolean {
  return watches.length > 0 && reasons.length > 0 && reasons.every(reason => TRIGGERS.includes(reason));
}

/**
 * Whether an access that gdb has told of is one of a kind. The processor does not tell reads from writes: gdb names an old
 * value where it has changed, so a write of the value that was there before counts as a read.
 */
export function concerns(access: D.DataBreakpointAccessType, trigger: WatchTrigger): boolean {
  const isChanged = trigger.old !== undefined;
  if (access === 'readWrite') return true;
  return access === 'write' ? isChanged : !isChanged;
}

/** A stop at which watched values were found to have changed, as gdb would have told it. */
export function asTrigger(stop: StoppedEvent, watches: readonly WatchTrigger[]): StoppedEvent {
  const { kind, threadId, frame, stoppedThreads } = stop;
  const reason = 'watchpoint-trigger';
  return { kind, reason, reasons: [reason], stoppedThreads, watches, ...defined({ threadId, frame }) };
}

/** What has happened to a watched place, for the user: `count: 3 → 4`. `name` is what they call it. */
export function triggerText(stop: StoppedEvent, trigger: WatchTrigger, name?: string): string {
  const what = name ?? trigger.expression ?? `watchpoint ${trigger.number}`;
  if (stop.reasons.includes('watchpoint-scope')) return `${what}: its scope has ended, it is no longer watched`;
  if (trigger.new !== undefined && trigger.old !== undefined) return `${what}: ${trigger.old} → ${trigger.new}`;
  const value = trigger.value ?? trigger.new;
  return value === undefined ? `${what} was accessed` : `${what}: ${value} was read`;
}
