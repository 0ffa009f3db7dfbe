// Builds the extension for VS Code: dist/rseq-dap-VERSION.vsix. Works offline once its tools are installed (scripts/setupPackage.mjs).
//
// What goes in is put together in dist/vsix: the extension and the adapter, each bundled with the packages that it needs,
// and a package.json without what concerns development. So no list has to say what stays out.
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { root } from './system.mjs';

/** The tools have packages of their own; `npm run package` installs them. */
const fromTools = createRequire(join(root, 'tools', 'package', 'package.json'));
const { createVSIX } = fromTools('@vscode/vsce');
const { build } = fromTools('esbuild');

const stage = join(root, 'dist', 'vsix');

const COPIED = ['README.md', 'CHANGELOG.md', 'LICENSE', 'media', 'samples/include/rseq_points.h', 'docs'];

/** What an extension has no use for. */
const OF_DEVELOPMENT = ['bin', 'files', 'scripts', 'dependencies', 'devDependencies', 'type'];

const COMMON = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node20',
  minify: true,
  legalComments: 'none',
  metafile: true,
};

/** The editor asks extensions for CommonJS. */
function bundleExtension() {
  return build({
    ...COMMON,
    entryPoints: ['src/extension/extension.ts'],
    outfile: join(stage, 'dist', 'extension.cjs'),
    format: 'cjs',
    external: ['vscode'],
  });
}

/**
 * The adapter keeps its modules' format, and what it loads on demand stays apart. It is found as dist/src/main.mjs, so that
 * package.json lies where it lies in a checkout.
 */
async function bundleAdapter() {
  const result = await build({
    ...COMMON,
    entryPoints: ['src/main.ts'],
    outdir: join(stage, 'dist', 'src'),
    outExtension: { '.js': '.mjs' },
    format: 'esm',
    splitting: true,
    // Packages that are CommonJS call `require` for Node's own modules.
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  });
  // An editor's electron loads the program by `require`, which takes no module that awaits at its top.
  writeFileSync(join(stage, 'dist', 'adapter.cjs'), "import('./src/main.mjs');\n");
  return result;
}

/** The licences of the packages that the bundles hold: most ask to be handed on. */
function writeLicences(bundles) {
  const inputs = bundles.flatMap(({ metafile }) => Object.keys(metafile.inputs));
  const packages = inputs.map(path => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0]);
  const texts = [...new Set(packages.filter(path => path !== undefined))].sort().map(path => {
    const { name, version } = JSON.parse(readFileSync(join(root, path, 'package.json'), 'utf8'));
    const file = readdirSync(join(root, path)).find(entry => /^licen[cs]e/i.test(entry));
    if (file === undefined) throw new Error(`${name} has no licence file to hand on`);
    return `${name} ${version}\n\n${readFileSync(join(root, path, file), 'utf8').trim()}\n`;
  });
  writeFileSync(join(stage, 'THIRD_PARTY_LICENSES.txt'), texts.join(`\n${'-'.repeat(80)}\n\n`));
}

function writeManifest() {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  for (const name of OF_DEVELOPMENT) delete manifest[name];
  delete manifest.engines.node; // The editor's own Node runs it.
  manifest.main = './dist/extension.cjs';
  writeFileSync(join(stage, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  return manifest;
}

rmSync(stage, { recursive: true, force: true });
mkdirSync(stage, { recursive: true });
writeLicences(await Promise.all([bundleExtension(), bundleAdapter()]));
for (const path of COPIED) cpSync(join(root, path), join(stage, path), { recursive: true });
const { name, version } = writeManifest();
const packagePath = join(root, 'dist', `${name}-${version}.vsix`);
await createVSIX({
  cwd: stage,
  packagePath,
  dependencies: false,
  rewriteRelativeLinks: false,
  allowMissingRepository: true,
});
console.log(`${packagePath}: ${statSync(packagePath).size} bytes`);
