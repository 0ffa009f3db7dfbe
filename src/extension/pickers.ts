import { relative } from 'node:path';
import * as vscode from 'vscode';
import { listProcesses } from './processes.js';
import { findPrograms } from './programs.js';

/** Lets the user choose a process of this machine. @returns its number, as text for a configuration; undefined: none chosen */
export async function pickProcess(): Promise<string | undefined> {
  const processes = await listProcesses();
  const own = processes.filter(({ pid }) => pid !== process.pid);
  const items = own.map(({ pid, name, commandLine, isOwn }) => ({
    label: name,
    description: `${pid}${isOwn ? '' : ' (of another user)'}`,
    detail: commandLine.join(' '),
    pid,
  }));
  const chosen = await vscode.window.showQuickPick(items, {
    title: 'Attach to a process',
    placeHolder: 'Type a part of its name, its number or its arguments',
    matchOnDescription: true,
    matchOnDetail: true,
  });
  return chosen === undefined ? undefined : String(chosen.pid);
}

/** Lets the user choose the program to debug: one that was built below a folder, or any file. */
export async function pickProgram(folder?: vscode.WorkspaceFolder): Promise<string | undefined> {
  const root = (folder ?? vscode.workspace.workspaceFolders?.[0])?.uri.fsPath;
  const programs = root === undefined ? [] : await findPrograms(root);
  const items: (vscode.QuickPickItem & { readonly path?: string })[] = programs.map(path => ({
    label: relative(root ?? '/', path),
    path,
  }));
  items.push({ label: '$(folder-opened) Another program...', alwaysShow: true });
  if (programs.length === 0) return browse(root);
  const chosen = await vscode.window.showQuickPick(items, {
    title: 'Debug a program',
    placeHolder: 'The program to debug; the one that was built last stands first',
  });
  if (chosen === undefined) return undefined;
  return chosen.path ?? browse(root);
}

async function browse(root: string | undefined): Promise<string | undefined> {
  const files = await vscode.window.showOpenDialog({
    title: 'The program to debug',
    openLabel: 'Debug',
    ...(root === undefined ? {} : { defaultUri: vscode.Uri.file(root) }),
  });
  return files?.[0]?.fsPath;
}
