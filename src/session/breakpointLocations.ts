import type { DebugProtocol as D } from '@vscode/debugprotocol';
import { optionalNumber, optionalString, requireNumber, requireObject } from '../dap/arguments.js';
import type { RouteTable } from '../dap/route.js';
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

/** The lines that can have a breakpoint. */
export class BreakpointLocations {
  readonly routes: RouteTable = {
    breakpointLocations: { when: 'initialized', run: args => this.locations(args) },
  };

  constructor(private readonly gdb: Gdb) {}

  private async locations(args: D.BreakpointLocationsArguments): Promise<D.BreakpointLocationsResponse['body']> {
    const path = optionalString(requireObject(args, 'source'), 'path');
    const first = requireNumber(args, 'line');
    const last = optionalNumber(args, 'endLine') ?? first;
    const rows = path === undefined ? [] : await linesOf(this.gdb, path);
    const lines = new Set(rows.map(({ line }) => line).filter(line => first <= line && line <= last));
    return { breakpoints: [...lines].sort((a, b) => a - b).map(line => ({ line })) };
  }
}
