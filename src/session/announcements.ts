/** What gdb prints at a stop at a breakpoint, also at those that the user does not know of. */
const HIT = /^(Thread \d+ .* hit )?(Temporary breakpoint|Breakpoint|Hardware assisted breakpoint) \d+, /;

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
  private isBehindHit = false;
  private isBehindWatch = false;

  /** What is left of one record of console text. */
  strip(text: string): string {
    if (WATCH.test(text)) this.isBehindWatch = true;
    if (this.isBehindWatch || LIBRARY.test(text)) return '';
    const isHit = HIT.test(text);
    const isAround = AROUND.test(text);
    const isAnnouncement = isHit || (isAround && (this.isBehindHit || !/^(0x|\d)/.test(text)));
    this.isBehindHit = isHit;
    return isAnnouncement ? '' : text;
  }

  /** The stop has come that was announced. */
  stopped(): void {
    this.isBehindWatch = false;
  }
}
