import { MiError } from '../mi/client.js';
import { symbolListLines } from '../mi/commandsInspection.js';
import { addressAt, integerAt, tuplesAt } from '../mi/fields.js';
import type { Address } from '../util/address.js';
import type { Gdb } from './ports.js';

/** A row of the line table: an instruction that begins a line (from 1). */
export interface LineRow {
  readonly address: Address;
  readonly line: number;
}

/**
 * The rows of a source file's line table, in gdb's order; none where no file that is loaded is compiled from it. gdb answers
 * while the program runs, too.
 */
export async function linesOf(gdb: Gdb, path: string): Promise<readonly LineRow[]> {
  try {
    const { results } = await gdb.send(symbolListLines(path));
    return tuplesAt(results, 'lines').flatMap(row => {
      const [address, line] = [addressAt(row, 'pc'), integerAt(row, 'line')];
      // Line 0 ends a sequence, or stands for code of no line.
      return address === undefined || line === undefined || line === 0 ? [] : [{ address, line }];
    });
  } catch (error) {
    if (error instanceof MiError && error.message.includes('Unknown source file')) return [];
    throw error;
  }
}
