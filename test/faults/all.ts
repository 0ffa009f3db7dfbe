import { CLIENT_FAULTS } from './clientFaults.js';
import type { FaultCase } from './faultCase.js';
import { GDB_FAULTS } from './gdbFaults.js';
import { TARGET_FAULTS } from './targetFaults.js';

/** Every fault, by who is at fault. */
export const FAULTS: Readonly<Record<string, readonly FaultCase[]>> = {
  'the client': CLIENT_FAULTS,
  gdb: GDB_FAULTS,
  'the program': TARGET_FAULTS,
};
