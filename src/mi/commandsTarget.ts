import { console, miCommand, quoteCliWord, rawCommand, type MiCommand } from './commands.js';

/** Reads an executable and its symbols (`file`). */
export function fileExecAndSymbols(path: string): MiCommand {
  return fileCommand('file-exec-and-symbols', 'file', path);
}

/** Sets the executable without reading its symbols (`exec-file`). */
export function fileExecFile(path: string): MiCommand {
  return fileCommand('file-exec-file', 'exec-file', path);
}

/** Reads symbols without setting the executable (`symbol-file`). */
export function fileSymbolFile(path: string): MiCommand {
  return fileCommand('file-symbol-file', 'symbol-file', path);
}

/** A newline in a file name only passes through the console: the MI command ends at it. */
function fileCommand(miName: string, cliName: string, path: string): MiCommand {
  const word = quoteCliWord(path);
  return path.includes('\n') ? console(`${cliName} ${word}`) : rawCommand(miName, word);
}

/** The shared libraries loaded: result `shared-libraries`, tuples as in `=library-loaded`. */
export function fileListSharedLibraries(): MiCommand {
  return miCommand('file-list-shared-libraries', []);
}

/** The source files that the symbols name: result `files`, tuples with `file` and `fullname`. */
export function fileListExecSourceFiles(): MiCommand {
  return miCommand('file-list-exec-source-files', []);
}

/** gdb's working directory, which a target that it starts gets. */
export function environmentCd(directory: string): MiCommand {
  return miCommand('environment-cd', [], directory);
}

/** Puts directories in front of the source path. */
export function environmentDirectory(directories: readonly string[]): MiCommand {
  return miCommand('environment-directory', [], ...directories);
}

/** The terminal of the next target that is started: its stdin, stdout, stderr and controlling terminal. */
export function inferiorTtySet(path: string): MiCommand {
  return miCommand('inferior-tty-set', [], path);
}

/**
 * The arguments of the next target that is started, as a line for gdb's startup shell: quotes and redirections are the
 * caller's. The MI command ends at a newline; where the line holds one, `set args` through the console takes it (gdb 13.1).
 */
export function execArguments(shellLine: string): MiCommand {
  return shellLine.includes('\n') ? console(`set args ${shellLine}`) : rawCommand('exec-arguments', shellLine);
}

/** Sets a variable of the environment of the next target. gdb strips blanks at the value's ends; a newline is kept. */
export function setEnvironment(name: string, value: string): MiCommand {
  return console(`set environment ${name} = ${value}`);
}

/** Takes a variable out of the environment of the next target. */
export function unsetEnvironment(name: string): MiCommand {
  return console(`unset environment ${name}`);
}

/** Attaches to the process with this id and stops it. */
export function targetAttach(pid: number): MiCommand {
  return rawCommand('target-attach', String(pid));
}

/** Detaches from the target, which goes on running. */
export function targetDetach(): MiCommand {
  return miCommand('target-detach', []);
}

/**
 * `target KIND PARAMETERS`, e.g. `remote` and `host:1234`, `extended-remote`, `core`. The parameters are handed on as
 * they stand.
 */
export function targetSelect(kind: string, parameters: string): MiCommand {
  return rawCommand('target-select', `${kind} ${parameters}`);
}

/** The processes gdb debugs: result `groups`, tuples with `id`, `type`, `pid`, `executable`, `exit-code`. */
export function listThreadGroups(): MiCommand {
  return miCommand('list-thread-groups', []);
}
