import { mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { lineOf } from '../support/debugSession.js';
import { PATIENCE_MS, until } from './poll.js';
import { ARTEFACTS } from './server.js';

/** How long a key or a button that works takes to show, on a loaded machine. */
export const SHOW_MS = 5000;

/** Of a tree's row, in pixels. */
const ROW_HEIGHT = 22;

/** What is used of the browser's elements: the project compiles without the browser's types. */
interface ScreenElement {
  readonly textContent: string | null;
  getAttribute(name: string): string | null;
  getBoundingClientRect(): { readonly top: number };
}

/** Runs in the browser. */
function placesOf(elements: readonly ScreenElement[]): { readonly text: string; readonly top: number }[] {
  return elements.map(element => ({
    text: element.textContent ?? '',
    top: Math.round(element.getBoundingClientRect().top),
  }));
}

/** Runs in the browser: what a screen reader says of each, else its text. */
function labelsOf(elements: readonly ScreenElement[]): string[] {
  return elements.map(element => element.getAttribute('aria-label') ?? element.textContent ?? '');
}

/** Text as it looks: the editor draws blanks as ones that do not break. */
export function plain(text: string | null): string {
  return (text ?? '').replaceAll('\u00a0', ' ').trim();
}

/** A window of the editor, used as a user uses it: by mouse, keys and what is on the screen. */
export class EditorWindow {
  /** Of the scenario, for its pictures. */
  name = '';

  constructor(readonly page: Page) {}

  /** Opens a page and waits until the folder's files are on the screen. */
  static async openPage(browser: Browser, address: string): Promise<Page> {
    const page = await browser.newPage({ viewport: { width: 1280, height: 960 } });
    page.setDefaultTimeout(PATIENCE_MS);
    await page.goto(address);
    await page.locator('.monaco-workbench .statusbar').waitFor();
    await page.locator('.explorer-folders-view .monaco-list-row').first().waitFor();
    return page;
  }

  async close(): Promise<void> {
    await this.page.context().close();
  }

  /** Keeps a picture of the window, or of a part of it, among the artefacts. */
  async picture(title: string, part?: Locator): Promise<void> {
    mkdirSync(ARTEFACTS, { recursive: true });
    await (part ?? this.page).screenshot({ path: join(ARTEFACTS, `${this.name}-${title}.png`) });
  }

  // --- the editor

  /** Opens a file of the folder's top by the explorer (a search would need a program that is not installed), at a line. */
  async goTo(path: string, line: number): Promise<void> {
    await this.page.keyboard.press('Control+Shift+e');
    await this.page.locator(`.explorer-folders-view .monaco-list-row[aria-label^="${basename(path)}"]`).dblclick();
    await this.activeTab(path).waitFor();
    await until(
      'the file',
      () => this.linesAt('.margin-view-overlays .line-numbers'),
      lines => lines.length > 0,
    );
    await this.quickBox(`:${line}`, String(line));
    await until(
      'the cursor',
      () => this.cursorLine(),
      at => at === line,
    );
  }

  /** The tab of a file, where that file is the one being shown. */
  activeTab(path: string): Locator {
    return this.page.locator(`.tabs-container .tab.active[data-resource-name="${basename(path)}"]`);
  }

  /** Sets a breakpoint by F9 on the line of a marker, and waits for its glyph. */
  async setBreakpoint(path: string, marker: string): Promise<void> {
    const before = await this.breakpointGlyphs();
    await this.goTo(path, lineOf(path, marker));
    await this.focusEditor();
    const glyphs = (): Promise<number[]> => this.breakpointGlyphs();
    const isSet = (lines: readonly number[]): boolean => lines.length > before.length;
    // The key is dead until the extensions have told their languages: press, look, press again.
    await until(
      `the breakpoint at @${marker}`,
      async () => {
        await this.page.keyboard.press('F9');
        return until('its glyph', glyphs, isSet, SHOW_MS).catch(() => []);
      },
      isSet,
    );
  }

  async focusEditor(): Promise<void> {
    await this.page.locator('.editor-group-container.active .editor-instance .native-edit-context').focus();
  }

  async cursorLine(): Promise<number> {
    const text = await this.page
      .locator('#status\\.editor\\.selection')
      .textContent()
      .catch(() => '');
    return Number(/Ln (\d+)/.exec(text ?? '')?.[1] ?? 0);
  }

  /** Lines that bear a glyph of a breakpoint (any kind of it). */
  async breakpointGlyphs(): Promise<number[]> {
    return this.linesAt('.glyph-margin-widgets .codicon-debug-breakpoint');
  }

  /** The lines of elements in the active editor, by their height on the screen. */
  async linesAt(selector: string): Promise<number[]> {
    const editor = this.page.locator('.editor-group-container.active .editor-instance');
    const [numbers, marks] = await Promise.all([
      editor.locator('.margin-view-overlays .line-numbers').evaluateAll(placesOf),
      editor.locator(selector).evaluateAll(placesOf),
    ]);
    return marks.flatMap(({ top }) => {
      const at = numbers.find(number => Math.abs(number.top - top) < 4);
      return at === undefined ? [] : [Number(at.text)];
    });
  }

  /** Puts the mouse on a word in the active editor. @param line the text of its line, or a part that no other line on the screen has */
  async pointAt(line: string, word: string): Promise<void> {
    const row = this.page.locator('.editor-group-container.active .view-line', { hasText: line }).locator('> span');
    const [text, box] = await Promise.all([row.textContent(), row.boundingBox()]);
    const column = (text ?? '').search(new RegExp(`\\b${word}\\b`));
    if (box === null || column < 0) throw new Error(`'${word}' is not on the screen in '${text ?? ''}'`);
    const width = box.width / (text ?? '').length; // Every character is as wide as the others.
    await this.page.mouse.move(box.x + (column + word.length / 2) * width, box.y + box.height / 2, { steps: 4 });
  }

  // --- lists and trees

  /** The labels of a tree's rows as a screen reader says them. */
  async rows(tree: string): Promise<string[]> {
    return this.page.locator(`${tree} .monaco-list-row`).evaluateAll(labelsOf);
  }

  /** Turns the wheel over a tree until a row is like this: only the rows that are on the screen exist. @returns its label */
  async scrollTo(tree: string, pattern: RegExp): Promise<string> {
    await this.page.locator(tree).hover();
    let before: readonly string[] = [];
    const rows = await until(
      `a row like ${String(pattern)} in ${tree}`,
      async () => {
        const now = await this.rows(tree);
        if (!now.some(row => pattern.test(row))) {
          await this.page.mouse.wheel(0, now.join('\n') === before.join('\n') ? -100_000 : 2 * ROW_HEIGHT);
        }
        before = now;
        return now;
      },
      now => now.some(row => pattern.test(row)),
    );
    return rows.find(row => pattern.test(row)) ?? '';
  }

  /** A view of the side bar by its title. */
  pane(title: string): Locator {
    return this.page.locator('.pane', { has: this.page.locator(`.pane-header[aria-label^="${title}"]`) });
  }

  /** Waits until a view that is drawn has a row whose text is as wanted. @returns that text */
  async rowOf(pane: Locator, pattern: RegExp): Promise<string> {
    const texts = await until(
      `a row like ${String(pattern)}`,
      () => pane.locator('.monaco-list-row').allTextContents(),
      all => all.some(text => pattern.test(text)),
    );
    return texts.find(text => pattern.test(text)) ?? '';
  }

  // --- commands

  /** Runs a command by its title. */
  async command(title: string): Promise<void> {
    await this.quickBox(`>${title}`, title);
  }

  /**
   * Types into the quick box and takes the first row, once it is what was meant. Its list is made when the box opens, and a
   * window that is new does not know everything yet: then it is opened again.
   *
   * @param label a part of the row's label
   */
  async quickBox(text: string, label: string): Promise<void> {
    const widget = this.page.locator('.quick-input-widget');
    await this.page.mouse.move(640, 700); // A row under the mouse would be the chosen one.
    await until(
      `the row '${label}' for '${text}'`,
      async () => {
        await this.page.keyboard.press('Control+p');
        await widget.locator('input.input').fill(text);
        const row = widget.locator(`.monaco-list-row.focused[aria-label*="${label}"]`);
        const isThere = await row.waitFor({ timeout: SHOW_MS }).then(
          () => true,
          () => false,
        );
        await this.page.keyboard.press(isThere ? 'Enter' : 'Escape');
        return isThere;
      },
      isThere => isThere,
    );
    // What was chosen may go on asking in the same box.
    await until(
      'the end of the quick box',
      async () => (await widget.isVisible()) && (await widget.locator('input.input').inputValue()) === text,
      isOpen => !isOpen,
    );
  }

  /** Chooses in a quick pick that is open or about to open. @param label matches the row's label as a screen reader says it */
  async pick(text: string, label: RegExp): Promise<void> {
    const widget = this.page.locator('.quick-input-widget');
    await widget.locator('input.input').fill(text);
    const rows = widget.locator('.quick-input-list .monaco-list-row');
    const labels = await until(
      `a row like ${String(label)}`,
      () => rows.evaluateAll(labelsOf),
      all => all.some(row => label.test(row)),
    );
    await rows.nth(labels.findIndex(row => label.test(row))).click();
  }
}
