import type { DebugProtocol as D } from '@vscode/debugprotocol';
import { optionalNumber, optionalString, requireNumber, requireObject } from '../dap/arguments.js';
import type { RouteTable } from '../dap/route.js';
import { linesOf } from './lineTable.js';
import type { Gdb } from './ports.js';

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
