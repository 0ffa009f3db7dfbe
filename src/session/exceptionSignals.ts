import { console as consoleCommand } from '../mi/commands.js';
import type { SignalHandling } from './config/exceptionAttributes.js';
import { exceptionFilters, FILTERED_SIGNALS } from './exceptionFilters.js';
import type { Gdb } from './ports.js';

/** The signals that filters stand for, and whether gdb stops at them by itself. */
const GDB_STOPS: readonly (readonly [name: string, stops: boolean])[] = exceptionFilters().flatMap(
  ({ filter, default: stops }) => (FILTERED_SIGNALS.includes(filter) ? [[filter, stops === true] as const] : []),
);

/**
 * At which signals gdb stops. The configuration (and the user's own commands for gdb) say how a session begins; a filter
 * that the client switches later wins from then on. A client tells its filters at the start too, with their defaults:
 * that is no wish of the user's, so where the configuration names a signal, only a change counts.
 */
export class ExceptionSignals {
  private configured: ReadonlyMap<string, SignalHandling> = new Map();
  /** Whether gdb stops now, as far as we have told it. */
  private readonly stops = new Map(GDB_STOPS);
  /** The filters that the client had set last; undefined before it has said anything. */
  private wanted: ReadonlySet<string> | undefined;
  /** Signals that the client has switched: for these the configuration's `stop` is over. */
  private readonly switched = new Set<string>();

  constructor(private readonly gdb: Gdb) {}

  /** Takes the configuration's `signals`; {@link start} gives them to gdb. */
  configure(signals: ReadonlyMap<string, SignalHandling>): void {
    this.configured = signals;
  }

  /** Whether the configuration decides that the session stops at a signal or not; undefined where it does not. */
  configuredStop(name: string): boolean | undefined {
    if (this.switched.has(name)) return undefined;
    const { stop, print } = this.configured.get(name) ?? {};
    return stop ?? (print === false ? false : undefined);
  }

  /** gdb is there: gives it what has been asked for so far. */
  async start(): Promise<void> {
    for (const [name, { stop, pass, print }] of this.configured) {
      // To gdb `noprint` means `nostop` too, and `stop` means `print`: the stronger word comes last.
      const words = [word('print', print), word('pass', pass), word('stop', stop)].filter(each => each !== undefined);
      if (words.length > 0) await this.handle(name, words);
      const stops = this.configuredStop(name);
      if (stops !== undefined) this.stops.set(name, stops);
    }
    await this.apply();
  }

  /**
   * The client has set its filters.
   *
   * @param names the signals to stop at, of those that have a filter
   * @param ready whether gdb is there
   */
  async stopAt(names: ReadonlySet<string>, ready: boolean): Promise<void> {
    const before = this.wanted;
    this.wanted = names;
    for (const name of FILTERED_SIGNALS) {
      if (before !== undefined && before.has(name) !== names.has(name)) this.switched.add(name);
    }
    if (ready) await this.apply();
  }

  /** Why a filter that is set has no effect; undefined where it has. */
  problemOf(name: string): string | undefined {
    if (this.configuredStop(name) !== false) return undefined;
    return `The configuration's "signals" says not to stop at ${name}. Switch this off and on again to stop all the same.`;
  }

  private async apply(): Promise<void> {
    if (this.wanted === undefined) return;
    for (const [name] of GDB_STOPS) {
      const stops = this.configuredStop(name) ?? this.wanted.has(name);
      if (this.stops.get(name) === stops) continue;
      this.stops.set(name, stops);
      // Without a stop SIGINT goes to the program as well: gdb's own default would make Ctrl+C do nothing at all.
      const passes = this.configured.get(name)?.pass ?? !(stops && name === 'SIGINT');
      await this.handle(name, [...(stops ? ['stop', 'print'] : ['nostop', 'noprint']), passes ? 'pass' : 'nopass']);
    }
  }

  private async handle(name: string, words: readonly string[]): Promise<void> {
    await this.gdb.send(consoleCommand(`handle ${name} ${words.join(' ')}`));
  }
}

function word(name: string, value: boolean | undefined): string | undefined {
  return value === undefined ? undefined : `${value ? '' : 'no'}${name}`;
}
