import type { DebugProtocol as D } from '@vscode/debugprotocol';
import { console as consoleCommand, type FrameContext } from '../mi/commands.js';
import { messageOf } from '../util/errors.js';
import { errorValue } from './valueFormat.js';
import {
  notAssignable,
  pageOf,
  type Container,
  type ContainerPorts,
  type ExpressionPlace,
  type Page,
} from './variablesContainer.js';
import { assignTo, describe, placeOf } from './variablesObject.js';

/** Prints the names of the global and static variables of the selected frame's source file, one a line. */
const NAMES = [
  't = gdb.selected_frame().find_sal().symtab',
  'b = [] if t is None else [t.global_block(), t.static_block()]',
  `print('\\n'.join(sorted({s.name for each in b for s in each if s.is_variable})))`,
].join('; ');

/**
 * The global and static variables of a frame's source file. Those of the whole program would be thousands; any of them
 * can be watched by its name.
 */
export class GlobalsContainer implements Container {
  private names: Promise<readonly string[]> | undefined;

  constructor(
    private readonly context: FrameContext,
    private readonly ports: ContainerPorts,
  ) {}

  async list(page: Page): Promise<D.Variable[]> {
    const names = page.filter === 'indexed' ? [] : pageOf(await this.all(), page);
    return Promise.all(names.map(name => this.variable(name, page.hex)));
  }

  async assign(name: string, value: string, hex: boolean): Promise<D.SetVariableResponse['body']> {
    if (!(await this.all()).includes(name)) throw notAssignable(name, 'the source file has no such variable.');
    return assignTo(name, value, this.context, this.ports, hex);
  }

  async placeOf(name: string): Promise<ExpressionPlace | undefined> {
    return (await this.all()).includes(name) ? { expression: name, context: this.context } : undefined;
  }

  /** They are the same as long as the frame is. */
  private all(): Promise<readonly string[]> {
    this.names ??= this.ask();
    return this.names;
  }

  private async ask(): Promise<readonly string[]> {
    const answer = await this.ports.gdb.send(consoleCommand(`python ${NAMES}`, this.context));
    return answer.console.split('\n').filter(name => name !== '');
  }

  private async variable(name: string, hex: boolean): Promise<D.Variable> {
    const place = placeOf(name, this.context);
    try {
      const object = await this.ports.varobjs.create(name, this.context, true);
      return {
        name,
        ...(await describe(object, place, this.ports, hex)),
        evaluateName: name,
        ...this.ports.declared(this.context, name),
      };
    } catch (error) {
      // What the compiler has left out, or another symbol hides.
      return { name, value: errorValue(messageOf(error)), variablesReference: 0 };
    }
  }
}
