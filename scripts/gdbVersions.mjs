// Runs the integration tests with the gdb of other Debian suites: `npm run test:gdb-versions [-- SUITE... [-- TEST...]]`, trixie
// unless suites are named; TEST is a name of a file in test/integration, without `.test.ts`. A suite is bootstrapped once into
// .cache/gdb, which takes root (or sudo without a password) and Debian's archive. What is told of each suite is the last thing.
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { installDebian, missingCommands, need, privilege, root, run, say, setUp, SetupError } from './system.mjs';

const CACHE = join(root, '.cache', 'gdb');
const TOOLS = ['gdb', 'gdbserver'];

const [suites, tests] = splitArguments(process.argv.slice(2));

function splitArguments(given) {
  const at = given.indexOf('--');
  const named = at < 0 ? given : given.slice(0, at);
  return [named.length === 0 ? ['trixie'] : named, at < 0 ? [] : given.slice(at + 1)];
}

function installTools() {
  installDebian(() => missingCommands(['debootstrap', 'patchelf']), ['debootstrap', 'patchelf']);
}

/** The mirror of Debian's archive that apt uses here, which is within reach; empty: it knows none, or this is no Debian. */
function mirror() {
  const wanted = ['Created-By: Packages', 'Origin: Debian', 'Label: Debian'];
  const { stdout } = spawnSync('apt-get', ['indextargets', '--format', '$(REPO_URI)', ...wanted], { encoding: 'utf8' });
  return stdout?.split('\n').find(uri => /^https?:/.test(uri)) ?? '';
}

/** The script of debootstrap for a suite: that of sid for suites that are younger than it, as all their names are links to it. */
function recipe(suite) {
  const scripts = '/usr/share/debootstrap/scripts';
  return [suite, 'sid'].map(name => join(scripts, name)).find(path => existsSync(path)) ?? '';
}

/** The folder of a suite, with its gdb in it. */
function bootstrap(suite) {
  const folder = join(CACHE, suite);
  if (existsSync(join(folder, '.ready'))) return folder;
  mkdirSync(CACHE, { recursive: true });
  const prefix = privilege();
  need(prefix !== undefined, 'debootstrap needs root');
  say(`bootstrapping Debian ${suite} into ${folder}`);
  const [command, ...rest] = [
    ...prefix,
    'debootstrap',
    '--variant=minbase',
    `--include=${TOOLS.join(',')}`,
    suite,
    folder,
    // Where these are empty, debootstrap has its own.
    mirror(),
    recipe(suite),
  ];
  if (!run(command, rest)) {
    const [remove, ...args] = [...prefix, 'rm', '-rf', folder];
    run(remove, args);
    need(false, `Debian ${suite} cannot be bootstrapped: is its archive within reach?`);
  }
  const owner = `${process.getuid()}:${process.getgid()}`;
  if (prefix.length > 0) run(prefix[0], [...prefix.slice(1), 'chown', '-R', owner, folder]);
  writeFileSync(join(folder, '.ready'), '');
  return folder;
}

/** Makes the tools of a suite run here, by the suite's own C library; @returns the folder of their names. */
function adopt(folder) {
  const loader = readdirSync(join(folder, 'lib64')).find(name => /^ld-.*\.so/.test(name));
  const triple = readdirSync(join(folder, 'usr', 'lib')).find(name => name.endsWith('-linux-gnu'));
  need(loader !== undefined && triple !== undefined, `${folder} has no C library that is known here`);
  const libraries = join(folder, 'usr', 'lib', triple);
  const bin = `${folder}.bin`;
  const mark = join(folder, '.patched');
  const isPatched = existsSync(mark);
  rmSync(bin, { recursive: true, force: true });
  mkdirSync(bin);
  for (const tool of TOOLS) {
    const path = join(folder, 'usr', 'bin', tool);
    const loading = ['--set-interpreter', join(folder, 'lib64', loader), '--force-rpath', '--set-rpath', libraries];
    need(isPatched || run('patchelf', [...loading, path]), `${path} cannot be made to run here`);
    const options = tool === 'gdb' ? gdbOptions(folder) : { env: '', args: '' };
    writeFileSync(join(bin, tool), `#!/bin/sh\n${options.env}exec '${path}' ${options.args}"$@"\n`);
    chmodSync(join(bin, tool), 0o755);
  }
  writeFileSync(mark, '');
  return bin;
}

/**
 * gdb's Python needs its own modules; the programs that it debugs need not know. Those are linked with the C library here, whose
 * libthread_db tells their threads, and the pretty printers here are those of their C++ library.
 */
function gdbOptions(folder) {
  const commands = [
    'unset environment PYTHONHOME',
    'unset environment PYTHONDONTWRITEBYTECODE',
    'set libthread-db-search-path $pdir',
    'set auto-load scripts-directory $debugdir:/usr/share/gdb/auto-load',
    'add-auto-load-safe-path /lib:/usr/lib:/usr/share/gdb/auto-load',
  ];
  return {
    env: `export PYTHONHOME='${folder}/usr' PYTHONDONTWRITEBYTECODE=1\n`,
    args: `--data-directory='${folder}/usr/share/gdb' ${commands.map(command => `-iex '${command}' `).join('')}`,
  };
}

function versionOf(bin) {
  const { stdout } = spawnSync(join(bin, 'gdb'), ['--version'], { encoding: 'utf8' });
  return stdout?.split('\n')[0] ?? '';
}

/** @returns how many tests pass, fail and are not run, because a hook before them fails; undefined: mocha itself fails */
function runTests(bin) {
  const files =
    tests.length === 0
      ? ['dist/test/integration/**/*.test.js']
      : tests.map(test => `dist/test/integration/${test}.test.js`);
  const counts = `${bin}.counts.json`;
  rmSync(counts, { force: true });
  const env = { ...process.env, PATH: `${bin}:${process.env.PATH ?? ''}` };
  const mocha = join(root, 'node_modules', 'mocha', 'bin', 'mocha.js');
  const reporter = ['--reporter', join(root, 'scripts', 'countingReporter.cjs'), '--reporter-option', `file=${counts}`];
  run(process.execPath, [mocha, ...reporter, ...files], { env });
  return existsSync(counts) ? JSON.parse(readFileSync(counts, 'utf8')) : undefined;
}

/** Tests the gdb of one suite; @returns what is told of it */
function testSuite(suite) {
  try {
    const bin = adopt(bootstrap(suite));
    const version = versionOf(bin);
    need(version !== '', `the gdb of ${suite} does not run`);
    say(`${suite}: ${version}`);
    const counts = runTests(bin);
    need(counts !== undefined, `${version}: the tests do not run`);
    const { passing, failing, notRun } = counts;
    const isGood = failing + notRun === 0 && passing > 0;
    return { isGood, text: `${version}: ${passing} passing, ${failing} failing, ${notRun} not run` };
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    return { isGood: false, text: error.message };
  }
}

function testAll() {
  const results = suites.map(suite => ({ suite, ...testSuite(suite) }));
  for (const { suite, text } of results) console.log(`${suite}: ${text}`);
  need(
    results.every(({ isGood }) => isGood),
    'not every test passes with every gdb',
  );
}

setUp(installTools, testAll);
