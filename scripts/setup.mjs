// Makes a fresh checkout ready: packages, tools, compiled adapter, samples. `npm test` and `npm run demo` begin with it.
// Plain Node without packages, since it is what installs them. What is there already is left alone.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { installDebian, installPackages, missingCommands, need, root, run, setUp } from './system.mjs';

/** package.json, "engines". */
const OLDEST_NODE = [20, 19];

const TOOLS = ['gdb', 'gdbserver', 'gcc', 'g++', 'make'];
const DEBIAN_PACKAGES = ['gdb', 'gdbserver', 'gcc', 'g++', 'make', 'libc6-dev'];

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const good = major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1]);
  need(good, `Node ${OLDEST_NODE.join('.')} or later is needed; this is ${process.versions.node}`);
}

function installTools() {
  installDebian(() => missingCommands(TOOLS), DEBIAN_PACKAGES);
}

function build() {
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  need(run(process.execPath, [compiler, '-p', root]), 'the adapter does not compile');
  if (!existsSync(join(root, 'samples', 'Makefile'))) return;
  need(run('make', ['-C', join(root, 'samples'), '--no-print-directory']), 'the samples do not compile');
}

setUp(checkNode, () => installPackages(root), installTools, build);
