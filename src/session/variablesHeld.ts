import type { DebugProtocol as D } from '@vscode/debugprotocol';
import type { FrameContext } from '../mi/commands.js';
import { notAssignable, pageOf, type Container, type ContainerPorts, type Page } from './variablesContainer.js';
import { describe } from './variablesObject.js';

/** One value that gdb holds for the user in a convenience variable: what a function has returned. */
export class HeldContainer implements Container {
  /**
   * @param variable with its `$`
   * @param name     what the client shows
   */
  constructor(
    private readonly variable: string,
    private readonly name: string,
    private readonly context: FrameContext,
    private readonly ports: ContainerPorts,
  ) {}

  async list(page: Page): Promise<D.Variable[]> {
    const { variable: expression, context } = this;
    const object = await this.ports.varobjs.create(expression, context, true);
    const shown = await describe(object, { context, expression }, this.ports, page.hex);
    const presentationHint = { attributes: ['readOnly'] };
    const variables: D.Variable[] = [{ name: this.name, ...shown, evaluateName: expression, presentationHint }];
    return [...pageOf(variables, page)];
  }

  assign(name: string): Promise<never> {
    return Promise.reject(notAssignable(name, 'the function has returned already.'));
  }

  /** It is nowhere in the program. */
  placeOf(): Promise<undefined> {
    return Promise.resolve(undefined);
  }
}
