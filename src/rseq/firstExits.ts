import type { Address } from '../util/address.js';
import type { CodeMap } from './codeMap.js';
import { successors } from './codeMap.js';
import type { Flow } from './instruction.js';

/**
 * Fewer exits are simply all waited for: gdb needs 0.3 ms for each, and a way through code that was followed right is still
 * one more thing to be wrong about.
 */
const MANY = 32;

/** The longest way from a prelude to the exits that is followed, in instructions. */
const REACH = 1024;

/** What leads to known places alone: no call, return, system call, or branch to an address that is computed. */
const FOLLOWED: ReadonlySet<Flow['kind']> = new Set(['next', 'branch', 'trap']);

/**
 * Which of a region's exits a thread can come to before any other. A key that is shared by five hundred copies of one
 * inlined function gives each of them a thousand exits, of which the thread can reach three.
 *
 * @param entries where the thread begins: preludes, arming store, `start_ip`
 * @param exits   all of them
 * @param always  exits that need no way through the code: the kernel leads to `abort_ip` from anywhere inside
 * @returns undefined where the code does not prove it: something on the way calls, returns, branches to an address that is
 *   unknown, or was not read; and where there are few exits anyway
 */
export function findFirstExits(
  code: CodeMap,
  entries: Iterable<Address>,
  exits: ReadonlySet<Address>,
  always: Iterable<Address>,
): ReadonlySet<Address> | undefined {
  if (exits.size < MANY) return undefined;
  const found = new Set(always);
  const seen = new Set<Address>();
  const open = [...entries];
  for (let address = open.pop(); address !== undefined; address = open.pop()) {
    if (seen.has(address)) continue;
    seen.add(address);
    if (exits.has(address)) {
      found.add(address);
      continue;
    }
    const next = seen.size > REACH ? undefined : followed(code, address);
    if (next === undefined) return undefined;
    open.push(...next);
  }
  return found;
}

/** Where control goes behind an instruction; undefined where that cannot be known. */
function followed(code: CodeMap, address: Address): Address[] | undefined {
  const instruction = code.at(address);
  // A branch of MIPS takes effect behind its delay slot: the way through it is not followed.
  if (instruction === undefined || code.architecture === 'mips') return undefined;
  return FOLLOWED.has(instruction.flow.kind) ? successors(instruction) : undefined;
}
