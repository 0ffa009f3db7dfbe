import { debugRegistersWork } from '../../src/mi/debugRegisters.js';

const work = await debugRegistersWork('gdb');

/**
 * A test that needs debug registers which stop programs: some virtual machines have none, whoever sets them. There it is
 * not run, and that is printed with the reason.
 */
export function itWithDebugRegisters(title: string, body: () => Promise<void>): void {
  if (work) it(title, body);
  else console.log(`Not run, since this machine's debug registers stop no program, with gdb alone either: ${title}`);
}
