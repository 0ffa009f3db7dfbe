import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { ROOT } from '../support/debugSession.js';
import { runScenarios } from './runner.js';
import { inspectionScenarios } from './scenarios/inspection.js';
import { steppingScenarios } from './scenarios/stepping.js';
import { ARTEFACTS, EditorServer } from './server.js';
import { Stage } from './stage.js';

/** What keeps a browser without a screen and without a network quiet. */
const BROWSER_ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

function buildPackage(): string {
  const { status } = spawnSync(process.execPath, [join(ROOT, 'scripts', 'package.mjs')], { stdio: ['ignore', 2, 2] });
  const name = readdirSync(join(ROOT, 'dist')).find(file => file.endsWith('.vsix'));
  if (status !== 0 || name === undefined) throw new Error('The extension cannot be packaged.');
  return join(ROOT, 'dist', name);
}

/** Runs the scenarios whose titles hold one of the words given, all if none is. */
async function main(words: readonly string[]): Promise<number> {
  rmSync(ARTEFACTS, { recursive: true, force: true });
  mkdirSync(ARTEFACTS, { recursive: true });
  const server = await EditorServer.start(buildPackage());
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: BROWSER_ARGUMENTS });
  const stage = new Stage(browser, server);
  try {
    const all = [...steppingScenarios(stage), ...inspectionScenarios(stage)];
    const chosen = all.filter(({ title }) => words.length === 0 || words.some(word => title.includes(word)));
    const failures = await runScenarios(chosen, {
      write: line => {
        console.log(line);
      },
      failed: (title, attempt) => stage.keepFailure(title, attempt),
    });
    console.log(`${chosen.length - failures} of ${chosen.length} scenarios passed; pictures in ${ARTEFACTS}`);
    return failures === 0 ? 0 : 1;
  } finally {
    await stage.close();
    await browser.close();
    await server.stop();
  }
}

process.exitCode = await main(process.argv.slice(2));
