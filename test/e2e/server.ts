import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, rmSync, writeFileSync, createWriteStream } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { ROOT } from '../support/debugSession.js';

const CACHE = join(ROOT, '.cache', 'e2e');
const NODE = ['x64', 'arm64'].map(machine => join(CACHE, `node24/node_modules/node-linux-${machine}/bin/node`));
const ENTRY = join(CACHE, 'ide/node_modules/code-server/out/node/entry.js');

/** Where screenshots and logs of the last run are kept. */
export const ARTEFACTS = join(ROOT, '.cache', 'e2e-artefacts');

/** The home of the editor: nothing of the user's own is read or written. */
export const HOME = join(ROOT, '.cache', 'e2e-home');

const START_MS = 60_000;

/** code-server gives up where its two processes do not find each other within 5 s, as on a loaded machine. */
const START_ATTEMPTS = 4;

/** What makes an editor quiet, and its pictures alike from run to run. */
const SETTINGS = {
  'editor.minimap.enabled': false,
  'editor.stickyScroll.enabled': false,
  'editor.renderWhitespace': 'none',
  'editor.tabSize': 8,
  'workbench.enablePreview': false,
  'workbench.startupEditor': 'none',
  'workbench.colorTheme': 'Default Light Modern',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'debug.internalConsoleOptions': 'neverOpen',
  'debug.toolBarLocation': 'floating',
  'terminal.integrated.gpuAcceleration': 'off',
  'git.enabled': false,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'telemetry.telemetryLevel': 'off',
  'chat.disableAIFeatures': true,
  'task.autoDetect': 'off',
  'typescript.disableAutomaticTypeAcquisition': true,
} as const;

/** VS Code as a server for the browser, with the extension installed from its package. */
export class EditorServer {
  private constructor(
    private readonly process: ChildProcess,
    private readonly port: number,
  ) {}

  /** Installs the extension and starts the server. @throws Error where either fails; the log is in {@link ARTEFACTS} */
  static async start(vsix: string): Promise<EditorServer> {
    const node = NODE.find(existsSync);
    if (node === undefined) throw new Error(`${CACHE} holds no editor: run scripts/setupE2e.mjs`);
    rmSync(HOME, { recursive: true, force: true });
    mkdirSync(join(HOME, 'data', 'User'), { recursive: true });
    writeFileSync(join(HOME, 'config.yaml'), 'auth: none\n');
    writeFileSync(join(HOME, 'data', 'User', 'settings.json'), JSON.stringify(SETTINGS, null, 2));
    const common = ['--config', join(HOME, 'config.yaml'), '--user-data-dir', join(HOME, 'data')];
    common.push('--extensions-dir', join(HOME, 'extensions'));
    const install = spawnSync(node, [ENTRY, ...common, '--install-extension', vsix], {
      env: environment(),
      encoding: 'utf8',
    });
    if (install.status !== 0) throw new Error(`The extension cannot be installed: ${install.stdout}${install.stderr}`);
    for (let attempt = 1; ; attempt++) {
      const server = await EditorServer.spawn(node, common);
      if (await server.isReady()) return server;
      if (attempt === START_ATTEMPTS) throw new Error('The editor ends at its start; see server.log.');
    }
  }

  private static async spawn(node: string, common: readonly string[]): Promise<EditorServer> {
    const port = await freePort();
    const options = [
      ...['--bind-addr', `127.0.0.1:${port}`, '--auth', 'none', '--disable-telemetry', '--disable-update-check'],
      ...['--disable-workspace-trust', '--disable-getting-started-override', '--disable-proxy'],
    ];
    const child = spawn(node, [ENTRY, ...common, ...options], {
      env: environment(),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const log = createWriteStream(join(ARTEFACTS, 'server.log'), { flags: 'a' });
    child.stdout.pipe(log, { end: false });
    child.stderr.pipe(log, { end: false });
    return new EditorServer(child, port);
  }

  /** The address of a folder in the editor. */
  address(folder: string): string {
    return `http://127.0.0.1:${this.port}/?folder=${encodeURIComponent(folder)}`;
  }

  async stop(): Promise<void> {
    if (this.process.exitCode !== null) return;
    this.process.kill('SIGTERM');
    await once(this.process, 'exit');
  }

  /** @returns false where it has ended @throws Error where it does not answer */
  private async isReady(): Promise<boolean> {
    const end = performance.now() + START_MS;
    while (performance.now() < end) {
      if (this.process.exitCode !== null) return false;
      const answer = await fetch(`http://127.0.0.1:${this.port}/healthz`).catch(() => undefined);
      if (answer?.ok === true) return true;
      await new Promise(resolve => setTimeout(resolve, 100));
    }
    throw new Error(`The editor does not answer within ${START_MS} ms; see server.log.`);
  }
}

function environment(): NodeJS.ProcessEnv {
  return {
    ...process.env,
    HOME,
    XDG_CONFIG_HOME: join(HOME, 'config'),
    XDG_DATA_HOME: join(HOME, 'share'),
    XDG_CACHE_HOME: join(HOME, 'cache'),
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
