import { dataEvaluateExpression, stackListFrames } from '../mi/commandsInspection.js';
import type { StoppedEvent } from '../mi/events.js';
import { textAt, tuplesAt } from '../mi/fields.js';
import { parseAddress, type Address } from '../util/address.js';
import { explainRefusedDescriptor } from './exceptionDescriptor.js';
import type { ExceptionRecord } from './exceptionFilters.js';
import { isPassed, readSiginfo, SI_KERNEL, signalOrigin, type SignalInformation } from './exceptionSiginfo.js';
import { readUncaught, type Thrown } from './exceptionThrown.js';
import type { Gdb } from './ports.js';
import { readText, readWord } from './targetMemory.js';

/** Tells what is known of a signal at which a thread has stopped. Nothing is called in the program. */
export async function describeSignal(
  gdb: Gdb,
  stop: StoppedEvent & { readonly signalName: string; readonly threadId: number },
  processId: number | undefined,
): Promise<ExceptionRecord> {
  const { signalName, signalMeaning = signalName, threadId } = stop;
  const [information, passes] = await Promise.all([readSiginfo(gdb, threadId), isPassed(gdb, signalName)]);
  const cause = await causeOf(gdb, signalName, threadId, information);
  const sentences = [
    `${signalMeaning}.`,
    ...(await signalOrigin(signalName, information, processId)),
    ...(cause?.text === undefined ? [] : [cause.text]),
    ...fate(passes),
  ];
  const thrown = cause?.thrown;
  return {
    exceptionId: signalName,
    headline: `Paused on ${signalName}`,
    description: sentences.join(' '),
    breakMode: thrown === undefined ? 'always' : 'unhandled',
    details: {
      message: cause?.short ?? signalMeaning,
      typeName: signalName,
      fullTypeName: signalName,
      evaluateName: '$_siginfo',
      ...(thrown?.type === undefined ? {} : { innerException: [inner(thrown.type, thrown)] }),
    },
  };
}

function inner(typeName: string, { message }: Thrown): ExceptionRecord['details'] {
  return { typeName, fullTypeName: typeName, ...(message === undefined ? {} : { message }) };
}

function fate(passes: boolean | undefined): string[] {
  if (passes === undefined) return [];
  return [passes ? 'The program gets it when it goes on.' : 'The program does not get it: gdb keeps it.'];
}

/** What is behind a signal, where more than the kernel's word can be found. */
interface Cause {
  /** A sentence. */
  readonly text: string;
  /** What a client has room for at the stop. */
  readonly short?: string;
  readonly thrown?: Thrown;
}

async function causeOf(
  gdb: Gdb,
  signal: string,
  thread: number,
  { code, faultAddress }: SignalInformation,
): Promise<Cause | undefined> {
  if (signal === 'SIGABRT') return abortCause(gdb, thread);
  if (signal !== 'SIGSEGV') return undefined;
  if (code === SI_KERNEL) {
    const text = await explainRefusedDescriptor(gdb, thread);
    if (text !== undefined) return { text, short: 'The kernel refuses the restartable sequence descriptor' };
    return { text: 'On x86 it does so for an address that is not canonical, among others.' };
  }
  return code === undefined || code <= 0 ? undefined : accessCause(gdb, thread, faultAddress);
}

/** How far below the stack pointer an access still tells of a stack that has run out, in bytes. */
const BELOW_STACK = 0x10000n;

async function accessCause(gdb: Gdb, thread: number, address: Address | undefined): Promise<Cause | undefined> {
  if (address === undefined) return undefined;
  if (address < 4096n) return { text: 'That is a null pointer, or an offset from one.', short: 'Null pointer' };
  const { results } = await gdb.send(dataEvaluateExpression('(unsigned long)$sp', { thread, frame: 0 }));
  const stack = parseAddress(textAt(results, 'value') ?? '') ?? 0n;
  if (address < stack - BELOW_STACK || address > stack + 4096n) return undefined;
  return {
    text: 'That is at the stack pointer: the stack may have run out (endless recursion?).',
    short: 'Stack overflow?',
  };
}

/** How deep under abort() the throw of an exception that nobody catches lies. */
const FRAMES = { start: 0, end: 16 };

async function abortCause(gdb: Gdb, thread: number): Promise<Cause | undefined> {
  const message = await abortMessage(gdb);
  if (message !== undefined) return { text: `It said: ${message.replace(/\.?$/, '.')}`, short: message };
  const { results } = await gdb.send(stackListFrames(thread, FRAMES));
  const functions = tuplesAt(results, 'stack').map(frame => textAt(frame, 'func') ?? '');
  const frame = functions.findIndex(name => /^__cxa_(re)?throw$/.test(name));
  const thrown = frame < 0 ? undefined : await readUncaught(gdb, thread, frame);
  if (thrown?.type === undefined) return undefined;
  const short = thrown.message === undefined ? thrown.type : `${thrown.type}: ${thrown.message}`;
  return { text: `Nobody catches the C++ exception ${short}.`, short: `Uncaught ${short}`, thrown };
}

/**
 * What an assertion or a check of the C library said before it ended the program: `__abort_msg` points to a length (32
 * bits) and the text (glibc, sysdeps/posix/libc_fatal.c, assert/assert.c).
 */
async function abortMessage(gdb: Gdb): Promise<string | undefined> {
  let place: Address | undefined;
  try {
    const { results } = await gdb.send(dataEvaluateExpression('(unsigned long)&__abort_msg'));
    place = parseAddress(textAt(results, 'value') ?? '');
  } catch {
    // Another C library, or none: then nobody has kept a message.
    return undefined;
  }
  const message = place === undefined ? undefined : await readWord(gdb, place);
  if (message === undefined || message === 0n) return undefined;
  return (await readText(gdb, message + 4n))?.trim();
}
