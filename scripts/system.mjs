// What the set-up scripts share: running commands, and installing Debian packages. Plain Node without packages.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's folder. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Ends the set-up with a message for the user. */
export class SetupError extends Error {}

export function say(text) {
  console.error(`setup: ${text}`);
}

/** Runs a command whose output the user sees, on stderr: stdout belongs to what comes behind us. */
export function run(command, args, { env = process.env, cwd = root } = {}) {
  const { status, signal, error } = spawnSync(command, args, { cwd, env, stdio: ['ignore', 2, 2] });
  if (error) say(`cannot start ${command}: ${error.message}`);
  if (signal) say(`${command} was ended by ${signal}`);
  return status === 0;
}

export function need(worked, what) {
  if (!worked) throw new SetupError(what);
}

/**
 * The npm that runs us hands its own command line on in npm_config_* variables, and an inner npm obeys them: what would
 * change which packages it installs, and where, is taken out. Registry, proxy, cache and the like stay.
 */
function npmEnvironment() {
  const misleading =
    /^npm_config_(omit|include|only|production|global|location|prefix|local_prefix|dry_run|workspaces?|include_workspace_root|package_lock(_only)?)$/i;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !misleading.test(name)));
}

/** Runs the npm that called us, else the one on PATH; `env` comes on top of ours. */
export function npm(args, { env = {}, cwd = root, node = process.execPath } = {}) {
  const cli = process.env.npm_execpath;
  const options = { cwd, env: { ...npmEnvironment(), ...env } };
  return cli?.endsWith('.js') ? run(node, [cli, ...args], options) : run('npm', args, options);
}

function readLock(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw new SetupError(`cannot read ${path}: ${error.message}`);
  }
}

/**
 * Whether what npm says it installed is what the lock file asks for. Optional packages may be missing (they are for other
 * systems), and packages may be there that nobody asks for.
 */
function packagesMatch(folder) {
  const wanted = readLock(join(folder, 'package-lock.json'));
  const installed = readLock(join(folder, 'node_modules', '.package-lock.json'));
  if (wanted === undefined || installed === undefined) return false;
  return Object.entries(wanted.packages).every(([path, entry]) => {
    if (path === '') return true;
    const found = installed.packages[path];
    if (found === undefined) return entry.optional === true || entry.devOptional === true;
    return found.version === entry.version && existsSync(join(folder, path));
  });
}

/** Installs the npm packages of a folder as its lock file asks, unless they are there. */
export function installPackages(folder) {
  if (packagesMatch(folder)) return;
  say(`installing the npm packages of ${folder} (npm ci)`);
  // Development packages are needed to build, whatever NODE_ENV says.
  const worked = npm(['ci', '--no-audit', '--no-fund'], { cwd: folder, env: { npm_config_include: 'dev' } });
  need(worked, `npm ci failed in ${folder}`);
}

/** What to put before apt-get: nothing for root, sudo where it asks no password; undefined: we may not. */
export function privilege() {
  if (process.getuid?.() === 0) return [];
  return spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0 ? ['sudo', '-n'] : undefined;
}

/**
 * Installs Debian packages where something is missing that they bring.
 *
 * @param missing names what is missing: commands, or whatever tells the user
 * @throws SetupError that says what to install by hand
 */
export function installDebian(missing, packages) {
  if (missing().length === 0) return;
  const names = missing().join(', ');
  const byHand = `Install the packages ${packages.join(' ')} (their names on Debian and Ubuntu)`;
  const prefix = privilege();
  const aptGet = ['/usr/bin/apt-get', '/bin/apt-get'].find(path => existsSync(path));
  if (prefix === undefined || aptGet === undefined) throw new SetupError(`${names} not found. ${byHand}.`);
  say(`${names} not found; installing ${packages.join(' ')} with apt-get`);
  const apt = (...args) => {
    const [command, ...rest] = [...prefix, '/usr/bin/env', 'DEBIAN_FRONTEND=noninteractive', aptGet, ...args];
    return run(command, rest);
  };
  const install = () => apt('install', '-y', '--no-install-recommends', ...packages);
  // A container image often has no package lists at all, or old ones.
  if (!install()) need(apt('update') && install(), `apt-get could not install them. ${byHand}.`);
  need(missing().length === 0, `${missing().join(', ')} still not found. ${byHand}.`);
}

/** Which of these commands are not on PATH. */
export function missingCommands(commands) {
  const directories = (process.env.PATH ?? '').split(delimiter);
  return commands.filter(tool => !directories.some(directory => existsSync(join(directory, tool))));
}

/** Runs the steps of a set-up; where one fails, its message is the last word and the exit code is 1. */
export function setUp(...steps) {
  try {
    for (const step of steps) step();
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    console.error(`setup: ${error.message}`);
    process.exitCode = 1;
  }
}
