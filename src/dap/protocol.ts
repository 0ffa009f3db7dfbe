import type { DebugProtocol as D } from '@vscode/debugprotocol';
import type { CustomEvents, CustomRequests } from './customRequests.js';

type IsAny<T> = 0 extends 1 & T ? true : false;

/** A request without arguments of its own leaves `any` in the protocol's declarations; here it is an object of unknowns. */
type ArgumentsOf<Request extends D.Request> =
  IsAny<Request['arguments']> extends true ? Readonly<Record<string, unknown>> : NonNullable<Request['arguments']>;

interface Exchange<Request extends D.Request, Response extends D.Response> {
  readonly arguments: ArgumentsOf<Request>;
  readonly body: IsAny<Response['body']> extends true ? undefined : Response['body'];
}

/** The requests that a client sends to an adapter, from the protocol's declarations. */
interface StandardRequests {
  attach: Exchange<D.AttachRequest, D.AttachResponse>;
  breakpointLocations: Exchange<D.BreakpointLocationsRequest, D.BreakpointLocationsResponse>;
  cancel: Exchange<D.CancelRequest, D.CancelResponse>;
  completions: Exchange<D.CompletionsRequest, D.CompletionsResponse>;
  configurationDone: Exchange<D.ConfigurationDoneRequest, D.ConfigurationDoneResponse>;
  continue: Exchange<D.ContinueRequest, D.ContinueResponse>;
  dataBreakpointInfo: Exchange<D.DataBreakpointInfoRequest, D.DataBreakpointInfoResponse>;
  disassemble: Exchange<D.DisassembleRequest, D.DisassembleResponse>;
  disconnect: Exchange<D.DisconnectRequest, D.DisconnectResponse>;
  evaluate: Exchange<D.EvaluateRequest, D.EvaluateResponse>;
  exceptionInfo: Exchange<D.ExceptionInfoRequest, D.ExceptionInfoResponse>;
  goto: Exchange<D.GotoRequest, D.GotoResponse>;
  gotoTargets: Exchange<D.GotoTargetsRequest, D.GotoTargetsResponse>;
  initialize: Exchange<D.InitializeRequest, D.InitializeResponse>;
  launch: Exchange<D.LaunchRequest, D.LaunchResponse>;
  loadedSources: Exchange<D.LoadedSourcesRequest, D.LoadedSourcesResponse>;
  locations: Exchange<D.LocationsRequest, D.LocationsResponse>;
  modules: Exchange<D.ModulesRequest, D.ModulesResponse>;
  next: Exchange<D.NextRequest, D.NextResponse>;
  pause: Exchange<D.PauseRequest, D.PauseResponse>;
  readMemory: Exchange<D.ReadMemoryRequest, D.ReadMemoryResponse>;
  restart: Exchange<D.RestartRequest, D.RestartResponse>;
  restartFrame: Exchange<D.RestartFrameRequest, D.RestartFrameResponse>;
  reverseContinue: Exchange<D.ReverseContinueRequest, D.ReverseContinueResponse>;
  scopes: Exchange<D.ScopesRequest, D.ScopesResponse>;
  setBreakpoints: Exchange<D.SetBreakpointsRequest, D.SetBreakpointsResponse>;
  setDataBreakpoints: Exchange<D.SetDataBreakpointsRequest, D.SetDataBreakpointsResponse>;
  setExceptionBreakpoints: Exchange<D.SetExceptionBreakpointsRequest, D.SetExceptionBreakpointsResponse>;
  setExpression: Exchange<D.SetExpressionRequest, D.SetExpressionResponse>;
  setFunctionBreakpoints: Exchange<D.SetFunctionBreakpointsRequest, D.SetFunctionBreakpointsResponse>;
  setInstructionBreakpoints: Exchange<D.SetInstructionBreakpointsRequest, D.SetInstructionBreakpointsResponse>;
  setVariable: Exchange<D.SetVariableRequest, D.SetVariableResponse>;
  source: Exchange<D.SourceRequest, D.SourceResponse>;
  stackTrace: Exchange<D.StackTraceRequest, D.StackTraceResponse>;
  stepBack: Exchange<D.StepBackRequest, D.StepBackResponse>;
  stepIn: Exchange<D.StepInRequest, D.StepInResponse>;
  stepInTargets: Exchange<D.StepInTargetsRequest, D.StepInTargetsResponse>;
  stepOut: Exchange<D.StepOutRequest, D.StepOutResponse>;
  terminate: Exchange<D.TerminateRequest, D.TerminateResponse>;
  terminateThreads: Exchange<D.TerminateThreadsRequest, D.TerminateThreadsResponse>;
  threads: Exchange<D.ThreadsRequest, D.ThreadsResponse>;
  variables: Exchange<D.VariablesRequest, D.VariablesResponse>;
  writeMemory: Exchange<D.WriteMemoryRequest, D.WriteMemoryResponse>;
}

/** Every request that a client may send: the protocol's and ours. */
export type Requests = StandardRequests & CustomRequests;

/** The name of a request. */
export type CommandName = keyof Requests;

/** The arguments of a request as the protocol declares them; what arrives may differ: see `arguments.ts`. */
export type Arguments<C extends CommandName> = Requests[C]['arguments'];

/** The body of a successful response; undefined where the response is a mere acknowledgement. */
export type Body<C extends CommandName> = Requests[C]['body'];

/** The requests that the adapter sends to its client. */
export interface ReverseRequests {
  runInTerminal: Exchange<D.RunInTerminalRequest, D.RunInTerminalResponse>;
  startDebugging: Exchange<D.StartDebuggingRequest, D.StartDebuggingResponse>;
}

/** The name of a reverse request. */
export type ReverseCommandName = keyof ReverseRequests;

/** The events of the protocol and ours, with their bodies. */
export interface Events extends CustomEvents {
  breakpoint: D.BreakpointEvent['body'];
  capabilities: D.CapabilitiesEvent['body'];
  continued: D.ContinuedEvent['body'];
  exited: D.ExitedEvent['body'];
  initialized: undefined;
  invalidated: D.InvalidatedEvent['body'];
  loadedSource: D.LoadedSourceEvent['body'];
  memory: D.MemoryEvent['body'];
  module: D.ModuleEvent['body'];
  output: D.OutputEvent['body'];
  process: D.ProcessEvent['body'];
  progressEnd: D.ProgressEndEvent['body'];
  progressStart: D.ProgressStartEvent['body'];
  progressUpdate: D.ProgressUpdateEvent['body'];
  stopped: D.StoppedEvent['body'];
  terminated: D.TerminatedEvent['body'];
  thread: D.ThreadEvent['body'];
}

/** The name of an event. */
export type EventName = keyof Events;

/** The parameters behind the event's name: the body, which may be left out where the protocol makes it optional. */
export type EventBody<E extends EventName> = undefined extends Events[E] ? [body?: Events[E]] : [body: Events[E]];
