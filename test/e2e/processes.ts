import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { until } from './poll.js';
import { HOME } from './server.js';

/**
 * The processes of sessions that run: adapters, gdb, programs. They have the editor's environment, which tells them from
 * those of anybody else on this machine.
 *
 * @returns their command lines
 */
export function sessionProcesses(): string[] {
  const pids = readdirSync('/proc').filter(name => /^\d+$/.test(name));
  return pids
    .map(pid => ({ environment: wordsOf(pid, 'environ'), command: wordsOf(pid, 'cmdline') }))
    .filter(({ environment, command }) => environment.includes(`HOME=${HOME}`) && isOfSession(command))
    .map(({ command }) => command.join(' '));
}

/** Waits until a session has left nothing behind. */
export async function nothingRuns(): Promise<void> {
  await until(
    'the end of all processes of the session',
    () => Promise.resolve(sessionProcesses()),
    left => left.length === 0,
  );
}

/** Programs are those that gdb starts, in folders called build or out. */
function isOfSession(command: readonly string[]): boolean {
  const [program = ''] = command;
  // The editor may give its Node options, which stand before the adapter.
  const isAdapter = command.some(word => word.endsWith('adapter.cjs'));
  return isAdapter || basename(program) === 'gdb' || /\/(build|out)\/[^/]+$/.test(program);
}

/** Strings that end in zeros; none where the process has ended meanwhile. */
function wordsOf(pid: string, file: string): string[] {
  try {
    return readFileSync(join('/proc', pid, file), 'utf8').split('\0');
  } catch {
    return [];
  }
}
