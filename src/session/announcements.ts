/** What gdb prints at a stop at a breakpoint or catchpoint, also at those that the user does not know of. */
const HIT =
  /^(Thread \d+ .* hit )?(Temporary breakpoint|Breakpoint|Hardware assisted breakpoint|Temporary catchpoint|Catchpoint) \d+(( \(.*\))?, |\n)/;

/** What begins a stop at a signal: who, then what in a record of its own, then the frame. */
const WHO = /^\n(Program|Thread \d+ ".*")$/;
const SIGNAL = /^ (received signal \S+, .*|stopped)\.\n$/;
const FRAME = /^(0x[0-9a-f]+ in )?\S.*\(.*\)( at .*| from .*)?\n$/;

/** A stop for libraries that were loaded, and which. */
const LIBRARIES = /^(Stopped due to shared library event.*\n| {2}Inferior (un)?loaded .*\n)$/;

/** The first line of what gdb prints at a stop at a watchpoint; old and new value and the place follow, up to the stop. */
const WATCH =
  /^(Thread \d+ .* hit )?(Hardware (access \(read\/write\) |read )?watchpoint|Watchpoint) \d+: |^\nWatchpoint \d+ deleted because/;

/** What gdb prints at a stop that it makes for a library (`stop-on-solib-events`). */
const LIBRARY = /^(Stopped due to (spurious )?shared library event| {2}Inferior (un)?loaded )/;

/** What comes with it: an empty line before, the source line behind, another thread's selection. */
const AROUND = /^(\n|(0x[0-9a-f]+\t)?\d+\t.*\n|\[Switching to Thread .*\]\n)$/;

/**
 * Takes gdb's announcements of stops out of its console text. The client shows stops itself, and guards and exit
 * breakpoints are nobody's business; gdb prints them all, each line as a record of its own (mi_interp::on_normal_stop).
 */
export class Announcements {
  private behind: 'nothing' | 'who' | 'signal' | 'hit' = 'nothing';
  private isBehindWatch = false;

  /** What is left of one record of console text. */
  strip(text: string): string {
    if (WATCH.test(text)) this.isBehindWatch = true;
    if (this.isBehindWatch || LIBRARY.test(text)) return '';
    const { behind } = this;
    this.behind = this.stateBehind(text);
    if (this.behind !== 'nothing' || LIBRARIES.test(text)) return '';
    const isAround = AROUND.test(text) && (behind === 'hit' || behind === 'signal' || !/^(0x|\d)/.test(text));
    return isAround ? '' : text;
  }

  private stateBehind(text: string): Announcements['behind'] {
    if (HIT.test(text)) return 'hit';
    if (WHO.test(text)) return 'who';
    if (this.behind === 'who' && SIGNAL.test(text)) return 'signal';
    return this.behind === 'signal' && FRAME.test(text) ? 'hit' : 'nothing';
  }

  /** The stop has come that was announced. */
  stopped(): void {
    this.isBehindWatch = false;
  }
}
