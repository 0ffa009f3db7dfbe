import { formatAddress, type Address } from '../util/address.js';
import { contextOptions, miCommand, type FrameContext, type MiCommand } from './commands.js';

/** One step for a thread; backwards needs a recording target. */
export interface StepOptions {
  readonly thread: number;
  readonly reverse?: boolean;
}

/** What goes on: one thread (all of them in gdb's all-stop mode, with this one in front), or all processes. */
export interface ContinueOptions {
  readonly thread?: number;
  readonly all?: boolean;
  readonly reverse?: boolean;
}

/** Starts the target; with `stopAtMain` a temporary breakpoint on `main` stops it there. */
export function execRun(options: { readonly stopAtMain?: boolean } = {}): MiCommand {
  return miCommand('exec-run', when(options.stopAtMain, '--start'));
}

/** Lets the target run on. */
export function execContinue(options: ContinueOptions = {}): MiCommand {
  const context = options.thread === undefined ? [] : contextOptions({ thread: options.thread });
  return miCommand('exec-continue', [...context, ...when(options.reverse, '--reverse'), ...when(options.all, '--all')]);
}

/** Stops all threads: of a native target, and behind a gdbserver, by SIGINT, which a program may wait for or block. */
export function execInterrupt(): MiCommand {
  return miCommand('exec-interrupt', ['--all']);
}

/** Steps to another source line, over calls. */
export function execNext(options: StepOptions): MiCommand {
  return step('exec-next', options);
}

/** Steps to another source line, into calls. */
export function execStep(options: StepOptions): MiCommand {
  return step('exec-step', options);
}

/** Steps one instruction, over calls. */
export function execNextInstruction(options: StepOptions): MiCommand {
  return step('exec-next-instruction', options);
}

/** Steps one instruction, into calls. */
export function execStepInstruction(options: StepOptions): MiCommand {
  return step('exec-step-instruction', options);
}

/** Runs until the frame returns to its caller. */
export function execFinish(context: FrameContext, options: { readonly reverse?: boolean } = {}): MiCommand {
  return miCommand('exec-finish', [...contextOptions(context), ...when(options.reverse, '--reverse')]);
}

/** Runs the thread until the address, or until its frame returns. */
export function execUntil(thread: number, address: Address): MiCommand {
  return miCommand('exec-until', contextOptions({ thread }), `*${formatAddress(address)}`);
}

/**
 * Continues the thread from the address instead of from where it stands. Only an address: gdb 13 loses the quotes of a
 * source location on its way from `-exec-jump` to `jump`.
 */
export function execJump(thread: number, address: Address): MiCommand {
  return miCommand('exec-jump', contextOptions({ thread }), `*${formatAddress(address)}`);
}

/** Leaves the frame at once without running the rest of it; the answer holds the `frame` that is then the innermost. */
export function execReturn(context: FrameContext): MiCommand {
  return miCommand('exec-return', contextOptions(context));
}

/** The threads, or one of them: results `threads`, `current-thread-id`. It may be asked while they run. */
export function threadInfo(thread?: number): MiCommand {
  return miCommand('thread-info', [], ...(thread === undefined ? [] : [String(thread)]));
}

/** gdb's numbers of the threads: results `thread-ids`, `number-of-threads`. */
export function threadListIds(): MiCommand {
  return miCommand('thread-list-ids', []);
}

/** Makes a thread the one that commands without `--thread` are about. */
export function threadSelect(thread: number): MiCommand {
  return miCommand('thread-select', [], String(thread));
}

function step(name: string, options: StepOptions): MiCommand {
  return miCommand(name, [...contextOptions({ thread: options.thread }), ...when(options.reverse, '--reverse')]);
}

function when(condition: boolean | undefined, word: string): string[] {
  return condition === true ? [word] : [];
}
