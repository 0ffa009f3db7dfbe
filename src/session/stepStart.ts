import { MiError } from '../mi/client.js';
import type { Region } from '../rseq/region.js';
import type { FrameSummary, Position, StepRequest } from '../stepping/types.js';
import { RequestError } from '../util/errors.js';
import type { ExecutionPorts } from './executionPorts.js';
import type { LostAttempts } from './lostAttempts.js';
import { innermostFrames, locate, neighbourhood } from './position.js';

/** A step with everything that its beginning takes. */
export interface StepStart {
  readonly request: StepRequest;
  /** Where the thread stands; may be undefined where no region is near: then gdb gets its one command as it is. */
  readonly position: Position | undefined;
}

/**
 * @param frames the thread's innermost frames, where they are known already
 * @throws RequestError `cannotResume` where gdb does not know where the thread stands
 */
export async function startOf(
  request: StepRequest,
  frames: readonly FrameSummary[] | undefined,
  lost: LostAttempts,
  ports: ExecutionPorts,
): Promise<StepStart> {
  try {
    return await begun(request, frames, lost, ports);
  } catch (error) {
    if (!(error instanceof MiError)) throw error;
    const message = `Thread ${request.thread} cannot be stepped: ${error.message}`;
    throw new RequestError('user', 'cannotResume', message, { cause: error });
  }
}

async function begun(
  request: StepRequest,
  frames: readonly FrameSummary[] | undefined,
  lost: LostAttempts,
  ports: ExecutionPorts,
): Promise<StepStart> {
  const near = await regionsNear(request.thread, frames, ports);
  // Where it began, a step that is interrupted has to know to be taken up again.
  const isAsked = near.length > 0 || ports.mayInterrupt();
  const position = isAsked ? await locate(ports.answers, request.thread, ports.regionsNear) : undefined;
  const shows = ports.showsFirstAttempt() && position !== undefined && near.length > 0;
  const intoAttempt = shows && lost.showsAttempt(request, position);
  return { request: { ...request, intoAttempt, free: lost.of(request.thread) }, position };
}

async function regionsNear(
  thread: number,
  frames: readonly FrameSummary[] | undefined,
  ports: ExecutionPorts,
): Promise<readonly Region[]> {
  if (ports.noRegions()) return [];
  return ports.regionsNear(neighbourhood(frames ?? (await innermostFrames(ports.answers, thread))));
}
