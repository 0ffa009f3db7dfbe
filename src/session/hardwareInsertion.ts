import { gdbSet, gdbShow } from '../mi/commands.js';
import { breakDelete } from '../mi/commandsBreakpoints.js';
import { textAt } from '../mi/fields.js';
import { messageOf, RequestError } from '../util/errors.js';
import type { Gdb } from './ports.js';

/** What the processor has, in words for the user. gdb takes x86's four registers for granted, too (gdb/nat/x86-dregs.c). */
export const DEBUG_REGISTERS =
  'The processor has 4 debug registers; each holds one hardware breakpoint or watches up to 8 aligned bytes.';

/**
 * Inserts something that needs a debug register, and knows at once whether there was one.
 *
 * By itself gdb inserts at the next resume. Where that fails it says that the target runs, and never that it does not
 * (gdb 13 to 18): so its `always-inserted` mode is on for the while.
 *
 * @throws RequestError `noDebugRegister`; whatever `insert` throws
 */
export async function insertAtOnce<T>(gdb: Gdb, insert: () => Promise<T>): Promise<T> {
  const { results } = await gdb.send(gdbShow('breakpoint always-inserted'));
  const mode = textAt(results, 'value') ?? 'off';
  try {
    await gdb.send(gdbSet('breakpoint always-inserted', 'on'));
    return await insert();
  } catch (error) {
    const numbers = notInserted(messageOf(error));
    if (numbers.length === 0) throw error;
    await removeNewest(gdb, numbers);
    throw new RequestError('user', 'noDebugRegister', `${DEBUG_REGISTERS} All are in use: remove one first.`, {
      cause: error,
    });
  } finally {
    await gdb.send(gdbSet('breakpoint always-inserted', mode));
  }
}

/** gdb's numbers of what it could not put into a debug register. */
function notInserted(message: string): number[] {
  return [...message.matchAll(/(?:Could not|Cannot) insert hardware (?:watchpoint|breakpoint) (\d+)/g)].map(match =>
    Number(match[1]),
  );
}

/** gdb keeps what it could not insert. The newest is ours; older ones can only be the debug console's. */
async function removeNewest(gdb: Gdb, numbers: readonly number[]): Promise<void> {
  await gdb.send(breakDelete([String(Math.max(...numbers))]));
}
