import * as vscode from 'vscode';
import { DEBUG_TYPE } from './adapter.js';
import { pickProgram } from './pickers.js';

/** Fills what a configuration leaves open, and stands in for a missing launch.json. */
export class ConfigurationProvider implements vscode.DebugConfigurationProvider {
  /** Before variables are replaced. @returns undefined where the user has chosen nothing: no session begins then */
  async resolveDebugConfiguration(
    folder: vscode.WorkspaceFolder | undefined,
    given: vscode.DebugConfiguration,
  ): Promise<vscode.DebugConfiguration | undefined> {
    const config = isEmpty(given) ? { type: DEBUG_TYPE, request: 'launch', name: 'Debug' } : given;
    if (config.request === 'attach') {
      return config.processId === undefined && needsProcess(config)
        ? { ...config, processId: '${command:pickProcess}' }
        : config;
    }
    if (!needsProgram(config)) return config;
    const program = await pickProgram(folder);
    return program === undefined ? undefined : { ...config, program };
  }
}

/** What the editor hands over where there is no launch.json. */
function isEmpty(config: Partial<vscode.DebugConfiguration>): boolean {
  return config.type === undefined && config.request === undefined && config.name === undefined;
}

function needsProgram(config: vscode.DebugConfiguration): boolean {
  return config.program === undefined && config.target === undefined;
}

/** An attach to a gdbserver names its target, and one to a program that is still to come waits for it. */
function needsProcess(config: vscode.DebugConfiguration): boolean {
  return ['target', 'waitFor', 'pid', 'coreFile'].every(name => config[name] === undefined);
}
