import { formatAddress, type Address } from '../util/address.js';
import type { Descriptor } from './descriptor.js';

/** The signature that glibc and librseq register threads with on x86-64 (RSEQ_SIG). */
export const X86_SIGNATURE = 0x5305_3053;

/** The end of user space on x86-64 with four-level page tables (TASK_SIZE_MAX, which leaves out the last page). */
const TASK_SIZE: Address = 0x7fff_ffff_f000n;

const WRAP = 1n << 64n;

/** What the kernel reads when it has a look at what a thread has armed. */
export interface ArmedDescriptor {
  /** What `rseq_cs` holds. */
  readonly address: Address;
  /** The `flags` of the thread's rseq area. */
  readonly areaFlags: number;
  /** Absent where no memory can be read at `address`. */
  readonly descriptor?: Descriptor;
  /** The four bytes before `abort_ip`, as a number; absent where they cannot be read. */
  readonly signature?: number;
}

/**
 * Why the kernel refuses what a thread has armed, in words for the user; it ends such an attempt by SIGSEGV instead of an
 * abort (kernel/rseq.c: rseq_get_rseq_cs and rseq_need_restart fail, then force_sigsegv).
 *
 * @returns empty where there is nothing to refuse
 */
export function descriptorFaults({ address, areaFlags, descriptor, signature }: ArmedDescriptor): readonly string[] {
  if (address === 0n) return [];
  const at = formatAddress(address);
  if (address >= TASK_SIZE) return [`rseq_cs holds ${at}, which is no address of user space`];
  if (descriptor === undefined) return [`rseq_cs points to ${at}, where there is no memory`];
  const faults = [...rangeFaults(descriptor), ...signatureFaults(descriptor, signature)];
  const { version, flags } = descriptor;
  if (version !== 0) faults.push(`its version is ${version} and must be 0`);
  if (flags !== 0) faults.push(`its flags are ${hex(flags)} and must be 0`);
  if (areaFlags !== 0) faults.push(`the flags of the thread's rseq area are ${hex(areaFlags)} and must be 0`);
  return faults;
}

function rangeFaults({ start, postCommitOffset, abort }: Descriptor): string[] {
  const end = start + postCommitOffset;
  const faults: string[] = [];
  if (start >= TASK_SIZE) faults.push(`its start_ip ${formatAddress(start)} is no address of user space`);
  else if (end >= WRAP) faults.push(`its post_commit_offset ${formatAddress(postCommitOffset)} wraps round`);
  else if (end >= TASK_SIZE) faults.push(`its end ${formatAddress(end)} is no address of user space`);
  if (abort >= TASK_SIZE) faults.push(`its abort_ip ${formatAddress(abort)} is no address of user space`);
  else if (start <= abort && abort < end) {
    faults.push(`its abort_ip ${formatAddress(abort)} lies inside the sequence itself`);
  }
  return faults;
}

function signatureFaults({ abort }: Descriptor, signature: number | undefined): string[] {
  if (abort >= TASK_SIZE) return [];
  const where = `the 4 bytes before its abort_ip ${formatAddress(abort)}`;
  if (signature === undefined) return [`${where} cannot be read: the signature ${hex(X86_SIGNATURE)} must stand there`];
  if (signature === X86_SIGNATURE) return [];
  return [`${where} are ${hex(signature)} and not the signature ${hex(X86_SIGNATURE)}`];
}

function hex(value: number): string {
  return `0x${value.toString(16)}`;
}
