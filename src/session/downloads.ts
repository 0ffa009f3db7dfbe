import { gdbShow } from '../mi/commands.js';
import type { Gdb } from './ports.js';
import type { Progress, ShownProgress } from './progress.js';

/** What gdb prints when it begins to fetch a file from a debuginfod server (gdb/debuginfod-support.c); newer ones tell a size. */
const DOWNLOADING = /^Downloading (.*?)(\.\.\.)?\n$/;

/** What the downloads need of the rest of the session. */
export interface DownloadsPorts {
  readonly gdb: Gdb;
  readonly gdbPid: () => number | undefined;
  readonly progress: Progress;
}

/** gdb's downloads of debug information and sources, shown while they last; the user can give one up. */
export class Downloads {
  private shown: ShownProgress | undefined;

  constructor(private readonly ports: DownloadsPorts) {}

  /** A text of gdb's console. */
  onText(text: string): void {
    const what = DOWNLOADING.exec(text)?.[1];
    if (what === undefined) return;
    if (this.shown !== undefined) {
      this.shown.update(what);
      return;
    }
    this.shown = this.ports.progress.start('Downloading debug information', what, () => {
      this.giveUp();
    });
    // gdb answers nothing while it downloads: the next answer is the end of it.
    const end = (): void => {
      this.shown?.end();
      this.shown = undefined;
    };
    this.ports.gdb.send(gdbShow('version')).then(end, end);
  }

  /** As ^C on gdb's own terminal. */
  private giveUp(): void {
    const pid = this.ports.gdbPid();
    if (this.shown !== undefined && pid !== undefined) process.kill(pid, 'SIGINT');
  }
}
