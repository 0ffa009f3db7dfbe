import { parseBreakpoint } from '../mi/breakpoint.js';
import { console as consoleCommand } from '../mi/commands.js';
import { breakDelete, catchException, type ExceptionEvent } from '../mi/commandsBreakpoints.js';
import { tupleAt } from '../mi/fields.js';
import { messageOf } from '../util/errors.js';
import { DELETED, failed, pending, verified, type FilterStatus, type Trap } from './exceptionTrap.js';
import type { Gdb } from './ports.js';

/** What is known of the C++ runtime of the program. */
type Runtime = 'unknown' | 'none' | 'withProbes' | 'withoutProbes';

const WAITS = 'It is set when a C++ runtime is loaded.';

/** gdb's catchpoint for one event of C++ exceptions, with a pattern for the names of their types or without. */
export class CppTrap implements Trap {
  private number: string | undefined;
  private status: FilterStatus = pending(WAITS);

  constructor(
    private readonly gdb: Gdb,
    private readonly event: ExceptionEvent,
    private readonly pattern: string | undefined,
    /** Whether the program is loaded: only then is its C++ runtime known. */
    private readonly loaded: () => boolean,
  ) {}

  /** Sets the catchpoint as soon as gdb is there, which binds it to the runtime by itself; the answer is what came of it. */
  async settle(): Promise<FilterStatus> {
    if (this.status.isFinal === true) return this.status;
    const runtime = this.loaded() ? await this.runtime() : 'unknown';
    try {
      this.status = await this.settleFor(runtime);
    } catch (error) {
      this.status = failed(messageOf(error));
    }
    return this.status;
  }

  owns(number: string): boolean {
    return number === this.number;
  }

  forget(): void {
    this.number = undefined;
    this.status = failed(DELETED);
  }

  async remove(): Promise<void> {
    const { number } = this;
    this.number = undefined;
    if (number !== undefined) await this.gdb.send(breakDelete([number]));
  }

  private async settleFor(runtime: Runtime): Promise<FilterStatus> {
    if (runtime === 'withoutProbes' && this.pattern !== undefined) {
      await this.remove();
      return failed(
        "The program's C++ runtime has no SDT probes, by which alone gdb can tell the type of an exception. Without a condition it stops at all of them.",
      );
    }
    await this.insert();
    if (runtime === 'unknown' || runtime === 'none') return pending(WAITS);
    return { ...verified, isFinal: true };
  }

  private async insert(): Promise<void> {
    if (this.number !== undefined) return;
    const pattern = this.pattern === undefined ? {} : { typePattern: this.pattern };
    const { results } = await this.gdb.send(catchException(this.event, pattern));
    this.number = parseBreakpoint(tupleAt(results, 'bkpt') ?? {})?.number;
  }

  /** gdb takes libstdc++'s probes where there are any, else the function of that name. */
  private async runtime(): Promise<Runtime> {
    const { console: probes } = await this.gdb.send(consoleCommand(`info probes stap libstdcxx ^${this.event}$`));
    if (/^stap\s+libstdcxx\s/m.test(probes)) return 'withProbes';
    try {
      const { console: symbol } = await this.gdb.send(consoleCommand(`info symbol ${FUNCTION[this.event]}`));
      // The executable's own entry for it is there before the library is.
      return /^\w+ in section/.test(symbol) ? 'withoutProbes' : 'none';
    } catch {
      // gdb says no more than that it knows no such symbol.
      return 'none';
    }
  }
}

/** The functions of the Itanium C++ ABI that gdb falls back to. */
const FUNCTION: Readonly<Record<ExceptionEvent, string>> = {
  throw: '__cxa_throw',
  rethrow: '__cxa_rethrow',
  catch: '__cxa_begin_catch',
};
