/**
 * Stands in front of a real gdb and does something to its output when a command comes that holds `fault_here`. Started by a
 * script that sets FAULT to a {@link Fault} as JSON; takes gdb's arguments.
 */
import { spawn, type StdioOptions } from 'node:child_process';
import { fstatSync } from 'node:fs';
import { createInterface } from 'node:readline';

/** What is done to the answer of the command. */
export type Fault =
  | { readonly kind: 'late'; readonly milliseconds: number }
  /** The answer comes behind the next one. */
  | { readonly kind: 'swap' }
  | { readonly kind: 'garbage' }
  | { readonly kind: 'twice' }
  | { readonly kind: 'unknown' }
  /** What gdb prints of an internal error when it does not end by it. */
  | { readonly kind: 'internalError' }
  | { readonly kind: 'cutOff' }
  | { readonly kind: 'mute' };

const GARBAGE = [
  '\u0000\u0001\u00ff',
  '^done',
  '999999^done',
  '*stopped,reason=',
  '=thread-created',
  '=breakpoint-modified,bkpt={}',
  '~"no end',
  '(gdb',
  '{[{[{[',
  'x'.repeat(100_000),
];
const UNKNOWN = [
  '=never-heard-of,id="1",deep=[{a="1"},{b=[]}]',
  '+progress,what="x"',
  '*frobbed,thread-id="1"',
  '=cmd-param-changed',
];

const fault = JSON.parse(process.env.FAULT ?? '{}') as Fault;
/** The terminals that gdb inherits, where it is given any. */
const inherited = [3, 4].filter(fd => {
  try {
    return fstatSync(fd).isCharacterDevice();
  } catch {
    return false;
  }
});
const stdio: StdioOptions = ['pipe', 'pipe', 'inherit', ...inherited];
const gdb = spawn('gdb', process.argv.slice(2), { stdio });
gdb.on('exit', code => {
  process.exitCode = code ?? 1;
  process.stdin.destroy();
});

let token: string | undefined;
createInterface({ input: process.stdin })
  .on('line', line => {
    if (line.includes('fault_here')) token = /^\d+/.exec(line)?.[0];
    gdb.stdin?.write(`${line}\n`);
  })
  .on('close', () => {
    gdb.stdin?.end();
  });

/** What is held back for the next answer comes alone when there is none; in milliseconds. */
const NOTHING_MORE_MS = 200;

let held: string | undefined;

function release(): void {
  if (held !== undefined) say(held);
  held = undefined;
}

function say(...lines: readonly string[]): void {
  process.stdout.write(lines.map(line => `${line}\n`).join(''));
}

function answer(line: string): void {
  switch (fault.kind) {
    case 'late':
      setTimeout(() => {
        say(line);
      }, fault.milliseconds);
      return;
    case 'swap':
      held = line;
      setTimeout(release, NOTHING_MORE_MS);
      return;
    case 'garbage':
      say(...GARBAGE, line, ...GARBAGE);
      return;
    case 'twice':
      say(line, line);
      return;
    case 'unknown':
      say(...UNKNOWN, line);
      return;
    case 'internalError':
      say('~"../../gdb/frame.c:558: internal-error: get_frame_id: Assertion `x\' failed.\\n"', line);
      return;
    case 'cutOff':
      process.stdout.write(line.slice(0, line.length / 2), () => {
        gdb.kill('SIGKILL');
      });
      return;
    case 'mute':
      return;
  }
}

createInterface({ input: gdb.stdout ?? process.stdin }).on('line', line => {
  if (token !== undefined && line.startsWith(`${token}^`)) {
    token = undefined;
    answer(line);
    return;
  }
  say(line);
  if (/^\d+\^/.test(line)) release();
});
