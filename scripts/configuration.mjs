// Writes what the editor and the reader are told of the configuration, from its one source in src/session/config:
// `contributes.debuggers[].configurationAttributes` of package.json, and docs/configuration.md. Needs a build.
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { configurationAttributes, configurationReference } from '../dist/src/session/config/reference.js';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** The debugger's type in `launch.json`. */
const TYPE = 'rseq-gdb';

const path = join(root, 'package.json');
const manifest = JSON.parse(readFileSync(path, 'utf8'));
const debuggers = ((manifest.contributes ??= {}).debuggers ??= []);
let ours = debuggers.find(({ type }) => type === TYPE);
if (ours === undefined) debuggers.push((ours = { type: TYPE, label: 'gdb (restartable sequences)' }));
ours.configurationAttributes = configurationAttributes();
const options = { ...(await resolveConfig(path)), parser: 'json-stringify' };
writeFileSync(path, await format(JSON.stringify(manifest), options));
writeFileSync(join(root, 'docs', 'configuration.md'), configurationReference());
