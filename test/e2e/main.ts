import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { ROOT } from '../support/debugSession.js';
import { runScenarios } from './runner.js';
import { firstSessionScenarios } from './scenarios/firstSession.js';
import { inspectionScenarios } from './scenarios/inspection.js';
import { regionsScenarios } from './scenarios/regionsView.js';
import { startingScenarios } from './scenarios/starting.js';
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

/** In the order in which they are played: what opens another folder comes last. */
const SUBJECTS = [startingScenarios, steppingScenarios, inspectionScenarios, regionsScenarios, firstSessionScenarios];

/** The pictures in docs/images, and the artefact that each is. */
const PICTURES = {
  'session.png': 'c-after-region.png',
  'moved.png': 'move-reason.png',
  'disassembly.png': 'disassembly-marks.png',
} as const;

/** What the command line asks for. */
interface Wishes {
  /** Only scenarios whose titles hold one of these; all where there is none. */
  readonly words: readonly string[];
  /** Whether the pictures in docs/images are to be those of this run. */
  readonly pictures: boolean;
}

async function main({ words, pictures }: Wishes): Promise<number> {
  rmSync(ARTEFACTS, { recursive: true, force: true });
  mkdirSync(ARTEFACTS, { recursive: true });
  const server = await EditorServer.start(buildPackage());
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: BROWSER_ARGUMENTS });
  const stage = new Stage(browser, server);
  try {
    const all = SUBJECTS.flatMap(scenarios => scenarios(stage));
    const chosen = all.filter(({ title }) => words.length === 0 || words.some(word => title.includes(word)));
    const failures = await runScenarios(chosen, {
      write: line => {
        console.log(line);
      },
      failed: (title, attempt) => stage.keepFailure(title, attempt),
    });
    if (pictures && failures === 0) {
      for (const [name, artefact] of Object.entries(PICTURES)) {
        copyFileSync(join(ARTEFACTS, artefact), join(ROOT, 'docs', 'images', name));
      }
    }
    console.log(`${chosen.length - failures} of ${chosen.length} scenarios passed; pictures in ${ARTEFACTS}`);
    return failures === 0 ? 0 : 1;
  } finally {
    await stage.close();
    await browser.close();
    await server.stop();
  }
}

const { positionals, values } = parseArgs({ allowPositionals: true, options: { pictures: { type: 'boolean' } } });
process.exitCode = await main({ words: positionals, pictures: values.pictures === true });
