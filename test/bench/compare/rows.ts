import type { Row } from './row.js';
import { outputRows } from './rowsOutput.js';
import { breakpointRows, startRows } from './rowsStart.js';
import { regionRows, stepRows } from './rowsStep.js';
import { viewRows } from './rowsView.js';

/** All rows, in the table's order. */
export function allRows(): readonly Row[] {
  return [...startRows(), ...stepRows(), ...regionRows(), ...viewRows(), ...breakpointRows(), ...outputRows()];
}
