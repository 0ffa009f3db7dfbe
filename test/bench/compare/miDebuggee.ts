import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import type { Debuggee, Start } from './debuggee.js';

/** The exact size of what follows on the same pipe is not known: gdb's own lines are told by their first character. */
const MI_LINE = /^(?:\d*[\^*=+]|[~&@]"|\(gdb\))/;

/**
 * The floor: gdb/MI alone, driven by a client that sends the same questions one after another and does not even read the
 * answers. The program prints to gdb's own output.
 */
export class MiDebuggee implements Debuggee {
  readonly adapterPid = undefined;
  private readonly gdb: ChildProcessWithoutNullStreams;
  private rest = '';
  private token = 0;
  private waiting: { readonly wanted: string; readonly resolve: (line: string) => void } | undefined;
  private onStop: ((line: string) => void) | undefined;
  private printed = 0;
  private readonly breakpoints: string[] = [];

  private constructor(
    gdb: string,
    private readonly start: Start,
  ) {
    this.gdb = spawn(gdb, ['--interpreter=mi3', '--quiet'], { stdio: 'pipe' });
    this.gdb.stdout.setEncoding('latin1').on('data', (text: string) => {
      const lines = (this.rest + text).split('\n');
      this.rest = lines.pop() ?? '';
      for (const line of lines) this.receive(line);
    });
  }

  static async start(gdb: string, start: Start): Promise<MiDebuggee> {
    const debuggee = new MiDebuggee(gdb, start);
    await debuggee.send('-gdb-set mi-async on');
    await debuggee.send(`-file-exec-and-symbols ${start.program}`);
    await debuggee.send(`-exec-arguments ${start.args.join(' ')}`);
    await debuggee.setBreakpoints(start.lines);
    await debuggee.toStop('-exec-run');
    return debuggee;
  }

  step(granularity: 'line' | 'instruction'): Promise<void> {
    return this.toStop(granularity === 'line' ? '-exec-next --thread 1' : '-exec-next-instruction --thread 1');
  }

  continue(): Promise<void> {
    return this.toStop('-exec-continue');
  }

  async resume(): Promise<void> {
    await this.send('-exec-continue');
  }

  async refresh(): Promise<void> {
    await this.send('-thread-info');
    await this.frames(20);
    await this.send('-stack-list-variables --thread 1 --frame 0 --simple-values');
  }

  async frames(count: number): Promise<number> {
    const answer = await this.send(`-stack-list-frames --thread 1 0 ${count - 1}`);
    return answer.split('frame={').length - 1;
  }

  async page(array: string, start: number, count: number): Promise<number> {
    const made = await this.send(`-var-create --thread 1 --frame 0 - * ${array}[${start}]@${count}`);
    const answer = await this.send(`-var-list-children --simple-values ${/name="(.*?)"/.exec(made)?.[1] ?? ''}`);
    return answer.split('child={').length - 1;
  }

  async setBreakpoints(lines: readonly number[]): Promise<void> {
    if (this.breakpoints.length > 0) await this.send(`-break-delete ${this.breakpoints.splice(0).join(' ')}`);
    for (const line of lines) {
      const answer = await this.send(`-break-insert -f ${this.start.source}:${line}`);
      this.breakpoints.push(/number="(\d+)"/.exec(answer)?.[1] ?? '');
    }
  }

  async watch(expressions: readonly string[]): Promise<void> {
    for (const expression of expressions) {
      await this.send(`-data-evaluate-expression --thread 1 --frame 0 "${expression}"`);
    }
  }

  async finish(): Promise<number> {
    this.printed = 0;
    await this.toStop('-exec-continue');
    return this.printed;
  }

  async close(): Promise<void> {
    const end = once(this.gdb, 'close');
    this.gdb.stdin.end('-gdb-exit\n');
    await end;
  }

  private async toStop(command: string): Promise<void> {
    const stopped = new Promise<string>(resolve => {
      this.onStop = resolve;
    });
    await this.send(command);
    await stopped;
  }

  private send(command: string): Promise<string> {
    this.token += 1;
    const wanted = `${this.token}^`;
    this.gdb.stdin.write(`${this.token}${command}\n`);
    return new Promise(resolve => {
      this.waiting = { wanted, resolve };
    });
  }

  private receive(line: string): void {
    if (this.waiting !== undefined && line.startsWith(this.waiting.wanted)) {
      const { resolve } = this.waiting;
      this.waiting = undefined;
      if (line.startsWith('error', this.token.toString().length + 1)) throw new Error(`gdb refuses: ${line}`);
      resolve(line);
    } else if (line.startsWith('*stopped')) {
      this.onStop?.(line);
    } else if (!MI_LINE.test(line)) {
      this.printed += line.length + 1;
    }
  }
}
