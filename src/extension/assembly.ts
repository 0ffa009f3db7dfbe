import * as vscode from 'vscode';

/** Assembler sources by the names that gcc, clang and make give them. */
const ASSEMBLY = /\.(s|S|sx|asm)$/;

/**
 * Gives assembler files the language `asm` where no other extension knows them: without a language the editor lets nobody
 * set breakpoints in them. They are not claimed in `package.json`, since the extension whose name comes last would win
 * them, and one that colours them does more for the user.
 */
export function recogniseAssembly(): vscode.Disposable {
  const recognise = (document: vscode.TextDocument): void => {
    if (document.languageId !== 'plaintext' || !ASSEMBLY.test(document.fileName)) return;
    void vscode.languages.setTextDocumentLanguage(document, 'asm');
  };
  vscode.workspace.textDocuments.forEach(recognise);
  return vscode.workspace.onDidOpenTextDocument(recognise);
}
