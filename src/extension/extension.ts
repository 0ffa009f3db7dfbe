import * as vscode from 'vscode';
import { AdapterFactory, DEBUG_TYPE } from './adapter.js';
import { recogniseAssembly } from './assembly.js';
import { ConfigurationProvider } from './configurationProvider.js';
import { pickProcess, pickProgram } from './pickers.js';

/** Called by the editor when one of `activationEvents` happens. */
export function activate(context: vscode.ExtensionContext): void {
  context.subscriptions.push(
    vscode.debug.registerDebugAdapterDescriptorFactory(DEBUG_TYPE, new AdapterFactory(context.extensionPath)),
    vscode.debug.registerDebugConfigurationProvider(DEBUG_TYPE, new ConfigurationProvider()),
    vscode.commands.registerCommand('rseq-dap.pickProcess', () => pickProcess()),
    vscode.commands.registerCommand('rseq-dap.pickProgram', () => pickProgram()),
    recogniseAssembly(),
  );
}
