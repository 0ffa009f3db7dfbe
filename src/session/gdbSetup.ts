import { console, enablePrettyPrinting, gdbSet, quoteCliWord, type MiCommand } from '../mi/commands.js';
import type { Configuration } from './config/configuration.js';
import { Interrupter } from './interrupter.js';

/** What the configuration says of gdb's own ways, to be sent before gdb is given the program. */
export function settings(config: Configuration): readonly MiCommand[] {
  const { followFork, hardwareBreakpoints, sourceMap, solibSearchPath, prettyPrinting } = config;
  return [
    Interrupter.setup,
    // The C library's own, for cancellation and setuid. gdb knows them by libthread_db alone, which may not be there.
    console('handle SIG32 SIG33 nostop noprint pass'),
    ...(prettyPrinting ? [enablePrettyPrinting()] : [console('disable pretty-printer')]),
    ...debuginfod(config),
    ...sourceMap.map(({ from, to }) => console(`set substitute-path ${quoteCliWord(from)} ${quoteCliWord(to)}`)),
    ...(solibSearchPath === undefined ? [] : [gdbSet('solib-search-path', solibSearchPath)]),
    ...skips(config),
    ...(hardwareBreakpoints.limit === undefined
      ? []
      : [gdbSet('remote hardware-breakpoint-limit', hardwareBreakpoints.limit)]),
    ...(followFork === undefined
      ? []
      : [gdbSet('follow-fork-mode', followFork === 'child' ? 'child' : 'parent'), gdbSet('detach-on-fork', 'on')]),
  ];
}

/** Answers for gdb, which would otherwise ask in the middle of something, and takes no answer over MI. */
function debuginfod({ debuginfod: { enabled } }: Configuration): readonly MiCommand[] {
  const asked = (process.env.DEBUGINFOD_URLS ?? '') !== '';
  return asked ? [gdbSet('debuginfod enabled', enabled ? 'on' : 'off')] : [];
}

function skips({ skip }: Configuration): readonly MiCommand[] {
  return [
    ...skip.functions.map(name =>
      console(`skip ${isPattern(name) ? '-rfunction' : '-function'} ${functionWord(name)}`),
    ),
    ...skip.files.map(path => console(`skip ${isPattern(path) ? '-gfile' : '-file'} ${quoteCliWord(path)}`)),
  ];
}

function isPattern(text: string): boolean {
  return /[*?]/.test(text);
}

/** gdb has patterns for files alone, for functions regular expressions. */
function functionWord(name: string): string {
  if (!isPattern(name)) return quoteCliWord(name);
  const expression = name
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return quoteCliWord(`^${expression}$`);
}

/** Variables for gdb alone: DEBUGINFOD_TIMEOUT is read by its library (debuginfod_find_debuginfo(3)). */
export function gdbEnvironment(config: Configuration): Readonly<Record<string, string | null>> {
  const { enabled, timeout } = config.debuginfod;
  const asks = enabled && (process.env.DEBUGINFOD_URLS ?? '') !== '';
  return { ...(asks ? { DEBUGINFOD_TIMEOUT: String(timeout) } : {}), ...config.gdbEnvironment };
}
