import { gdbSet } from '../mi/commands.js';
import type { Gdb } from './ports.js';

/** Makes gdb stop when libraries are loaded, for as long as anybody needs that. */
export class LibraryWatch {
  private readonly watchers = new Set<string>();

  constructor(private readonly gdb: Gdb) {}

  /** `who` needs these stops, or no longer. */
  async set(who: string, needed: boolean): Promise<void> {
    const before = this.watchers.size > 0;
    if (needed) this.watchers.add(who);
    else this.watchers.delete(who);
    const now = this.watchers.size > 0;
    if (now !== before) await this.gdb.send(gdbSet('stop-on-solib-events', now ? 1 : 0));
  }
}
