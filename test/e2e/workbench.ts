import { mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { lineOf } from '../support/debugSession.js';
import { PATIENCE_MS, until } from './poll.js';
import { ARTEFACTS } from './server.js';

/** How long a key that works takes to show, on a loaded machine. */
const GLYPH_MS = 3000;

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

/** Runs in the browser. */
function textsOf(elements: readonly ScreenElement[]): string[] {
  return elements.map(element => element.textContent ?? '');
}

/** A view of the side bar. */
export interface View {
  /** The text of each row that is drawn. */
  texts(): Promise<string[]>;
  picture(name: string): Promise<void>;
}

/** A window of the editor, used as a user uses it: by mouse, keys and what is on the screen. */
export class Workbench {
  /** Of the scenario, for its pictures. */
  name = '';
  private pictures = 0;

  private constructor(readonly page: Page) {}

  /** Opens a window. */
  static async open(browser: Browser, address: string): Promise<Workbench> {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    page.setDefaultTimeout(PATIENCE_MS);
    await page.goto(address);
    await page.locator('.monaco-workbench .statusbar').waitFor();
    await page.locator('.explorer-folders-view .monaco-list-row').first().waitFor();
    return new Workbench(page);
  }

  async close(): Promise<void> {
    await this.page.context().close();
  }

  /** Ends the session, removes all breakpoints and closes all editors. */
  async clear(): Promise<void> {
    if (await this.page.locator('.debug-toolbar').isVisible()) await this.stop();
    await this.command('Debug: Remove All Breakpoints');
    await this.command('View: Close All Editors');
    await this.page.locator('.editor-instance').first().waitFor({ state: 'detached' });
  }

  /** Keeps a picture of the window among the artefacts. */
  async picture(title: string): Promise<void> {
    mkdirSync(ARTEFACTS, { recursive: true });
    const number = String(++this.pictures).padStart(2, '0');
    await this.page.screenshot({ path: join(ARTEFACTS, `${this.name}-${number}-${title}.png`) });
  }

  // --- the editor

  /** Opens a file of the folder's top by the explorer (a search would need a program that is not installed), at a line. */
  async goTo(path: string, line: number): Promise<void> {
    await this.page.keyboard.press('Control+Shift+e');
    await this.page.locator(`.explorer-folders-view .monaco-list-row[aria-label^="${basename(path)}"]`).dblclick();
    await this.page.locator(`.tabs-container .tab.active[data-resource-name="${basename(path)}"]`).waitFor();
    await until(
      'the file',
      () => this.linesAt('.margin-view-overlays .line-numbers'),
      lines => lines.length > 0,
    );
    await this.quickBox(`:${line}`, 'Control+p');
    await until(
      'the cursor',
      () => this.cursorLine(),
      at => at === line,
    );
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
        return until('its glyph', glyphs, isSet, GLYPH_MS).catch(() => []);
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

  /**
   * The line that is drawn as the stopped one; 0 where none is on the screen, or where the call stack tells another one:
   * while the editor scrolls and draws anew, heights say little.
   */
  async stoppedLine(): Promise<number> {
    const [drawn = 0] = await this.linesAt('.view-overlays .debug-top-stack-frame-line');
    const frames = await this.rows('.debug-call-stack');
    const told = frames.map(row => /^Stack Frame .*, line (\d+)/.exec(row)?.[1]).find(line => line !== undefined);
    return Number(told) === drawn ? drawn : 0;
  }

  /** Waits until the stopped line is another one, and tells it. */
  async stoppedAt(line: number): Promise<void> {
    await until(
      `the stopped line ${line}`,
      () => this.stoppedLine(),
      at => at === line,
    );
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

  // --- the debugger

  /** Starts a configuration of launch.json by its name. */
  async debug(configuration: string): Promise<void> {
    await this.quickBox(`debug ${configuration}`, 'Control+p');
    await this.page.locator('.debug-toolbar').waitFor();
  }

  /** Presses a button of the debug toolbar: continue, step-over, step-into, step-out, restart, stop. */
  async press(button: string): Promise<void> {
    await this.page.locator(`.debug-toolbar .codicon-debug-${button}`).click();
  }

  /** Presses Stop once; the session must end by that. */
  async stop(): Promise<void> {
    await this.press('stop');
    await this.ended();
  }

  async ended(): Promise<void> {
    await this.page.locator('.debug-toolbar').waitFor({ state: 'hidden' });
  }

  /** Shows Run and Debug. */
  async showDebugView(): Promise<void> {
    if (await this.page.locator('.debug-call-stack').isVisible()) return;
    await this.page.keyboard.press('Control+Shift+d');
    await this.page.locator('.debug-call-stack').waitFor();
  }

  /** The labels of a tree's rows as a screen reader says them. */
  async rows(tree: string): Promise<string[]> {
    return this.page
      .locator(`${tree} .monaco-list-row`)
      .evaluateAll((rows: readonly ScreenElement[]) =>
        rows.map(row => row.getAttribute('aria-label') ?? row.textContent ?? ''),
      );
  }

  /** A view of Run and Debug by its title. */
  view(title: string): View {
    const pane = this.page.locator('.pane', { has: this.page.locator(`.pane-header[aria-label^="${title}"]`) });
    return {
      texts: () => pane.locator('.monaco-list-row').evaluateAll(textsOf),
      picture: async name => {
        mkdirSync(ARTEFACTS, { recursive: true });
        await pane.screenshot({ path: join(ARTEFACTS, `${name}.png`) });
      },
    };
  }

  /** The text of our item in the status bar; undefined where it is not shown. */
  async statusBar(name: string): Promise<string | undefined> {
    const item = this.page.locator(`.statusbar-item[aria-label*="rseq"], .statusbar-item[title*="${name}"]`).first();
    return (await item.isVisible()) ? ((await item.textContent()) ?? undefined) : undefined;
  }

  /** Asks the debug console, and waits for its answer. */
  async evaluate(expression: string): Promise<string> {
    await this.command('Debug Console: Focus on Debug Console View');
    const answers = this.page.locator('.repl .evaluation-result');
    const before = await answers.count();
    const input = this.page.locator('.repl .repl-input-wrapper .monaco-editor');
    await input.click();
    await this.page.keyboard.type(expression);
    await this.page.keyboard.press('Escape'); // A suggestion would take the Enter.
    await this.page.keyboard.press('Enter');
    await until(
      'an answer of the console',
      () => answers.count(),
      count => count > before,
    );
    return ((await answers.last().textContent()) ?? '').trim();
  }

  /** What the editor says of the first breakpoint on the screen, under the mouse. */
  async hoverBreakpoint(): Promise<string> {
    await this.page.locator('.glyph-margin-widgets .codicon-debug-breakpoint').first().hover();
    const hover = this.page.locator('.monaco-hover:not(.hidden)').first();
    await hover.waitFor();
    return (await hover.textContent()) ?? '';
  }

  /** Chooses in a quick pick that is open or about to open. */
  async pick(text: string): Promise<void> {
    const input = this.page.locator('.quick-input-widget input.input');
    await input.waitFor();
    await input.fill(text);
    await until(
      'one row',
      () => this.page.locator('.quick-input-list .monaco-list-row').count(),
      count => count === 1,
    );
    await this.page.keyboard.press('Enter');
  }

  // --- commands

  /** Runs a command by its title. */
  async command(title: string): Promise<void> {
    await this.quickBox(`>${title}`, 'Control+p');
  }

  /** Types into the quick box and takes the first row. */
  async quickBox(text: string, key: string): Promise<void> {
    await this.page.mouse.move(640, 700); // A row under the mouse would be the chosen one.
    await this.page.keyboard.press(key);
    const input = this.page.locator('.quick-input-widget input.input');
    await input.fill(text);
    const rows = this.page.locator('.quick-input-list .monaco-list-row');
    await rows.first().waitFor();
    await this.page.keyboard.press('Enter');
  }
}
