import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { MiClient } from '../../src/mi/client.js';

/** What a command must look like, without its token: the whole of it, or a pattern. */
export type CommandPattern = string | RegExp;

interface Step {
  readonly pattern: CommandPattern;
  readonly lines: readonly string[];
}

/**
 * A stand-in for gdb that follows a script: commands must come in the script's order, each is answered with its lines.
 * `TOKEN` in a line stands for the command's token.
 *
 * ```
 * const gdb = new FakeGdb().expect('-exec-continue --thread 1', 'TOKEN^running', '*running,thread-id="all"');
 * await gdb.client.send(execContinue({ thread: 1 }));
 * gdb.verify();
 * ```
 */
export class FakeGdb {
  /** What a client writes to. */
  readonly input = new PassThrough();
  /** What a client reads. */
  readonly output = new PassThrough();
  /** A client of this gdb. */
  readonly client = new MiClient(this.input, this.output);
  /** All commands that came, without their tokens. */
  readonly commands: string[] = [];
  /** What each write to gdb held: one entry for commands that were sent together. */
  readonly writes: string[] = [];
  private readonly script: Step[] = [];
  private readonly always: Step[] = [];
  private readonly faults: string[] = [];

  constructor() {
    this.input.on('data', (chunk: Buffer) => {
      this.writes.push(chunk.toString());
      for (const line of chunk.toString().split('\n').slice(0, -1)) {
        this.receive(line);
      }
    });
  }

  /** The next command of the script, and its answer; no lines: it is left unanswered. */
  expect(pattern: CommandPattern, ...lines: string[]): this {
    this.script.push({ pattern, lines });
    return this;
  }

  /** A command that may come at any time, any number of times; the script is looked at first. */
  allow(pattern: CommandPattern, ...lines: string[]): this {
    this.always.push({ pattern, lines });
    return this;
  }

  /** Says something without being asked. */
  emit(...lines: string[]): void {
    this.output.write(lines.map(line => `${line}\n`).join(''));
  }

  /** Dies. */
  end(): void {
    this.output.end();
  }

  /** Fails the test if a command came that was not expected, or one of the script did not come. */
  verify(): void {
    assert.deepEqual(this.faults, []);
    assert.deepEqual(
      this.script.map(({ pattern }) => String(pattern)),
      [],
      'commands of the script that did not come',
    );
  }

  private receive(line: string): void {
    const [, token = '', command = line] = /^(\d+)(-.*)$/.exec(line) ?? [];
    this.commands.push(command);
    const [next] = this.script;
    const isNext = next !== undefined && matches(next.pattern, command);
    const step = isNext ? this.script.shift() : this.always.find(({ pattern }) => matches(pattern, command));
    if (step === undefined) {
      this.faults.push(`'${command}' came, expected was ${next === undefined ? 'nothing' : String(next.pattern)}`);
      this.emit(`${token}^error,msg="not in the script"`);
    } else {
      this.emit(...step.lines.map(text => text.replaceAll('TOKEN', token)));
    }
  }
}

function matches(pattern: CommandPattern, command: string): boolean {
  return typeof pattern === 'string' ? pattern === command : pattern.test(command);
}
