import type { StoppedEvent } from '../mi/events.js';
import type { Region } from '../rseq/region.js';
import type { Input, StopCause } from '../stepping/types.js';
import type { Address } from '../util/address.js';

/** What a stop means for a step in progress; `driver` knows gdb's breakpoint numbers that are the step's own. */
export function causeOf(
  stop: StoppedEvent,
  driver: { owns(number: string): boolean },
  users: { breakpointsHit(stop: StoppedEvent): readonly number[] },
): StopCause {
  if (stop.reason === 'end-stepping-range' || stop.reason === 'function-finished') return 'endOfStep';
  const { breakpointNumber: number } = stop;
  const isOurs = stop.reason === 'breakpoint-hit' && number !== undefined && driver.owns(number);
  return isOurs && users.breakpointsHit(stop).length === 0 ? 'ours' : 'user';
}

/** A stop as the stepping machine takes it. */
export function stopInput(stop: StoppedEvent, cause: StopCause, regions: RegionPorts): Input {
  const pc = stop.frame?.address ?? 0n;
  return { kind: 'stop', cause, thread: stop.threadId ?? 0, pc, noPlaceToEnd: isNoPlaceToEnd(stop, regions) };
}

interface RegionPorts {
  regionsNear(addresses: readonly Address[]): readonly Region[];
  isInsideRegion(address: Address): boolean;
}

/** Whether a step by line must not end at a stop: inside a region, in code of one without lines (an abort handler, a cold part), or in a signal trampoline. */
function isNoPlaceToEnd({ frame }: StoppedEvent, regions: RegionPorts): boolean {
  const pc = frame?.address ?? 0n;
  const isBare = frame?.line === undefined && regions.regionsNear([pc]).length > 0;
  return isBare || frame?.func === '<signal handler called>' || regions.isInsideRegion(pc);
}
