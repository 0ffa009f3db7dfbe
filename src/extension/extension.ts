import { join } from 'node:path';
import * as vscode from 'vscode';
import { AbortStops } from './abortStops.js';
import { AdapterFactory, DEBUG_TYPE } from './adapter.js';
import { recogniseAssembly } from './assembly.js';
import { ConfigurationProvider } from './configurationProvider.js';
import { convertConfigurations } from './convertCommand.js';
import { Decorations } from './decorations.js';
import { pickProcess, pickProgram } from './pickers.js';
import { registerRegionCommands } from './regionCommands.js';
import { RegionsView, showOnce, type ViewPorts } from './regionsView.js';
import { SessionWatcher } from './sessionWatcher.js';
import { StatusBar } from './statusBar.js';

/** Called by the editor when one of `activationEvents` happens. */
export function activate(context: vscode.ExtensionContext): void {
  const { extensionPath } = context;
  const watcher = new SessionWatcher();
  const stops = new AbortStops(watcher);
  const ports: ViewPorts = {
    watcher,
    stopsOnAbort: region => stops.has(watcher.knowledge?.session, region),
    onDidChangeStops: stops.onDidChange,
  };
  const { registerCommand } = vscode.commands;
  context.subscriptions.push(
    watcher,
    stops,
    vscode.debug.registerDebugAdapterDescriptorFactory(DEBUG_TYPE, new AdapterFactory(extensionPath)),
    vscode.debug.registerDebugConfigurationProvider(DEBUG_TYPE, new ConfigurationProvider()),
    showOnce(ports, new RegionsView(ports), context.workspaceState),
    new Decorations(watcher, extensionPath),
    new StatusBar(watcher),
    registerRegionCommands(watcher, stops),
    registerCommand('rseq-dap.pickProcess', () => pickProcess()),
    registerCommand('rseq-dap.pickProgram', () => pickProgram()),
    registerCommand('rseq-dap.convertConfigurations', () => convertConfigurations()),
    registerCommand('rseq-dap.howSteppingWorks', () =>
      vscode.commands.executeCommand(
        'markdown.showPreview',
        vscode.Uri.file(join(extensionPath, 'docs', 'how-stepping-works.md')),
      ),
    ),
    recogniseAssembly(),
  );
}
