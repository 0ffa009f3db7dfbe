import type { TableWarning } from './region.js';

/** How many warnings of one kind about one section are told one by one. */
const EACH = 20;

/**
 * Collects what is wrong in one file's tables. A hostile table has something wrong in each of a million entries: beyond
 * the first few of a kind they are only counted.
 */
export class Warnings {
  readonly #list: TableWarning[] = [];
  readonly #counts = new Map<string, { code: string; section: string; count: number }>();

  /** @param file the file's name as it is to appear in each message */
  constructor(readonly file: string) {}

  /** @param text what is wrong, and what was done about it; file, section and entry are put before it */
  add(code: string, section: string, entry: number | undefined, text: string): void {
    const kind = `${section} ${code}`;
    const seen = this.#counts.get(kind) ?? { code, section, count: 0 };
    this.#counts.set(kind, seen);
    seen.count++;
    if (seen.count > EACH) return;
    const where = entry === undefined ? section : `${section} entry ${entry}`;
    this.#list.push({
      code,
      message: `${this.file}: ${where}: ${text}`,
      section,
      ...(entry === undefined ? {} : { entry }),
    });
  }

  /** All warnings in the order they came, then how many more there were of each kind. */
  list(): TableWarning[] {
    const more = [...this.#counts.values()].filter(seen => seen.count > EACH);
    return [
      ...this.#list,
      ...more.map(({ code, section, count }) => ({
        code,
        message: `${this.file}: ${section}: ${count - EACH} more entries with ${code}`,
        section,
      })),
    ];
  }
}
