import type { DebugProtocol as D } from '@vscode/debugprotocol';
import type { CommandName } from '../dap/protocol.js';
import type { RouteTable } from '../dap/route.js';
import { exceptionFilters } from './exceptionFilters.js';

/** The flags that stand for one request (but `supportsStepBack`, which comes and goes with gdb's recording): each is advertised where its request has a route. */
const OF_REQUEST = {
  breakpointLocations: 'supportsBreakpointLocationsRequest',
  cancel: 'supportsCancelRequest',
  completions: 'supportsCompletionsRequest',
  configurationDone: 'supportsConfigurationDoneRequest',
  dataBreakpointInfo: 'supportsDataBreakpoints',
  disassemble: 'supportsDisassembleRequest',
  exceptionInfo: 'supportsExceptionInfoRequest',
  gotoTargets: 'supportsGotoTargetsRequest',
  loadedSources: 'supportsLoadedSourcesRequest',
  modules: 'supportsModulesRequest',
  readMemory: 'supportsReadMemoryRequest',
  restart: 'supportsRestartRequest',
  restartFrame: 'supportsRestartFrame',
  setExpression: 'supportsSetExpression',
  setFunctionBreakpoints: 'supportsFunctionBreakpoints',
  setInstructionBreakpoints: 'supportsInstructionBreakpoints',
  setVariable: 'supportsSetVariable',
  stepInTargets: 'supportsStepInTargetsRequest',
  terminate: 'supportsTerminateRequest',
  terminateThreads: 'supportsTerminateThreadsRequest',
  writeMemory: 'supportsWriteMemoryRequest',
} as const satisfies Partial<Record<CommandName, keyof D.Capabilities>>;

/** Requests that the dispatcher answers itself. */
const OF_DISPATCHER: ReadonlySet<string> = new Set(['cancel']);

/** How requests behave: what no route of its own stands for. */
const BEHAVIOURS: D.Capabilities = {
  supportsConditionalBreakpoints: true,
  supportsHitConditionalBreakpoints: true,
  supportsLogPoints: true,
  supportsDataBreakpointBytes: true,
  breakpointModes: [
    {
      mode: 'software',
      label: 'Software',
      description: "An instruction in the program's code",
      appliesTo: ['source', 'instruction'],
    },
    {
      mode: 'hardware',
      label: 'Hardware',
      description: 'A debug register of the processor, of which there are 4: the code stays as it is',
      appliesTo: ['source', 'instruction'],
    },
  ],
  supportsSteppingGranularity: true,
  supportsSingleThreadExecutionRequests: true,
  supportsDelayedStackTraceLoading: true,
  supportTerminateDebuggee: true,
  supportSuspendDebuggee: true,
  supportsEvaluateForHovers: true,
  supportsValueFormattingOptions: true,
  supportsClipboardContext: true,
  // A client completes by itself behind letters; members and arguments begin behind these.
  completionTriggerCharacters: ['.', '>', ':', ' '],
  // What the program prints comes with its colours.
  supportsANSIStyling: true,
  supportsExceptionFilterOptions: true,
  exceptionBreakpointFilters: exceptionFilters(),
};

/** What the adapter can do: a request is advertised exactly where a route answers it. */
export function capabilitiesOf(routes: RouteTable): D.Capabilities {
  const served = Object.entries(OF_REQUEST)
    .filter(([command]) => command in routes || OF_DISPATCHER.has(command))
    .map(([, flag]) => [flag, true] as const);
  return { ...BEHAVIOURS, ...Object.fromEntries(served) };
}
