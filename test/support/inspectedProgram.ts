import type { DebugProtocol as D } from '@vscode/debugprotocol';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { enablePrettyPrinting } from '../../src/mi/commands.js';
import { breakInsert } from '../../src/mi/commandsBreakpoints.js';
import { execRun } from '../../src/mi/commandsExecution.js';
import { fileExecAndSymbols } from '../../src/mi/commandsTarget.js';
import { parseEvent } from '../../src/mi/events.js';
import { startGdb, type GdbProcess } from '../../src/mi/gdbProcess.js';
import { CompiledPrograms } from './compiled.js';
import { Inspection } from './inspection.js';

/** A program of a test's own, stopped by a real gdb at its line with the comment `stop`, and looked at as a client would. */
export class InspectedProgram {
  /** What was sent to gdb since the test began. */
  commands: string[] = [];
  /** The innermost frame. */
  frameId = 0;
  readonly sourcePath: string;
  private readonly programs = new CompiledPrograms();
  private gdb: GdbProcess | undefined;
  private looking: Inspection | undefined;

  constructor(
    private readonly language: 'c' | 'c++',
    private readonly source: string,
  ) {
    this.sourcePath = join(this.programs.folder, language === 'c' ? 'inspected.c' : 'inspected.cc');
  }

  /** What the client asks. */
  get inspection(): Inspection {
    assert.ok(this.looking, 'the program has not been started');
    return this.looking;
  }

  /** Compiles the program and runs it to its stop. For `before`. */
  async start(): Promise<void> {
    const path = join(this.programs.folder, 'inspected');
    writeFileSync(this.sourcePath, this.source);
    execFileSync(this.language === 'c' ? 'gcc' : 'g++', ['-g', '-O0', '-o', path, this.sourcePath]);
    const log = (direction: 'toGdb' | 'fromGdb', line: string): void => {
      if (direction === 'toGdb') this.commands.push(line);
    };
    this.gdb = await startGdb({ gdb: 'gdb', env: process.env, cwd: this.programs.folder, log });
    const { client } = this.gdb;
    await client.send(fileExecAndSymbols(path));
    await client.send(enablePrettyPrinting());
    const line = this.source.split('\n').findIndex(text => text.includes('/* stop */')) + 1;
    await client.send(breakInsert({ location: { kind: 'source', file: this.sourcePath, line } }));
    const stopped = new Promise<void>(resolve => {
      client.onAsync(record => {
        const event = parseEvent(record);
        if (event.kind === 'stopped') resolve();
        if (event.kind === 'memoryChanged') this.looking?.composition.memoryChanged(event.address, event.length);
      });
    });
    await client.send(execRun());
    await stopped;
    await this.lookAgain();
  }

  /** Ends gdb and the program. For `after`. */
  async end(): Promise<void> {
    await this.gdb?.end();
    this.programs.remove();
  }

  /** Begins a new look at the same stop, with nothing left of the last one. For `beforeEach`. */
  async lookAgain(): Promise<void> {
    assert.ok(this.gdb, 'the program has not been started');
    this.looking = new Inspection(this.gdb.client);
    const { stackFrames } = await this.looking.request('stackTrace', { threadId: 1, levels: 20 });
    this.frameId = stackFrames[0]!.id;
    this.commands = [];
  }

  /** The reference of a scope of the innermost frame. */
  async scope(name: string): Promise<number> {
    const { scopes } = await this.inspection.request('scopes', { frameId: this.frameId });
    return scopes.find(found => found.name === name)!.variablesReference;
  }

  async children(variablesReference: number, page: Partial<D.VariablesArguments> = {}): Promise<D.Variable[]> {
    return (await this.inspection.request('variables', { variablesReference, ...page })).variables;
  }

  /** A variable of a scope. */
  async local(name: string, from = 'Locals'): Promise<D.Variable> {
    return find(await this.children(await this.scope(from)), name);
  }

  /** What a client shows when a variable is expanded: `name = value`. */
  async inside(variable: D.Variable): Promise<string[]> {
    return (await this.children(variable.variablesReference)).map(({ name, value }) => `${name} = ${value}`);
  }

  /** The value of a watched expression. */
  async watch(expression: string, hex = false): Promise<string> {
    return (await this.evaluate(expression, 'watch', { format: { hex } })).result;
  }

  /** Evaluates in the innermost frame. */
  evaluate(
    expression: string,
    context: string,
    more: Partial<D.EvaluateArguments> = {},
  ): Promise<D.EvaluateResponse['body']> {
    return this.inspection.request('evaluate', { expression, context, frameId: this.frameId, ...more });
  }

  /** How many commands that match were sent to gdb since the test began. */
  sent(pattern: RegExp): number {
    return this.commands.filter(command => pattern.test(command)).length;
  }
}

/** The variable of a name; fails where there is none. */
export function find(variables: readonly D.Variable[], name: string): D.Variable {
  const found = variables.find(variable => variable.name === name);
  assert.ok(found, `no ${name} among ${variables.map(variable => variable.name).join(', ')}`);
  return found;
}
