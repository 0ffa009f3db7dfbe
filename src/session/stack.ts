import { access } from 'node:fs/promises';
import { basename } from 'node:path';
import type { DebugProtocol as D } from '@vscode/debugprotocol';
import { optionalNumber, requireNumber } from '../dap/arguments.js';
import type { RouteTable } from '../dap/route.js';
import type { FrameContext } from '../mi/commands.js';
import { stackInfoDepth, stackListArguments, stackListFrames } from '../mi/commandsInspection.js';
import { integerAt, tuplesAt } from '../mi/fields.js';
import { parseFrame, type Frame } from '../mi/frame.js';
import { formatAddress, type Address } from '../util/address.js';
import { messageOf, RequestError } from '../util/errors.js';
import { Handles } from '../util/handles.js';
import {
  frameName,
  parseArgument,
  parseFrameFormat,
  wantsArguments,
  type FrameArgument,
  type FrameFormat,
} from './frameName.js';
import type { Gdb } from './ports.js';

/** How many frames a request without `levels` gets: runaway recursion has more than a client can show. */
const MOST_FRAMES = 10_000;

/** What the stack needs of the other subjects of the session. */
export interface StackPorts {
  readonly gdb: Gdb;
  /** The innermost frames of a thread, as the client has just been told them. */
  remember(thread: number, frames: readonly Frame[]): void;
  /** What stands at an address that no symbol names; undefined where that is not known either. */
  placeAt(address: Address): string | undefined;
  /** The innermost frame is at code that no symbol names: whether gdb can tell the frames behind it better now. */
  unwind(thread: number, address: Address): Promise<boolean>;
  /** The module that an address lies in, where that is known. */
  moduleAt(address: Address): string | undefined;
  /** What a client may show for code without a source file. */
  assemblyAt(address: Address, name: string): { readonly source: D.Source; readonly line: number };
}

/** What the frames of one answer have in common. */
interface View {
  readonly format: FrameFormat;
  /** By level; undefined where they were not asked for, or gdb could not tell. */
  readonly args: ReadonlyMap<number, readonly FrameArgument[]> | undefined;
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
    const format = parseFrameFormat(args.format);
    // One frame more than wanted tells whether there are more, without a walk to the end of the stack.
    const [frames, named] = await Promise.all([
      this.frames(thread, start, levels + 1),
      wantsArguments(format) ? this.arguments(thread, start, levels) : undefined,
    ]);
    if (start === 0) this.ports.remember(thread, frames);
    const view = { format, args: named };
    const stackFrames = await Promise.all(
      frames
        .slice(0, levels)
        .map((frame, index) => this.describe(frame, { thread, frame: frame.level ?? start + index }, view)),
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
    const frames = await this.askOnce(thread, start, end);
    const [first] = frames;
    if (start > 0 || first?.func !== undefined || first?.address === undefined) return frames;
    return (await this.ports.unwind(thread, first.address)) ? this.askOnce(thread, start, end) : frames;
  }

  private async askOnce(thread: number, start: number, end: number): Promise<readonly Frame[]> {
    const { results } = await this.ports.gdb.send(stackListFrames(thread, { start, end }));
    return tuplesAt(results, 'stack').map(parseFrame);
  }

  /** Frames without their arguments are better than none: a failure is left to the frames to tell. */
  private async arguments(thread: number, start: number, count: number): Promise<View['args']> {
    try {
      const { results } = await this.ports.gdb.send(stackListArguments(thread, { start, end: start + count }));
      return new Map(
        tuplesAt(results, 'stack-args').map(frame => [
          integerAt(frame, 'level') ?? 0,
          tuplesAt(frame, 'args').map(parseArgument),
        ]),
      );
    } catch {
      return undefined;
    }
  }

  private async describe(frame: Frame, context: FrameContext & { frame: number }, view: View): Promise<D.StackFrame> {
    const { address } = frame;
    const moduleId = address === undefined ? undefined : this.ports.moduleAt(address);
    const place = frame.func === undefined && address !== undefined ? this.ports.placeAt(address) : undefined;
    const described: D.StackFrame = {
      id: this.handles.create(context),
      name: place ?? frameName(frame, view.format, view.args?.get(context.frame), moduleId),
      line: frame.line ?? 0,
      column: 0,
    };
    if (address !== undefined) described.instructionPointerReference = formatAddress(address);
    if (moduleId !== undefined) described.moduleId = moduleId;
    const path = frame.fullname ?? frame.file;
    if (path !== undefined && frame.line !== undefined) described.source = await this.source(path);
    else if (frame.func === '<signal handler called>') described.presentationHint = 'label';
    else {
      described.presentationHint = 'subtle';
      if (address !== undefined) Object.assign(described, this.ports.assemblyAt(address, frame.func ?? described.name));
    }
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
