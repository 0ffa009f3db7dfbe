import { TargetBytes } from '../elf/bytes.js';
import { decodeDescriptor, DESCRIPTOR_SIZE } from '../rseq/descriptor.js';
import { descriptorFaults } from '../rseq/descriptorFaults.js';
import { formatAddress, type Address } from '../util/address.js';
import type { Gdb } from './ports.js';
import { readRseqArea } from './rseqArea.js';
import { readBytes, symbolAt } from './targetMemory.js';

/**
 * Why the kernel has ended a thread by SIGSEGV where that is because of what the thread has armed: it raises the signal
 * at the next preemption, migration or signal and not at the instruction that is wrong.
 *
 * @returns a text for the user; undefined where the thread has armed nothing, or nothing is wrong with it
 */
export async function explainRefusedDescriptor(gdb: Gdb, thread: number): Promise<string | undefined> {
  const area = await readRseqArea(gdb, thread);
  if (area === undefined || area.rseqCs === 0n) return undefined;
  const bytes = await readBytes(gdb, area.rseqCs, DESCRIPTOR_SIZE);
  const descriptor =
    bytes === undefined ? undefined : decodeDescriptor(new TargetBytes(bytes, { bits: 64, littleEndian: true }), 0);
  const abort = descriptor?.abort ?? 0n;
  const signature = abort < 4n ? undefined : await readBytes(gdb, abort - 4n, 4);
  const faults = descriptorFaults({
    address: area.rseqCs,
    areaFlags: area.flags,
    ...(descriptor === undefined ? {} : { descriptor }),
    ...(signature === undefined ? {} : { signature: signature.readUInt32LE() }),
  });
  if (faults.length === 0) return undefined;
  return (
    `The kernel refuses the descriptor (struct rseq_cs) at ${await named(gdb, area.rseqCs)} that the thread has armed: ` +
    `${faults.join('; ')}. It looks at a descriptor when the thread is preempted, migrated or gets a signal, so the thread ` +
    'stands where that happened, and not at the mistake.'
  );
}

async function named(gdb: Gdb, address: Address): Promise<string> {
  const symbol = await symbolAt(gdb, address);
  return symbol === undefined ? formatAddress(address) : `${formatAddress(address)} (${symbol})`;
}
