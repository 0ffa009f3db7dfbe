import type { DebugProtocol as D } from '@vscode/debugprotocol';
import { requireNumber } from '../dap/arguments.js';
import type { RouteTable } from '../dap/route.js';
import { console as consoleCommand, type FrameContext } from '../mi/commands.js';
import { sourceAt } from '../mi/commandsInspection.js';
import { integerAt, textAt, tuplesAt } from '../mi/fields.js';
import { formatAddress, type Address } from '../util/address.js';
import { RequestError } from '../util/errors.js';
import { Handles } from '../util/handles.js';
import { basename } from 'node:path';
import type { Gdb } from './ports.js';

/** What locations need of the rest of the session. */
export interface LocationsPorts {
  readonly gdb: Gdb;
  /** gdb tells where a variable was declared through its Python alone. */
  readonly hasPython: () => boolean;
}

/** What a location reference stands for. */
type Target =
  | { readonly kind: 'code'; readonly address: Address }
  | { readonly kind: 'declaration'; readonly context: FrameContext; readonly name: string };

interface Place {
  readonly path: string;
  readonly line: number;
}

/** Where values point to and variables were declared: looked up when a client follows the reference, not before. */
export class Locations {
  readonly routes: RouteTable = {
    locations: { when: 'stopped', run: args => this.find(args) },
  };

  private readonly handles = new Handles<Target>('location reference');

  constructor(private readonly ports: LocationsPorts) {}

  /** A reference to the source of the code at an address. */
  code(address: Address): number {
    return this.handles.create({ kind: 'code', address });
  }

  /** A reference to where a variable of a frame was declared; undefined where gdb could not tell. */
  declaration(context: FrameContext, name: string): number | undefined {
    if (!this.ports.hasPython() || !/^[A-Za-z_]\w*$/.test(name)) return undefined;
    return this.handles.create({ kind: 'declaration', context, name });
  }

  /** The target has gone on or has stopped: references given so far are stale. */
  onPauseChanged(): void {
    this.handles.reset();
  }

  private async find(args: D.LocationsArguments): Promise<NonNullable<D.LocationsResponse['body']>> {
    const target = this.handles.get(requireNumber(args, 'locationReference'));
    const place = target.kind === 'code' ? await this.lineAt(target.address) : await this.declared(target);
    if (place === undefined) {
      const what = target.kind === 'code' ? `the code at ${formatAddress(target.address)}` : `'${target.name}'`;
      throw new RequestError('nobody', 'noLocation', `The debug information names no source line for ${what}.`);
    }
    return { source: { name: basename(place.path), path: place.path }, line: place.line };
  }

  private async lineAt(address: Address): Promise<Place | undefined> {
    const { results } = await this.ports.gdb.send(sourceAt(address));
    const row = tuplesAt(results, 'asm_insns')[0];
    const path = row === undefined ? undefined : (textAt(row, 'fullname') ?? textAt(row, 'file'));
    const line = row === undefined ? undefined : integerAt(row, 'line');
    return path === undefined || line === undefined || line === 0 ? undefined : { path, line };
  }

  private async declared({ context, name }: Target & { kind: 'declaration' }): Promise<Place | undefined> {
    const script = [
      `s = gdb.lookup_symbol('${name}', gdb.selected_frame().block())[0]`,
      `print(s.line, s.symtab.fullname()) if s is not None and s.symtab is not None else None`,
    ].join('; ');
    const answer = await this.ports.gdb.send(consoleCommand(`python ${script}`, context));
    const match = /^(\d+) (.+)$/.exec(answer.console.trim());
    return match?.[2] === undefined || match[1] === '0' ? undefined : { path: match[2], line: Number(match[1]) };
  }
}
