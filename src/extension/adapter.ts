import { join } from 'node:path';
import * as vscode from 'vscode';

/** The debug type that `package.json` contributes. */
export const DEBUG_TYPE = 'rseq-gdb';

/**
 * Starts the adapter as a process of its own that speaks on stdio.
 *
 * `node` makes the editor run it on its own Node, on the machine where the extension runs: nothing has to be installed
 * there, and the electron variables that make this work do not reach gdb. The file is CommonJS because the editor's
 * electron loads it by `require`.
 */
export class AdapterFactory implements vscode.DebugAdapterDescriptorFactory {
  /** @param extension the folder of the installed extension */
  constructor(private readonly extension: string) {}

  createDebugAdapterDescriptor(session: vscode.DebugSession): vscode.DebugAdapterDescriptor {
    const main = join(this.extension, 'dist', 'adapter.cjs');
    const level = vscode.workspace.getConfiguration('rseq-dap').get<string>('logLevel', 'warn');
    const cwd = session.workspaceFolder?.uri.fsPath;
    return new vscode.DebugAdapterExecutable('node', [main, `--log-level=${level}`], cwd === undefined ? {} : { cwd });
  }
}
