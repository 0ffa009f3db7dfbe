import { gdbSet, gdbShow } from '../mi/commands.js';
import { breakDelete } from '../mi/commandsBreakpoints.js';
import { textAt } from '../mi/fields.js';
import { messageOf, RequestError } from '../util/errors.js';
import { debugRegistersWork } from '../mi/debugRegisters.js';
import type { Gdb } from './ports.js';

/** What the processor has, in words for the user. gdb takes x86's four registers for granted, too (gdb/nat/x86-dregs.c). */
export const DEBUG_REGISTERS =
  'The processor has 4 debug registers; each holds one hardware breakpoint or watches up to 8 aligned bytes.';

const DEAD =
  "This machine's debug registers do not stop programs: a hardware breakpoint in a program that was tried was passed " +
  'over, as under some virtual machines. Data breakpoints and hardware breakpoints cannot work here; other breakpoints do.';

/** Inserts what needs a debug register. */
export class HardwareInsertion {
  private works: Promise<boolean> | undefined;

  /** @param localGdb the gdb with which to try this machine's debug registers; undefined where another's are used */
  constructor(
    private readonly gdb: Gdb,
    private readonly localGdb: () => string | undefined,
  ) {}

  /**
   * Inserts something that needs a debug register, and knows at once whether there was one.
   *
   * By itself gdb inserts at the next resume. Where that fails it says that the target runs, and never that it does not
   * (gdb 13 to 18): so its `always-inserted` mode is on for the while.
   *
   * @throws RequestError `noDebugRegister`, `deadDebugRegisters`; whatever `insert` throws
   */
  async insert<T>(insert: () => Promise<T>): Promise<T> {
    await this.requireWorking();
    const { results } = await this.gdb.send(gdbShow('breakpoint always-inserted'));
    const mode = textAt(results, 'value') ?? 'off';
    try {
      await this.gdb.send(gdbSet('breakpoint always-inserted', 'on'));
      return await insert();
    } catch (error) {
      const numbers = notInserted(messageOf(error));
      if (numbers.length === 0) throw error;
      await this.removeNewest(numbers);
      throw new RequestError('user', 'noDebugRegister', `${DEBUG_REGISTERS} All are in use: remove one first.`, {
        cause: error,
      });
    } finally {
      await this.gdb.send(gdbSet('breakpoint always-inserted', mode));
    }
  }

  private async requireWorking(): Promise<void> {
    const gdb = this.localGdb();
    if (gdb === undefined) return;
    this.works ??= debugRegistersWork(gdb);
    if (!(await this.works)) throw new RequestError('user', 'deadDebugRegisters', DEAD);
  }

  /** gdb keeps what it could not insert. The newest is ours; older ones can only be the debug console's. */
  private async removeNewest(numbers: readonly number[]): Promise<void> {
    await this.gdb.send(breakDelete([String(Math.max(...numbers))]));
  }
}

/** gdb's numbers of what it could not put into a debug register. */
function notInserted(message: string): number[] {
  return [...message.matchAll(/(?:Could not|Cannot) insert hardware (?:watchpoint|breakpoint) (\d+)/g)].map(match =>
    Number(match[1]),
  );
}
