import { RequestError } from '../util/errors.js';
import type { Arguments, Body, CommandName } from './protocol.js';

/**
 * The life of a session: before `initialize`; before a program; with a program that runs or is stopped; with a core file;
 * after it.
 */
export type SessionState = 'created' | 'initialized' | 'running' | 'stopped' | 'postMortem' | 'ended';

/** When a request makes sense: at any time; after `initialize`; with a program; with a stopped program. */
export type RouteCondition = 'any' | 'initialized' | 'launched' | 'stopped';

/** What a handler may know of the request besides its arguments. */
export interface RequestContext {
  readonly command: CommandName;
  /** The request's `seq`, e.g. as `requestId` of a progress event. */
  readonly seq: number;
  /** Aborted when the client cancels the request or is gone. A handler that gives up may throw anything: the answer is `cancelled`. */
  readonly signal: AbortSignal;
}

/** What a handler returns: the body or a promise of it; nothing for a mere acknowledgement. */
export type RouteResult<C extends CommandName> = [Body<C>] extends [undefined]
  ? Promise<void> | undefined
  : Promise<Body<C>> | Body<C>;

/** How one request is carried out. */
export interface Route<C extends CommandName> {
  readonly when: RouteCondition;
  /** Does not wait for the requests before it; for what must work while one of them hangs. */
  readonly overtakes?: boolean;
  /**
   * @param args what the client sent, an object for sure; the types of its members are to be checked (`arguments.ts`)
   * @returns the response's body
   * @throws RequestError to refuse; anything else is a defect of the adapter
   */
  run(args: Arguments<C>, context: RequestContext): RouteResult<C>;
}

/** The requests that a session answers; any other is refused as not supported. */
export type RouteTable = { readonly [C in CommandName]?: Route<C> };

/** What the user did, for `Cannot ...: the program is running`. Other requests are a view's questions: nobody is to blame. */
const ACTIONS: Readonly<Record<string, string>> = {
  next: 'step',
  stepIn: 'step',
  stepOut: 'step',
  stepBack: 'step back',
  continue: 'continue',
  reverseContinue: 'continue in reverse',
  goto: 'jump',
  restartFrame: 'restart the frame',
  setVariable: 'set the variable',
  setExpression: 'set the expression',
  writeMemory: 'write memory',
  pause: 'pause',
  restart: 'restart',
  terminate: 'terminate',
};

/** @throws RequestError if a request of this condition makes no sense in this state */
export function checkState(command: string, when: RouteCondition, state: SessionState): void {
  if (when === 'any') return;
  const action = ACTIONS[command];
  const what = action === undefined ? `Cannot answer '${command}'` : `Cannot ${action}`;
  const blame = action === undefined ? 'nobody' : 'user';
  switch (state) {
    case 'created':
      throw new RequestError('user', 'notInitialized', `${what}: the client has to send 'initialize' first.`);
    case 'initialized':
      if (when === 'initialized') return;
      throw new RequestError(blame, 'notLaunched', `${what}: no program has been launched or attached to yet.`);
    case 'ended':
      if (when === 'initialized') return;
      throw new RequestError(blame, 'ended', `${what}: the program has ended.`);
    case 'running':
      if (when !== 'stopped') return;
      throw new RequestError(blame, 'notStopped', `${what}: the program is running. Pause it first.`);
    case 'postMortem':
      if (action === undefined || command === 'terminate' || command === 'restart') return;
      throw new RequestError('user', 'postMortem', `${what}: this is a core file, nothing runs in it any more.`);
    case 'stopped':
      return;
  }
}
