import type { DebugProtocol as D } from '@vscode/debugprotocol';
import type { FrameContext } from '../mi/commands.js';
import { dataListRegisterNames, dataListRegisterValues } from '../mi/commandsInspection.js';
import { integerAt, textAt, textsAt, tuplesAt } from '../mi/fields.js';
import { memoryReferenceIn, oneLine } from './valueFormat.js';
import {
  notAssignable,
  pageOf,
  type Container,
  type ContainerPorts,
  type ExpressionPlace,
  type Page,
} from './variablesContainer.js';
import { assignTo, ObjectContainer } from './variablesObject.js';

/** The registers of a frame, in hexadecimal. A vector register can be expanded. */
export class RegisterContainer implements Container {
  constructor(
    private readonly context: FrameContext,
    private readonly ports: ContainerPorts,
  ) {}

  async list(page: Page): Promise<D.Variable[]> {
    const [names, values] = await Promise.all([
      this.ports.gdb.send(dataListRegisterNames()),
      this.ports.gdb.send(dataListRegisterValues(this.context, 'x')),
    ]);
    const byNumber = textsAt(names.results, 'register-names');
    const registers = tuplesAt(values.results, 'register-values').flatMap(register => {
      const name = byNumber[integerAt(register, 'number') ?? -1];
      return name === undefined || name === '' ? [] : [{ name, value: oneLine(textAt(register, 'value') ?? '') }];
    });
    return pageOf(registers, page).map(({ name, value }) => this.describe(name, value));
  }

  async assign(name: string, value: string, hex: boolean): Promise<D.SetVariableResponse['body']> {
    if (!/^[\w.]+$/.test(name)) throw notAssignable(name, 'it is no register.');
    return assignTo(`$${name}`, value, this.context, this.ports, hex);
  }

  placeOf(name: string): Promise<ExpressionPlace | undefined> {
    const isRegister = /^[\w.]+$/.test(name);
    return Promise.resolve(isRegister ? { expression: `$${name}`, context: this.context } : undefined);
  }

  private describe(name: string, value: string): D.Variable {
    const expression = `$${name}`;
    const place = { context: this.context, expression };
    const memoryReference = memoryReferenceIn(value);
    const isVector = value.startsWith('{');
    return {
      name,
      value,
      evaluateName: expression,
      variablesReference: isVector ? this.ports.open(new ObjectContainer({ place }, this.ports)) : 0,
      ...(memoryReference === undefined ? {} : { memoryReference }),
    };
  }
}
