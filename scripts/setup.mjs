// Makes a fresh checkout ready: packages, tools, compiled adapter, samples. `npm test` and `npm run demo` begin with it.
// Plain Node without packages, since it is what installs them. What is there already is left alone.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** package.json, "engines". */
const OLDEST_NODE = [20, 19];

const TOOLS = ['gdb', 'gcc', 'g++', 'make'];
const DEBIAN_PACKAGES = ['gdb', 'gcc', 'g++', 'make', 'libc6-dev'];

class SetupError extends Error {}

function say(text) {
  console.error(`setup: ${text}`);
}

/** Runs a command whose output the user sees, on stderr: stdout belongs to what comes behind us. */
function run(command, args, env = process.env) {
  const { status, signal, error } = spawnSync(command, args, { cwd: root, env, stdio: ['ignore', 2, 2] });
  if (error) say(`cannot start ${command}: ${error.message}`);
  if (signal) say(`${command} was ended by ${signal}`);
  return status === 0;
}

function need(worked, what) {
  if (!worked) throw new SetupError(what);
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const good = major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1]);
  need(good, `Node ${OLDEST_NODE.join('.')} or later is needed; this is ${process.versions.node}`);
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
function packagesMatch() {
  const wanted = readLock(join(root, 'package-lock.json'));
  const installed = readLock(join(root, 'node_modules', '.package-lock.json'));
  if (wanted === undefined || installed === undefined) return false;
  return Object.entries(wanted.packages).every(([path, entry]) => {
    if (path === '') return true;
    const found = installed.packages[path];
    if (found === undefined) return entry.optional === true || entry.devOptional === true;
    return found.version === entry.version && existsSync(join(root, path));
  });
}

/**
 * The npm that runs us hands its own command line on in npm_config_* variables, and an inner npm obeys them: what would
 * change which packages it installs, and where, is taken out. Registry, proxy, cache and the like stay.
 */
function npmEnvironment() {
  const misleading =
    /^npm_config_(omit|include|only|production|global|location|local_prefix|dry_run|workspaces?|include_workspace_root|package_lock(_only)?)$/i;
  const kept = Object.entries(process.env).filter(([name]) => !misleading.test(name));
  // Development packages are needed to build, whatever NODE_ENV says.
  return { ...Object.fromEntries(kept), npm_config_include: 'dev' };
}

function installPackages() {
  if (packagesMatch()) return;
  say('installing the npm packages (npm ci)');
  const args = ['ci', '--no-audit', '--no-fund'];
  // The npm that called us, else the one on PATH.
  const npm = process.env.npm_execpath;
  const env = npmEnvironment();
  const worked = npm?.endsWith('.js') ? run(process.execPath, [npm, ...args], env) : run('npm', args, env);
  need(worked, 'npm ci failed');
}

function missingTools() {
  const directories = (process.env.PATH ?? '').split(delimiter);
  return TOOLS.filter(tool => !directories.some(directory => existsSync(join(directory, tool))));
}

/** What to put before apt-get: nothing for root, sudo where it asks no password; undefined: we may not. */
function privilege() {
  if (process.getuid?.() === 0) return [];
  return spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0 ? ['sudo', '-n'] : undefined;
}

function installTools() {
  const missing = missingTools();
  if (missing.length === 0) return;
  const names = missing.join(', ');
  const byHand = `Install the packages ${DEBIAN_PACKAGES.join(' ')} (their names on Debian and Ubuntu)`;
  const prefix = privilege();
  const aptGet = ['/usr/bin/apt-get', '/bin/apt-get'].find(path => existsSync(path));
  if (prefix === undefined || aptGet === undefined) throw new SetupError(`${names} not found. ${byHand}.`);
  say(`${names} not found; installing ${DEBIAN_PACKAGES.join(' ')} with apt-get`);
  const apt = (...args) => {
    const [command, ...rest] = [...prefix, '/usr/bin/env', 'DEBIAN_FRONTEND=noninteractive', aptGet, ...args];
    return run(command, rest);
  };
  const install = () => apt('install', '-y', '--no-install-recommends', ...DEBIAN_PACKAGES);
  // A container image often has no package lists at all, or old ones.
  if (!install()) need(apt('update') && install(), `apt-get could not install them. ${byHand}.`);
  need(missingTools().length === 0, `${missingTools().join(', ')} still not found. ${byHand}.`);
}

function build() {
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  need(run(process.execPath, [compiler, '-p', root]), 'the adapter does not compile');
  if (!existsSync(join(root, 'samples', 'Makefile'))) return;
  need(run('make', ['-C', join(root, 'samples'), '--no-print-directory']), 'the samples do not compile');
}

try {
  checkNode();
  installPackages();
  installTools();
  build();
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  console.error(`setup: ${error.message}`);
  process.exitCode = 1;
}
