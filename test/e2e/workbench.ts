import type { Browser, Locator } from 'playwright-core';
import { until } from './poll.js';
import { EditorWindow, plain, SHOW_MS } from './window.js';

/** A window in which a program is debugged. */
export class Workbench extends EditorWindow {
  /** Opens a window. */
  static async open(browser: Browser, address: string): Promise<Workbench> {
    return new Workbench(await EditorWindow.openPage(browser, address));
  }

  /** Ends the session, removes all breakpoints and closes all editors. */
  async clear(): Promise<void> {
    if (await this.page.locator('.debug-toolbar').isVisible()) await this.stop();
    await this.command('Remove All Breakpoints');
    await this.command('View: Close All Editors');
    await this.page.locator('.editor-instance').first().waitFor({ state: 'detached' });
  }

  // --- sessions

  /** Starts a configuration of launch.json by its name. */
  async debug(configuration: string): Promise<void> {
    await this.quickBox(`debug ${configuration}`, configuration);
    await this.page.locator('.debug-toolbar').waitFor();
  }

  /** Presses a button of the debug toolbar: continue, pause, step-over, step-into, step-out, restart, stop, disconnect. */
  async press(button: string): Promise<void> {
    await this.page.locator(`.debug-toolbar .codicon-debug-${button}`).click();
  }

  /** Presses Pause until the program stands: the editor, which learns of threads a moment after the start, does nothing before. */
  async pause(): Promise<void> {
    await until(
      'the stop',
      async () => {
        await this.press('pause');
        return until(
          'a stopped line',
          () => this.stoppedLine(),
          at => at !== 0,
          SHOW_MS,
        ).catch(() => 0);
      },
      at => at !== 0,
    );
  }

  /** Presses Stop once; the session must end by that. */
  async stop(): Promise<void> {
    await this.press('stop');
    await this.ended();
  }

  async ended(): Promise<void> {
    await this.page.locator('.debug-toolbar').waitFor({ state: 'hidden' });
  }

  // --- where the program stands

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

  /** Waits until the stopped line is this one. */
  async stoppedAt(line: number): Promise<void> {
    await until(
      `the stopped line ${line}`,
      () => this.stoppedLine(),
      at => at === line,
    );
  }

  /** Waits until the stopped line is another one, and tells it. */
  async stoppedBeside(before: number): Promise<number> {
    return until(
      'another line',
      () => this.stoppedLine(),
      at => at !== 0 && at !== before,
    );
  }

  // --- Run and Debug

  /** Shows Run and Debug. */
  async showDebugView(): Promise<void> {
    if (await this.page.locator('.debug-call-stack').isVisible()) return;
    await this.page.keyboard.press('Control+Shift+d');
    await this.page.locator('.debug-call-stack').waitFor();
  }

  /** Opens a view of Run and Debug, where it is closed, and brings it onto the screen. */
  async openView(title: string): Promise<Locator> {
    const pane = this.pane(title);
    const header = pane.locator('.pane-header');
    await header.scrollIntoViewIfNeeded();
    if ((await header.getAttribute('aria-expanded')) === 'false') await header.click();
    await pane.locator('.monaco-list').waitFor();
    return pane;
  }

  /**
   * The row of Variables that is like this, as a screen reader says it; waits for it.
   *
   * @param scope opened first, where it is closed
   */
  async variable(pattern: RegExp, scope?: string): Promise<string> {
    const tree = '.debug-variables';
    await this.command('Focus on Variables View');
    if (scope !== undefined) {
      await this.scrollTo(tree, new RegExp(`^Scope ${scope}`));
      const row = this.page.locator(`${tree} .monaco-list-row[aria-label^="Scope ${scope}"]`);
      if ((await row.getAttribute('aria-expanded')) === 'false') await row.click();
    }
    return this.scrollTo(tree, pattern);
  }

  /** Adds an expression to Watch. @returns its row, as a screen reader says it */
  async watch(expression: string): Promise<string> {
    const pane = this.pane('Watch');
    await this.command('Focus on Watch View');
    await pane.locator('.pane-header').hover();
    await pane.locator('.action-label[aria-label="Add Expression"]').click();
    await pane.locator('input').fill(expression);
    await this.page.keyboard.press('Enter');
    const rows = await until(
      `the value of ${expression}`,
      () => this.rows('.debug-watch'),
      all => all.some(row => row.startsWith(`${expression}, value`)),
    );
    return rows.find(row => row.startsWith(expression)) ?? '';
  }

  /** Switches an exception filter by its box in Breakpoints. */
  async toggleExceptions(label: string): Promise<void> {
    await this.command('Focus on Breakpoints View');
    const row = this.page.locator('.debug-breakpoints .monaco-list-row', { hasText: label }).first();
    await row.locator('.monaco-checkbox').click();
  }

  /** The text of our item in the status bar; undefined where it is not shown. */
  async statusBar(name: string): Promise<string | undefined> {
    const item = this.page.locator(`.statusbar-item[aria-label*="rseq"], .statusbar-item[title*="${name}"]`).first();
    return (await item.isVisible()) ? ((await item.textContent()) ?? undefined) : undefined;
  }

  // --- values and texts

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

  /** What the editor shows for a word of the source under the mouse. */
  async hover(line: string, word: string): Promise<string> {
    await this.pointAt(line, word);
    const value = this.page.locator('.debug-hover-widget .value');
    await value.waitFor();
    return plain(await value.textContent());
  }

  /** What the editor says of the first breakpoint on the screen, under the mouse. */
  async hoverBreakpoint(): Promise<string> {
    await this.page.locator('.glyph-margin-widgets .codicon-debug-breakpoint').first().hover();
    const hover = this.page.locator('.monaco-hover:not(.hidden)').first();
    await hover.waitFor();
    return plain(await hover.textContent());
  }

  /** Types a line into the terminal, once it shows this. */
  async answerTerminal(prompt: string, line: string): Promise<void> {
    await this.terminalShows(prompt);
    await this.page.locator('.terminal-wrapper.active .xterm-screen').first().click();
    await this.page.keyboard.type(line);
    await this.page.keyboard.press('Enter');
  }

  /** Waits for a text in the terminal. */
  async terminalShows(text: string): Promise<void> {
    const rows = this.page.locator('.terminal-wrapper.active .xterm-rows').first(); // The second is the sticky scroll's.
    await until(
      `'${text}' in the terminal`,
      async () => ((await rows.count()) === 0 ? '' : plain(await rows.textContent())),
      shown => shown.includes(text),
    );
  }
}
