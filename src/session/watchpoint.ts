import { parseBreakpointTable } from '../mi/breakpoint.js';
import { gdbShow, type FrameContext } from '../mi/commands.js';
import { breakDelete, breakInfo, breakWatch, type WatchAccess } from '../mi/commandsBreakpoints.js';
import { textAt, tupleAt } from '../mi/fields.js';
import { messageOf, RequestError } from '../util/errors.js';
import { DEBUG_REGISTERS } from './hardwareInsertion.js';
import type { Gdb } from './ports.js';

/** What gdb is to watch: an expression, read in a frame where it names what only that frame has. */
export interface Watched {
  readonly expression: string;
  readonly context?: FrameContext;
}

/**
 * Makes a watchpoint in debug registers. The program must be loaded and stopped: before, gdb takes anything for hardware
 * and changes its mind when the program runs.
 *
 * @returns gdb's number
 * @throws RequestError `notWatchable` with the reason; MiError where the debug registers are taken (see hardwareInsertion.ts)
 */
export async function watch(gdb: Gdb, { expression, context }: Watched, access: WatchAccess): Promise<string> {
  try {
    const { results } = await gdb.send(breakWatch(expression, access, context));
    const tuple = tupleAt(results, 'wpt') ?? tupleAt(results, 'hw-rwpt') ?? tupleAt(results, 'hw-awpt') ?? {};
    const number = textAt(tuple, 'number') ?? '';
    if (access === 'write') await refuseSoftware(gdb, expression, number);
    return number;
  } catch (error) {
    const message = messageOf(error);
    if (message.includes('cannot be implemented with read/access')) throw await notInHardware(gdb, expression, error);
    const isRefusal = /^(No symbol|Cannot watch|Attempt to|No frame)/.test(message);
    throw isRefusal ? new RequestError('user', 'notWatchable', `'${expression}': ${message}`, { cause: error }) : error;
  }
}

/** gdb falls back to single-stepping the program without a word. */
async function refuseSoftware(gdb: Gdb, expression: string, number: string): Promise<void> {
  const { results } = await gdb.send(breakInfo(number));
  const [made] = parseBreakpointTable(tupleAt(results, 'BreakpointTable') ?? {});
  if (made?.type !== 'watchpoint') return;
  await gdb.send(breakDelete([number]));
  throw await notInHardware(gdb, expression);
}

async function notInHardware(gdb: Gdb, expression: string, cause?: unknown): Promise<RequestError> {
  const { results } = await gdb.send(gdbShow('can-use-hw-watchpoints'));
  const isOff = textAt(results, 'value') === '0';
  const why = isOff
    ? "gdb's setting 'can-use-hw-watchpoints' is 0, so it would single-step the program"
    : expression.startsWith('$')
      ? 'only memory can be, not a register of the processor'
      : `it does not fit into the debug registers, and gdb would single-step the program instead: thousands of times slower, and restartable sequences would abort for ever. ${DEBUG_REGISTERS} Watch a part of it`;
  return new RequestError('user', 'notWatchable', `'${expression}' cannot be watched: ${why}.`, { cause });
}
