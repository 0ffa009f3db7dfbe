import { realpath } from 'node:fs/promises';
import { basename } from 'node:path';
import type { DebugProtocol as D } from '@vscode/debugprotocol';
import { optionalNumber } from '../dap/arguments.js';
import type { RouteTable } from '../dap/route.js';
import { hasGdbEnded, MiError } from '../mi/client.js';
import { console as consoleCommand } from '../mi/commands.js';
import { listThreadGroups } from '../mi/commandsTarget.js';
import type { Library } from '../mi/events.js';
import { textAt, tuplesAt } from '../mi/fields.js';
import { contains, formatAddress, type Address, type AddressRange } from '../util/address.js';
import type { MemoryMap } from './memoryMap.js';
import type { Client, Gdb } from './ports.js';
import { pathThere } from './remoteFiles.js';

/** What the list of modules needs of the rest of the session. */
export interface LoadedModulesPorts {
  readonly gdb: Gdb;
  readonly client: Client;
  readonly map: MemoryMap;
  readonly isStopped: () => boolean;
}

interface Module {
  /** gdb's id of a library; the path of the executable. */
  readonly id: string;
  readonly path: string;
  /** Where its code lies, run-time; empty where that is not known. */
  readonly ranges: readonly AddressRange[];
}

/** The executable and the libraries that the program has loaded, as clients list them. */
export class LoadedModules {
  readonly routes: RouteTable = {
    modules: { when: 'initialized', run: args => this.list(args) },
  };

  private readonly modules = new Map<string, Module>();
  /** Loaded, and not yet told to the client. */
  private untold: Module[] = [];
  /** Told while the program ran, without what gdb has of their symbols. */
  private readonly incomplete = new Set<Module>();
  /** The id of the executable. */
  private executable: string | undefined;
  /** The process whose executable gdb has not told yet. */
  private unknownOf: number | undefined;

  constructor(private readonly ports: LoadedModulesPorts) {}

  /** The module that an address lies in, where its ranges are known. */
  idAt(address: Address): string | undefined {
    for (const { id, ranges } of this.modules.values()) {
      if (ranges.some(range => contains(range, address))) return id;
    }
    return undefined;
  }

  /** A process has been started or attached to: its executable is the first module. */
  processStarted(pid: number): void {
    this.ports.client.post(() => this.findExecutable(pid));
  }

  private async findExecutable(pid: number): Promise<void> {
    this.unknownOf = undefined;
    try {
      const { results } = await this.ports.gdb.send(listThreadGroups());
      const group = tuplesAt(results, 'groups').find(each => textAt(each, 'pid') === String(pid));
      const path = group === undefined ? undefined : textAt(group, 'executable');
      this.executable = path;
      if (path !== undefined) this.add({ id: path, path, ranges: await this.rangesOf(path) });
    } catch (error) {
      if (!(error instanceof MiError) || hasGdbEnded(error)) throw error;
      // gdb 16 does not tell while a remote target runs.
      this.unknownOf = pid;
    }
  }

  /** The process has become another program. */
  programReplaced(pid: number): void {
    if (this.executable !== undefined) this.remove(this.executable);
    this.processStarted(pid);
  }

  /** Where the code of a file lies; nothing where the target does not tell, or has just ended. */
  private async rangesOf(path: string): Promise<AddressRange[]> {
    const map = await this.ports.map().catch(() => []);
    const code = map.filter(({ isExecutable }) => isExecutable);
    const there = pathThere(path);
    const exact = code.filter(mapping => mapping.path === there);
    // On another machine it may lie elsewhere.
    return exact.length > 0 ? exact : code.filter(mapping => basename(mapping.path) === basename(there));
  }

  libraryLoaded({ id, hostName, ranges }: Library): void {
    this.add({ id, path: hostName, ranges });
  }

  libraryUnloaded({ id }: Library): void {
    this.remove(id);
  }

  private remove(id: string): void {
    const module = this.modules.get(id);
    if (module === undefined) return;
    this.modules.delete(id);
    this.incomplete.delete(module);
    this.untold = this.untold.filter(each => each !== module);
    this.ports.client.emit('module', { reason: 'removed', module: identify(module) });
  }

  /** Libraries come in bursts: gdb is asked once for the symbols of all that have come meanwhile. */
  private add(module: Module): void {
    this.modules.set(module.id, module);
    if (this.untold.push(module) > 1) return;
    this.ports.client.post(async () => {
      const status = await this.symbolStatus();
      for (const each of this.untold.splice(0)) {
        if (status === undefined) this.incomplete.add(each);
        this.ports.client.emit('module', { reason: 'new', module: await describe(each, status?.get(each.path)) });
      }
    });
  }

  /** The target has gone on or has stopped: what could not be told while it ran is told at a stop. */
  onPauseChanged(): void {
    if (this.incomplete.size === 0 || !this.ports.isStopped()) return;
    this.ports.client.post(async () => {
      const status = await this.symbolStatus();
      if (status === undefined) return;
      const modules = [...this.incomplete];
      this.incomplete.clear();
      for (const each of modules) {
        this.ports.client.emit('module', { reason: 'changed', module: await describe(each, status.get(each.path)) });
      }
    });
  }

  private async list(args: D.ModulesArguments): Promise<D.ModulesResponse['body']> {
    const start = optionalNumber(args, 'startModule') ?? 0;
    const count = optionalNumber(args, 'moduleCount') ?? 0;
    if (this.unknownOf !== undefined) await this.findExecutable(this.unknownOf);
    const all = [...this.modules.values()];
    const page = all.slice(start, count > 0 ? start + count : undefined);
    const status = page.length === 0 ? undefined : await this.symbolStatus();
    const modules = await Promise.all(page.map(module => describe(module, status?.get(module.path))));
    return { modules, totalModules: all.length };
  }

  /**
   * What gdb has of the symbols of each library and of the executable, by path. MI has no command that tells. Undefined while
   * the program runs: to answer, gdb looks for libraries by itself, and one that the loader is just about to announce it
   * then takes for known; a `catch load` would miss it.
   */
  private async symbolStatus(): Promise<ReadonlyMap<string, string> | undefined> {
    if (!this.ports.isStopped()) return undefined;
    const [libraries, files] = await Promise.allSettled([
      this.ports.gdb.send(consoleCommand('info sharedlibrary')),
      this.ports.gdb.send(consoleCommand('info files')),
    ]);
    return new Map([
      ...(libraries.status === 'fulfilled' ? parseLibraries(libraries.value.console) : []),
      ...(files.status === 'fulfilled' ? parseExecutable(files.value.console) : []),
    ]);
  }
}

/**
 * `info sharedlibrary`: from, to (both missing where the file was not found), `Yes`, `No` or `Yes (*)`, path. The star
 * marks libraries without debug information.
 */
function parseLibraries(text: string): (readonly [path: string, status: string])[] {
  return text.split('\n').flatMap(line => {
    const match = /^(?:0x[0-9a-f]+\s+0x[0-9a-f]+)?\s+(Yes \(\*\)|Yes|No)\s+(\S.*)$/.exec(line);
    if (match?.[1] === undefined || match[2] === undefined) return [];
    return [[match[2], SYMBOL_STATUS[match[1]] ?? match[1]] as const];
  });
}

const SYMBOL_STATUS: Readonly<Record<string, string>> = {
  Yes: 'Symbols loaded',
  'Yes (*)': 'Symbols loaded, no debug information',
  No: 'Symbols not loaded',
};

/** `info files` begins with the file that symbols were read from. */
function parseExecutable(text: string): (readonly [path: string, status: string])[] {
  const path = /^Symbols from "(.*)"\./m.exec(text)?.[1];
  return path === undefined ? [] : [[path, 'Symbols loaded']];
}

function identify({ id, path }: Module): D.Module {
  return { id, name: basename(path), path };
}

async function describe(module: Module, symbolStatus: string | undefined): Promise<D.Module> {
  const { path, ranges } = module;
  const version = await versionOf(path);
  const [first] = ranges;
  const last = ranges.at(-1);
  return {
    ...identify(module),
    ...(version === undefined ? {} : { version }),
    ...(symbolStatus === undefined ? {} : { symbolStatus }),
    ...(first === undefined || last === undefined
      ? {}
      : { addressRange: `${formatAddress(first.start)}-${formatAddress(last.end)}` }),
  };
}

/** What stands behind `.so.` in the name of the file that a library's name leads to: `6.0.30`. */
async function versionOf(path: string): Promise<string | undefined> {
  const file = await realpath(path).catch(() => path);
  return /\.so\.(\d+(?:\.\d+)*)$/.exec(file)?.[1];
}
