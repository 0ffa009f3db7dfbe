import { readFile } from 'node:fs/promises';
import { basename, isAbsolute, normalize } from 'node:path';
import type { DebugProtocol as D } from '@vscode/debugprotocol';
import { optionalNumber, optionalObject, optionalString } from '../dap/arguments.js';
import type { RouteTable } from '../dap/route.js';
import { fileListExecSourceFiles } from '../mi/commandsTarget.js';
import { textAt, tuplesAt } from '../mi/fields.js';
import { formatAddress, type Address } from '../util/address.js';
import { messageOf, RequestError } from '../util/errors.js';
import type { AssemblyLine } from './disassembly.js';
import type { Client, Gdb } from './ports.js';

/** How many instructions an assembly listing shows before and behind the one that it was made for. */
const BEFORE = 40;
const BEHIND = 120;

/** How many listings are kept, to show other places of the same code in them. */
const KEPT = 32;

/** What sources need of the rest of the session. */
export interface SourcesPorts {
  readonly gdb: Gdb;
  readonly client: Client;
  /** Exactly so many instructions before and from an address on, filled up where none can be read. */
  listing(address: Address, before: number, behind: number): Promise<readonly AssemblyLine[]>;
}

/** The text of sources that the client has no file for, and the list of all source files. */
export class Sources {
  readonly routes: RouteTable = {
    source: { when: 'initialized', run: args => this.source(args) },
    loadedSources: { when: 'initialized', run: () => this.loadedSources() },
  };

  /** The address that each listing was made for; a reference is an index, from 1, and valid for the whole session. */
  private readonly anchors: Address[] = [];
  private readonly references = new Map<Address, number>();
  /** What the client was told of, once it has asked. */
  private listed: readonly string[] | undefined;
  private isChanging = false;
  /** The addresses in the listings that a client has seen, by reference, the latest last. */
  private readonly seen = new Map<number, readonly Address[]>();

  constructor(private readonly ports: SourcesPorts) {}

  /**
   * A source with a line for code that has neither: the assembly around it. Costs nothing: the listing is made when the
   * client asks for its text, and it is known already which of its lines is meant. Code that a client has been shown is
   * found again in that same listing, so that instruction steps move along one text.
   */
  assemblyAt(address: Address, name: string): { readonly source: D.Source; readonly line: number } {
    for (const [reference, addresses] of [...this.seen].reverse()) {
      const index = addresses.indexOf(address);
      if (index >= 0) return { source: listing(name, reference), line: index + 1 };
    }
    return { source: listing(name, this.referenceOf(address)), line: BEFORE + 1 };
  }

  private referenceOf(address: Address): number {
    const known = this.references.get(address);
    if (known !== undefined) return known;
    const reference = this.anchors.push(address);
    this.references.set(address, reference);
    return reference;
  }

  private async source(args: D.SourceArguments): Promise<D.SourceResponse['body']> {
    const named: D.Source = optionalObject(args, 'source') ?? {};
    const reference = optionalNumber(named, 'sourceReference') ?? optionalNumber(args, 'sourceReference') ?? 0;
    if (reference > 0) return this.assembly(reference);
    const path = optionalString(named, 'path');
    if (path === undefined) throw new RequestError('user', 'badArguments', 'Name a path or a sourceReference.');
    try {
      return { content: await readFile(path, 'utf8') };
    } catch (error) {
      const advice =
        "Where the sources lie elsewhere now, tell gdb by 'set substitute-path FROM TO' or 'directory PATH'.";
      throw new RequestError('user', 'sourceNotFound', `${messageOf(error)}. ${advice}`, { cause: error });
    }
  }

  private async assembly(reference: number): Promise<D.SourceResponse['body']> {
    const address = this.anchors[reference - 1];
    if (address === undefined) {
      throw new RequestError('nobody', 'noSource', `There is no source with the reference ${reference}.`);
    }
    const lines = await this.ports.listing(address, BEFORE, BEHIND);
    this.keep(
      reference,
      lines.map(line => line.address),
    );
    return { content: lines.map(spell).join(''), mimeType: 'text/x-asm' };
  }

  private keep(reference: number, addresses: readonly Address[]): void {
    this.seen.delete(reference);
    this.seen.set(reference, addresses);
    const [oldest] = this.seen.keys();
    if (this.seen.size > KEPT && oldest !== undefined) this.seen.delete(oldest);
  }

  /** Libraries have come or gone: a client that has asked for the list is told what has changed, once for all of them. */
  changed(): void {
    if (this.listed === undefined || this.isChanging) return;
    this.isChanging = true;
    this.ports.client.post(async () => {
      this.isChanging = false;
      const before = this.listed ?? [];
      const now = await this.paths();
      this.listed = now;
      const [was, is] = [new Set(before), new Set(now)];
      this.tell(
        'removed',
        before.filter(path => !is.has(path)),
      );
      this.tell(
        'new',
        now.filter(path => !was.has(path)),
      );
    });
  }

  private tell(reason: 'new' | 'removed', paths: readonly string[]): void {
    for (const path of paths) this.ports.client.emit('loadedSource', { reason, source: sourceOf(path) });
  }

  private async loadedSources(): Promise<D.LoadedSourcesResponse['body']> {
    this.listed = await this.paths();
    return { sources: this.listed.map(sourceOf) };
  }

  private async paths(): Promise<readonly string[]> {
    const { results } = await this.ports.gdb.send(fileListExecSourceFiles());
    const paths = tuplesAt(results, 'files').flatMap(file => {
      const path = textAt(file, 'fullname');
      // What was compiled by a path that is not known any more can be opened by nobody.
      return path === undefined || !isAbsolute(path) ? [] : [normalize(path)];
    });
    return [...new Set(paths)].sort();
  }
}

function sourceOf(path: string): D.Source {
  return { name: basename(path), path };
}

function listing(name: string, sourceReference: number): D.Source {
  // Deemphasized, so that clients show the innermost frame that has a source of its own.
  return { name: `${name} [assembly]`, sourceReference, presentationHint: 'deemphasize', origin: 'disassembly' };
}

function spell({ address, symbol, text }: AssemblyLine): string {
  return `${formatAddress(address)}${symbol === undefined ? '' : ` <${symbol}>`}:  ${text}\n`;
}
