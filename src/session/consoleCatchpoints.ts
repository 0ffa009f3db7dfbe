import type { Breakpoint } from '../mi/breakpoint.js';
import type { ExceptionEvent } from '../mi/commandsBreakpoints.js';
import type { StoppedEvent } from '../mi/events.js';

/** A catchpoint that the user has made in the debug console. */
export interface Catchpoint {
  readonly number: string;
  /** gdb's word: `fork`, `syscall`, `signal`, `load`, `throw` ... */
  readonly type: string;
  /** What it catches, in gdb's words, where that says more than the type. */
  readonly what: string | undefined;
  /** Deleted when it is hit (`tcatch`). */
  readonly isTemporary: boolean;
}

/**
 * The catchpoints of the debug console, known from what gdb tells of them. A stop at some of them names neither a reason
 * nor the catchpoint (`catch signal` in gdb 13 to 18); which one was hit is known from its count of hits.
 */
export class ConsoleCatchpoints {
  private readonly known = new Map<string, { readonly catchpoint: Catchpoint; readonly times: number }>();
  private readonly hits = new Set<string>();
  /** gdb's numbers of the adapter's own. */
  private readonly foreign = new Set<string>();

  /** A catchpoint is the adapter's own. */
  disown(number: string): void {
    this.foreign.add(number);
    this.known.delete(number);
  }

  /** gdb has made or changed a breakpoint of the user's; it is at once followed by the stop, where it was hit. */
  onChanged(breakpoint: Breakpoint): void {
    const { number, type, catchType, what, disposition, times } = breakpoint;
    if (type !== 'catchpoint' || this.foreign.has(number)) return;
    const before = this.known.get(number);
    if (before !== undefined && times > before.times) this.hits.add(number);
    const catchpoint = before?.catchpoint ?? {
      number,
      type: catchType ?? what ?? 'event',
      what,
      isTemporary: disposition === 'del',
    };
    this.known.set(number, { catchpoint, times });
  }

  onDeleted(number: string): void {
    // A temporary one is deleted when it is hit; its stop may still have to be told.
    if (!this.hits.has(number)) this.known.delete(number);
  }

  /** The catchpoint that a stop has hit. */
  hitBy({ breakpointNumber }: StoppedEvent): Catchpoint | undefined {
    const number = breakpointNumber ?? [...this.hits][0];
    return number === undefined ? undefined : this.known.get(number)?.catchpoint;
  }

  /** The target goes on. */
  onResumed(): void {
    this.hits.clear();
  }
}

/** The event of C++ exceptions that a catchpoint is for, if any. */
export function cppEventOf(catchpoint: Catchpoint | undefined): ExceptionEvent | undefined {
  return (['throw', 'rethrow', 'catch'] as const).find(event => event === catchpoint?.type);
}
