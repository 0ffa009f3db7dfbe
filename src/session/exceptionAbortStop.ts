import { basename } from 'node:path';
import type { StoppedEvent } from '../mi/events.js';
import { formatAddress } from '../util/address.js';
import type { AbortHit } from './exceptionAborts.js';
import type { ExceptionRecord } from './exceptionFilters.js';
import type { Gdb } from './ports.js';
import { readRseqArea } from './rseqArea.js';

/**
 * Tells what is known of an abort that has stopped a thread.
 *
 * @param name what the region is called
 */
export async function describeAbort(
  gdb: Gdb,
  { core }: StoppedEvent,
  hit: AbortHit,
  name: string,
): Promise<ExceptionRecord> {
  const { threadId, address, cause, cpuBefore, unshown } = hit;
  const source = hit.regions[0]?.source;
  const where = source === undefined ? '' : ` (${basename(source.file)}:${source.line})`;
  // The kernel has written the area on its way back to the thread; gdb's number is that of its last look.
  const cpu = (await readRseqArea(gdb, threadId))?.cpuId ?? core;
  const sentences = [
    `The restartable sequence of ${name}${where} has been aborted in thread ${threadId}.`,
    cause === 'debugger'
      ? 'Cause: debugger. The stop before this one has found the thread inside.'
      : 'Cause: unknown. The kernel does not tell: the thread was preempted, migrated to another CPU or interrupted by a signal.',
    cpu === undefined ? '' : `The thread is on CPU ${cpu}${before(cpuBefore)}.`,
    `It stands at the abort handler, ${formatAddress(address)}; nothing of the attempt was committed.`,
    unshown === 0 ? '' : `${plural(unshown, 'other attempt')} lost to stops of the debugger since the last one shown.`,
  ];
  return {
    exceptionId: 'rseq-abort',
    headline: 'Paused on rseq abort',
    description: sentences.filter(sentence => sentence !== '').join(' '),
    breakMode: 'always',
    details: { message: `${name}${where}, cause: ${cause}`, typeName: 'rseq-abort', fullTypeName: 'rseq-abort' },
  };
}

function before(cpu: number | undefined): string {
  return cpu === undefined ? '; no stop has seen it before' : `; at the last stop it was on CPU ${cpu}`;
}

function plural(count: number, what: string): string {
  return count === 1 ? `1 ${what} was` : `${count} ${what}s were`;
}
