import { console as consoleCommand, gdbSet } from '../mi/commands.js';
import type { Library } from '../mi/events.js';
import type { SymbolLoadInfo } from './config/behaviourAttributes.js';
import type { Gdb } from './ports.js';

/** What choosing libraries needs of the rest of the session. */
export interface SymbolLoadingPorts {
  readonly gdb: Gdb;
  /** Makes gdb stop whenever libraries are loaded. */
  watch(): Promise<void>;
}

/**
 * Has gdb read the symbols of those libraries alone that the configuration names (`symbolLoadInfo`). They are read at a stop that
 * gdb makes for libraries, so that breakpoints in them are bound before they run.
 */
export class SymbolLoading {
  /** Undefined while gdb reads all of them by itself. */
  private info: SymbolLoadInfo | undefined;
  private readonly unread: string[] = [];

  constructor(private readonly ports: SymbolLoadingPorts) {}

  /** gdb runs, and has no process yet. */
  async begin(info: SymbolLoadInfo): Promise<void> {
    if (info.loadAll && info.exceptionList.length === 0) return;
    this.info = info;
    await this.ports.gdb.send(gdbSet('auto-solib-add', 'off'));
    await this.ports.watch();
  }

  /** A library has come. */
  libraryLoaded({ hostName }: Library): void {
    if (this.info !== undefined && isWanted(hostName, this.info)) this.unread.push(hostName);
  }

  /** Has gdb read what has come since. */
  async load(): Promise<void> {
    for (const path of this.unread.splice(0)) {
      await this.ports.gdb.send(consoleCommand(`sharedlibrary ^${gdbPattern(path)}$`));
    }
  }
}

/** A pattern with a `/` is one for paths, any other one for names of files; `*` and `?` match any. */
function isWanted(path: string, { loadAll, exceptionList }: SymbolLoadInfo): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const isNamed = exceptionList.some(pattern => toExpression(pattern).test(pattern.includes('/') ? path : name));
  return loadAll ? !isNamed : isNamed;
}

function toExpression(pattern: string): RegExp {
  const literal = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${literal.replaceAll('*', '.*').replaceAll('?', '.')}$`);
}

/** A text in gdb's regular expressions, which are those of Emacs: a backslash before a parenthesis would begin a group. */
function gdbPattern(text: string): string {
  return text.replace(/[.+*?[\\^$]/g, character => (/[\\^]/.test(character) ? `\\${character}` : `[${character}]`));
}
