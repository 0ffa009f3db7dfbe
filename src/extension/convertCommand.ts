import * as vscode from 'vscode';
import { convert, insertedText, insertionOffset, OTHER_TYPES, type Configuration } from './conversion.js';

interface Candidate extends vscode.QuickPickItem {
  readonly folder: vscode.WorkspaceFolder;
  readonly configuration: Configuration;
}

/** Lets the user choose configurations of other gdb debuggers, and adds them to launch.json as ours; theirs stay. */
export async function convertConfigurations(): Promise<void> {
  const candidates = (vscode.workspace.workspaceFolders ?? []).flatMap(candidatesOf);
  if (candidates.length === 0) {
    void vscode.window.showInformationMessage(
      `No launch.json of this workspace has a configuration of type ${OTHER_TYPES.join(', ')}.`,
    );
    return;
  }
  const chosen = await vscode.window.showQuickPick(candidates, {
    title: 'Convert debug configurations',
    placeHolder: 'Each is added as a configuration of rseq-dap; the old one stays',
    canPickMany: true,
  });
  for (const folder of new Set(chosen?.map(one => one.folder))) {
    const configurations = chosen?.filter(one => one.folder === folder).map(one => convert(one.configuration)) ?? [];
    await add(folder, configurations);
  }
}

function candidatesOf(folder: vscode.WorkspaceFolder): Candidate[] {
  const all = vscode.workspace
    .getConfiguration('launch', folder.uri)
    .get<readonly Configuration[]>('configurations', []);
  return all
    .filter(({ type }) => typeof type === 'string' && OTHER_TYPES.includes(type))
    .map(configuration => ({
      label: String(configuration.name),
      description: `${String(configuration.type)}, ${folder.name}`,
      picked: true,
      folder,
      configuration,
    }));
}

/** As text, so that the comments of the file stay. The file is left open and unsaved changes are saved with it. */
async function add(folder: vscode.WorkspaceFolder, configurations: readonly Configuration[]): Promise<void> {
  const uri = vscode.Uri.joinPath(folder.uri, '.vscode', 'launch.json');
  const document = await vscode.workspace.openTextDocument(uri);
  const text = document.getText();
  const offset = insertionOffset(text);
  if (offset === undefined) {
    void vscode.window.showErrorMessage(`${uri.fsPath} has no list "configurations" to add to.`);
    return;
  }
  const edit = new vscode.WorkspaceEdit();
  edit.insert(uri, document.positionAt(offset), insertedText(configurations, text, offset));
  await vscode.workspace.applyEdit(edit);
  await document.save();
  await vscode.window.showTextDocument(document);
}
