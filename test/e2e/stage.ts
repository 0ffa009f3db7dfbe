import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { ROOT } from '../support/debugSession.js';
import type { Scenario } from './runner.js';
import type { EditorServer } from './server.js';
import { Workbench } from './workbench.js';

/** The folder that most scenarios open. */
export const SAMPLES = join(ROOT, 'samples');

/** Hands scenarios a window of the editor: one stays open while they pass, since opening one takes longest of all. */
export class Stage {
  private current: { readonly folder: string; readonly workbench: Workbench } | undefined;

  constructor(
    private readonly browser: Browser,
    private readonly server: EditorServer,
  ) {}

  /**
   * A scenario that begins without breakpoints and without a session.
   *
   * @param name for its pictures
   */
  scenario(
    title: string,
    name: string,
    play: (workbench: Workbench) => Promise<void>,
    folder: () => string = () => SAMPLES,
  ): Scenario {
    const run = async (): Promise<void> => {
      const workbench = await this.windowOn(folder());
      workbench.name = name;
      await play(workbench);
      await workbench.clear();
    };
    return { title, run };
  }

  /** Keeps a picture of the window as it stood when a scenario failed; the next one gets a new window. */
  async keepFailure(title: string, attempt: number): Promise<void> {
    const workbench = this.current?.workbench;
    await workbench?.picture(`FAILED-${attempt}-${title.replace(/\W+/g, '-').slice(0, 60)}`).catch(() => undefined);
    await workbench?.clear().catch(() => undefined);
    await this.close();
  }

  async close(): Promise<void> {
    const { current } = this;
    this.current = undefined;
    await current?.workbench.close();
  }

  private async windowOn(folder: string): Promise<Workbench> {
    if (this.current?.folder === folder) return this.current.workbench;
    await this.close();
    const workbench = await Workbench.open(this.browser, this.server.address(folder));
    this.current = { folder, workbench };
    return workbench;
  }
}
