import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { delimiter, join, relative } from 'node:path';
import { parseVersion } from '../../../src/mi/gdbProcess.js';
import { ROOT } from '../../support/debugSession.js';
import { DapDebuggee, type DapAdapter } from './dapDebuggee.js';
import type { Contestant, Start } from './debuggee.js';
import { MiDebuggee } from './miDebuggee.js';

const PEERS = join(ROOT, 'test', 'bench', 'peers');
const CDT = join(PEERS, 'node_modules', 'cdt-gdb-adapter');

/** The name of this project's adapter in the benchmark. */
export const OURS = 'rseq-dap';
/** The name of gdb/MI without an adapter. */
export const FLOOR = 'bare MI';

/** Everybody who can take part on this machine; peers from npm are installed where they are missing. */
export function contestants(): Contestant[] {
  const gdb = versionOf('gdb');
  const native = parseVersion(gdb).major >= 14 ? [gdbNative(gdb)] : [];
  return [ours(), bareMi(gdb), cdt(), ...native, ...lldb()];
}

/**
 * The adapter of this checkout, bundled as the package for VS Code has it where that has been built; its stderr goes to
 * `onStderr`.
 */
export function ours(env?: NodeJS.ProcessEnv, onStderr?: (text: string) => void): Contestant {
  const bundle = join(ROOT, 'dist', 'vsix', 'dist', 'src', 'main.mjs');
  const main = existsSync(bundle) ? bundle : join(ROOT, 'dist', 'src', 'main.js');
  const adapter: DapAdapter = {
    command: process.execPath,
    args: [main],
    ...(env === undefined ? {} : { env: { ...process.env, ...env } }),
    launch: ({ program, args }) => ({ program, args }),
  };
  return {
    name: OURS,
    description: `${OURS} ${packageVersion(ROOT)}, ${relative(ROOT, main)}, node ${process.versions.node}`,
    start: start => DapDebuggee.start(adapter, start, onStderr),
  };
}

function bareMi(version: string): Contestant {
  return { name: FLOOR, description: version, start: start => MiDebuggee.start('gdb', start) };
}

/** Without its native module (a terminal for the program) it runs as well; scripts of packages are not run. */
function cdt(): Contestant {
  if (!existsSync(CDT)) {
    execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: PEERS, stdio: ['ignore', 2, 2] });
  }
  return dap('cdt', `cdt-gdb-adapter ${packageVersion(CDT)}`, {
    command: process.execPath,
    args: [join(CDT, 'dist', 'debugAdapter.js')],
    launch: ({ program, args }) => ({ program, arguments: args.join(' ') }),
  });
}

function gdbNative(version: string): Contestant {
  return dap('gdb dap', `${version}, its own DAP`, {
    command: 'gdb',
    args: ['-q', '-i', 'dap'],
    launch: programAndArgs,
  });
}

/** lldb's adapter, whatever Debian calls it. */
function lldb(): Contestant[] {
  const names = (process.env.PATH ?? '')
    .split(delimiter)
    .flatMap(folder => (existsSync(folder) ? readdirSync(folder) : []));
  const [command] = names.filter(name => /^lldb-(dap|vscode)(-\d+)?$/.test(name)).sort();
  if (command === undefined) return [];
  return [dap('lldb', command, { command, args: [], launch: programAndArgs })];
}

function dap(name: string, description: string, adapter: DapAdapter): Contestant {
  return { name, description, start: start => DapDebuggee.start(adapter, start) };
}

function programAndArgs({ program, args }: Start): object {
  return { program, args };
}

function versionOf(command: string): string {
  return execFileSync(command, ['--version'], { encoding: 'utf8' }).split('\n', 1)[0] ?? '';
}

function packageVersion(folder: string): string {
  return (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string }).version;
}
