import type { DebugProtocol as D } from '@vscode/debugprotocol';
import type { Breakpoint } from '../mi/breakpoint.js';
import type { Address } from '../util/address.js';
import type { Modifiers } from './breakpointCondition.js';

/** Where the user wants a breakpoint. */
export type Place =
  | { readonly kind: 'source'; readonly path: string; readonly line: number }
  | { readonly kind: 'function'; readonly name: string }
  | { readonly kind: 'instruction'; readonly address: Address };

/** A breakpoint of the user's and everything that gdb has of it. */
export interface Entry {
  /** DAP's id. */
  readonly id: number;
  readonly place: Place;
  readonly modifiers: Modifiers;
  /** What gdb stops on, compiled from the modifiers. */
  readonly condition: string | undefined;
  /** gdb's breakpoint at the place itself, as gdb described it last; undefined where gdb has none. */
  atPlace: Breakpoint | undefined;
  /** gdb's breakpoints that stand for locations inside regions, at preludes or kept there: address to gdb's number. */
  readonly planted: Map<Address, string>;
  /** Whether `planted` stop at each hit, and the adapter judges the condition: inside a region gdb's own way aborts it. */
  isJudged: boolean;
  /** Locations of `atPlace` (`2.1`) that are disabled because they lie inside a region. */
  readonly disabled: Set<string>;
  /** Why the breakpoint cannot work, in words for the user. */
  problem: string | undefined;
  /** Where it was moved to, and why, in words for the user. */
  moved: { readonly line: number | undefined; readonly message: string } | undefined;
  /** What the client was told last. */
  told: D.Breakpoint | undefined;
}

/** The user's breakpoints: DAP's ids on one side, gdb's numbers on the other. */
export class BreakpointTable {
  private readonly entries = new Map<number, Entry>();

  /** @param nextId a DAP id that no other breakpoint of any kind has */
  constructor(private readonly nextId: () => number) {}

  /** A new entry without anything in gdb yet. `compile` is given its id. */
  add(place: Place, modifiers: Modifiers, compile: (id: number) => string | undefined): Entry {
    const id = this.nextId();
    const entry: Entry = {
      id,
      place,
      modifiers,
      condition: compile(id),
      atPlace: undefined,
      planted: new Map(),
      isJudged: false,
      disabled: new Set(),
      problem: undefined,
      moved: undefined,
      told: undefined,
    };
    this.entries.set(entry.id, entry);
    return entry;
  }

  remove(entry: Entry): void {
    this.entries.delete(entry.id);
  }

  all(): Entry[] {
    return [...this.entries.values()];
  }

  /** The entry that gdb's number belongs to. */
  byNumber(number: string): Entry | undefined {
    return this.all().find(entry => numbersOf(entry).includes(number));
  }
}

/** Every number that gdb has for an entry. */
export function numbersOf(entry: Entry): string[] {
  const own = entry.atPlace === undefined ? [] : [entry.atPlace.number];
  return [...own, ...entry.planted.values()];
}

/** Whether a new request asks for what an entry already is: then it is kept, with its hit count. */
export function isSame(entry: Entry, place: Place, modifiers: Modifiers): boolean {
  return (
    placeKey(entry.place) === placeKey(place) &&
    entry.modifiers.condition === modifiers.condition &&
    entry.modifiers.hitCondition === modifiers.hitCondition &&
    entry.modifiers.logMessage === modifiers.logMessage &&
    entry.modifiers.mode === modifiers.mode
  );
}

function placeKey(place: Place): string {
  switch (place.kind) {
    case 'source':
      return `source ${place.line} ${place.path}`;
    case 'function':
      return `function ${place.name}`;
    case 'instruction':
      return `instruction ${place.address}`;
  }
}
