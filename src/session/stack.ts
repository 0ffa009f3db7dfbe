import { access } from 'node:fs/promises';
import { basename } from 'node:path';
import type { DebugProtocol as D } from '@vscode/debugprotocol';
import { optionalNumber, requireNumber } from '../dap/arguments.js';
import type { RouteTable } from '../dap/route.js';
import type { FrameContext } from '../mi/commands.js';
import { stackInfoDepth, stackListFrames } from '../mi/commandsInspection.js';
import { integerAt, tuplesAt } from '../mi/fields.js';
import { parseFrame, type Frame } from '../mi/frame.js';
import { formatAddress } from '../util/address.js';
import { messageOf, RequestError } from '../util/errors.js';
import { Handles } from '../util/handles.js';
import type { Gdb } from './ports.js';

/** How many frames a request without `levels` gets: runaway recursion has more than a client can show. */
const MOST_FRAMES = 10_000;

/** What the stack needs of the other subjects of the session. */
export interface StackPorts {
  readonly gdb: Gdb;
  /** The innermost frames of a thread, as the client has just been told them. */
  remember(thread: number, frames: readonly Frame[]): void;
}

/** Call stacks, and what the client's frame ids stand for. */
export class Stack {
  readonly routes: RouteTable = {
    stackTrace: { when: 'stopped', run: args => this.stackTrace(args) },
  };

  private readonly handles = new Handles<FrameContext>('stack frame');
  /** Whether a source file is there. One that was there need not be looked for again: it is a hint for the eye. */
  private readonly present = new Map<string, boolean | Promise<boolean>>();

  constructor(private readonly ports: StackPorts) {}

  /**
   * The thread and level that a frame id of the client stands for.
   *
   * @throws RequestError `staleHandle`
   */
  frameOf(frameId: number): FrameContext {
    return this.handles.get(frameId);
  }

  /** The target has gone on or has stopped: frame ids given so far are stale. */
  onPauseChanged(): void {
    this.handles.reset();
    for (const [path, isPresent] of this.present) if (isPresent !== true) this.present.delete(path);
  }

  private async stackTrace(args: D.StackTraceArguments): Promise<D.StackTraceResponse['body']> {
    const thread = requireNumber(args, 'threadId');
    const start = Math.max(0, optionalNumber(args, 'startFrame') ?? 0);
    const asked = optionalNumber(args, 'levels') ?? 0;
    const levels = asked > 0 ? asked : MOST_FRAMES;
    // One frame more than wanted tells whether there are more, without a walk to the end of the stack.
    const frames = await this.frames(thread, start, levels + 1);
    if (start === 0) this.ports.remember(thread, frames);
    const shown = frames.slice(0, levels);
    const stackFrames = await Promise.all(
      shown.map((frame, index) => this.describe(frame, { thread, frame: frame.level ?? start + index })),
    );
    if (frames.length > 0) return { stackFrames, totalFrames: start + frames.length };
    const { results } = await this.ports.gdb.send(stackInfoDepth(thread, start + 1));
    return { stackFrames, totalFrames: integerAt(results, 'depth') ?? 0 };
  }

  private async frames(thread: number, start: number, count: number): Promise<readonly Frame[]> {
    try {
      return await this.ask(thread, start, start + count);
    } catch (error) {
      const message = messageOf(error);
      if (message.includes('Not enough frames in stack')) return [];
      if (start > 0 || count === 1) throw cannotList(thread, message, error);
      // A corrupt stack: the unwinder fails on the way out. The innermost frame is still worth having.
      return await this.ask(thread, 0, 1).catch((second: unknown) => {
        throw cannotList(thread, messageOf(second), second);
      });
    }
  }

  private async ask(thread: number, start: number, end: number): Promise<readonly Frame[]> {
    const { results } = await this.ports.gdb.send(stackListFrames(thread, { start, end }));
    return tuplesAt(results, 'stack').map(parseFrame);
  }

  private async describe(frame: Frame, context: FrameContext): Promise<D.StackFrame> {
    const described: D.StackFrame = {
      id: this.handles.create(context),
      name: nameOf(frame),
      line: frame.line ?? 0,
      column: 0,
    };
    if (frame.address !== undefined) described.instructionPointerReference = formatAddress(frame.address);
    const path = frame.fullname ?? frame.file;
    if (path === undefined || frame.line === undefined) described.presentationHint = 'subtle';
    else described.source = await this.source(path);
    return described;
  }

  private async source(path: string): Promise<D.Source> {
    const source: D.Source = { name: basename(path), path };
    if (!(await this.isPresent(path))) source.presentationHint = 'deemphasize';
    return source;
  }

  private isPresent(path: string): boolean | Promise<boolean> {
    let answer = this.present.get(path);
    if (answer === undefined) {
      answer = access(path).then(
        () => true,
        () => false,
      );
      this.present.set(path, answer);
      void answer.then(isPresent => this.present.set(path, isPresent));
    }
    return answer;
  }
}

function cannotList(thread: number, message: string, cause: unknown): RequestError {
  return new RequestError('nobody', 'noStack', `gdb cannot list the stack of thread ${thread}: ${message}`, { cause });
}

/** `main`; without a symbol the address; for code without lines the library it lies in. */
function nameOf(frame: Frame): string {
  const name = frame.func ?? (frame.address === undefined ? '??' : formatAddress(frame.address));
  return frame.line === undefined && frame.from !== undefined ? `${name} in ${basename(frame.from)}` : name;
}
