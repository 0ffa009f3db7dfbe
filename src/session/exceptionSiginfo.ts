import { readFile } from 'node:fs/promises';
import { console as consoleCommand } from '../mi/commands.js';
import { dataEvaluateExpression } from '../mi/commandsInspection.js';
import { textAt } from '../mi/fields.js';
import { formatAddress, parseAddress, type Address } from '../util/address.js';
import type { Gdb } from './ports.js';

/** What a stopped thread's `siginfo_t` tells; absent where gdb has none. */
export interface SignalInformation {
  /** `si_code`. */
  readonly code?: number;
  readonly senderId?: number;
  readonly faultAddress?: Address;
  /** `si_status` of a child. */
  readonly status?: number;
  readonly systemCall?: number;
}

/** `si_code` of signals that the kernel raises without saying more (SI_KERNEL). */
export const SI_KERNEL = 0x80;

/** Reads `$_siginfo` of a thread that stands at a signal. */
export async function readSiginfo(gdb: Gdb, thread: number): Promise<SignalInformation> {
  const field = (path: string): Promise<bigint | undefined> => siginfoField(gdb, thread, path);
  const [code, sender, address, status, systemCall] = await Promise.all([
    field('si_code'),
    field('_sifields._kill.si_pid'),
    field('_sifields._sigfault.si_addr'),
    field('_sifields._sigchld.si_status'),
    field('_sifields._sigsys._syscall'),
  ]);
  return {
    ...(code === undefined ? {} : { code: Number(BigInt.asIntN(32, code)) }),
    ...(sender === undefined ? {} : { senderId: Number(sender) }),
    ...(address === undefined ? {} : { faultAddress: address }),
    ...(status === undefined ? {} : { status: Number(status) }),
    ...(systemCall === undefined ? {} : { systemCall: Number(systemCall) }),
  };
}

async function siginfoField(gdb: Gdb, thread: number, path: string): Promise<bigint | undefined> {
  try {
    const { results } = await gdb.send(
      dataEvaluateExpression(`(unsigned long)$_siginfo.${path}`, { thread, frame: 0 }),
    );
    return parseAddress(textAt(results, 'value') ?? '');
  } catch {
    // The target has no siginfo (a core file without it): then nothing more is known of the signal.
    return undefined;
  }
}

/** Whether the program gets a signal when it goes on: gdb's column "Pass to program"; undefined where gdb does not say. */
export async function isPassed(gdb: Gdb, signal: string): Promise<boolean | undefined> {
  const { console } = await gdb.send(consoleCommand(`info signals ${signal}`));
  const columns = /^\S+\t?\s+(?:Yes|No)\s+(?:Yes|No)\s+(Yes|No)\b/m.exec(console);
  return columns === null ? undefined : columns[1] === 'Yes';
}

/** Names and meanings of `si_code` for signals of faults, from 1 (asm-generic/siginfo.h). */
const FAULTS: Readonly<Record<string, readonly string[]>> = {
  SIGSEGV: [
    'no memory is mapped there (SEGV_MAPERR)',
    'the memory there does not permit this access (SEGV_ACCERR)',
    'a bound check failed (SEGV_BNDERR)',
    'a protection key forbids this access (SEGV_PKUERR)',
  ],
  SIGBUS: [
    'the address is not aligned (BUS_ADRALN)',
    'there is no such memory, e.g. behind the end of a mapped file (BUS_ADRERR)',
    'a hardware error (BUS_OBJERR)',
    'a memory error that the access has hit (BUS_MCEERR_AR)',
    'a memory error that has been found (BUS_MCEERR_AO)',
  ],
  SIGFPE: [
    'an integer division by zero (FPE_INTDIV)',
    'an integer overflow (FPE_INTOVF)',
    'a floating-point division by zero (FPE_FLTDIV)',
    'a floating-point overflow (FPE_FLTOVF)',
    'a floating-point underflow (FPE_FLTUND)',
    'an inexact floating-point result (FPE_FLTRES)',
    'an invalid floating-point operation (FPE_FLTINV)',
    'a subscript out of range (FPE_FLTSUB)',
  ],
  SIGILL: [
    'an illegal opcode (ILL_ILLOPC)',
    'an illegal operand (ILL_ILLOPN)',
    'an illegal addressing mode (ILL_ILLADR)',
    'an illegal trap (ILL_ILLTRP)',
    'a privileged opcode (ILL_PRVOPC)',
    'a privileged register (ILL_PRVREG)',
  ],
};

/** What became of a child, by `si_code` of SIGCHLD, from 1. */
const CHILD = ['exited with code', 'was ended by signal', 'was ended, with a core dump, by signal', 'was trapped by'];
const CHILD_STATES = [...CHILD, 'was stopped by signal', 'was continued by signal'];

/** Where a signal comes from, as sentences; empty where nothing is known. */
export async function signalOrigin(
  signal: string,
  information: SignalInformation,
  processId: number | undefined,
): Promise<readonly string[]> {
  const { code, senderId, faultAddress, status, systemCall } = information;
  if (code === undefined) return [];
  const fault = FAULTS[signal]?.[code - 1];
  if (fault !== undefined) {
    return [`At ${formatAddress(faultAddress ?? 0n)}: ${fault}.`];
  }
  if (signal === 'SIGCHLD' && code > 0 && code <= CHILD_STATES.length) {
    return [`Process ${senderId ?? '?'} ${CHILD_STATES[code - 1] ?? ''} ${status ?? '?'}.`];
  }
  if (signal === 'SIGSYS' && code === 1) return [`A filter (seccomp) forbids system call ${systemCall ?? '?'}.`];
  if (code === SI_KERNEL) return ['The kernel has raised it by itself.'];
  if (code === -2) return ['A timer of the program has raised it (SI_TIMER).'];
  return code <= 0 && senderId !== undefined ? [await sender(senderId, processId)] : [];
}

async function sender(senderId: number, processId: number | undefined): Promise<string> {
  if (senderId === processId) return 'The program has sent it to itself.';
  if (senderId === 0) return 'The kernel or a process outside of its PID namespace has sent it.';
  const name = await readFile(`/proc/${senderId}/comm`, 'utf8').catch(() => '');
  return `Process ${senderId}${name === '' ? '' : ` (${name.trim()})`} has sent it.`;
}
