import { console as consoleCommand, type FrameContext } from '../mi/commands.js';
import { MiError } from '../mi/client.js';
import { breakDelete, type WatchAccess } from '../mi/commandsBreakpoints.js';
import { dataEvaluateExpression, stackListFrames, stackListVariables } from '../mi/commandsInspection.js';
import { textAt, tuplesAt } from '../mi/fields.js';
import { parseFrame } from '../mi/frame.js';
import { parseAddress, type Address } from '../util/address.js';
import { messageOf, RequestError } from '../util/errors.js';
import { memoryExpression, pointerTo, type DataPlace } from './dataBreakpointPlace.js';
import type { Gdb } from './ports.js';
import { watch, type Watched } from './watchpoint.js';

/** What a user wants to watch, in an expression's words. */
export interface Wish {
  readonly expression: string;
  /** How the user calls it. */
  readonly name: string;
  /** The frame that the expression belongs to; without one it names nothing but static storage. */
  readonly context?: FrameContext | undefined;
  /** A number of bytes from the expression's address on, instead of its own. */
  readonly bytes?: number | undefined;
}

/** Where something lies: its address, and the symbol that gdb finds there. */
interface Spot {
  readonly address: Address;
  readonly symbol: string | undefined;
}

/** How deep a frame is looked for that a data breakpoint belongs to. */
const DEEPEST_FRAME = 100;

/** A variable, and members and elements of it: the same storage as long as the variable is there. */
const PATH = /^((?:::)?[A-Za-z_]\w*(?:::\w+)*)(?:\.\w+|\[\d+\])*$/;

/**
 * Finds the storage behind expressions. What follows a pointer is watched where it lies now: gdb would watch the pointer,
 * too, and lose the place when that changes. A local variable ends with its frame.
 */
export class DataBreakpointFinder {
  constructor(private readonly gdb: Gdb) {}

  /** @throws RequestError `notWatchable`, MiError: gdb's reason why the expression means nothing here */
  async find(wish: Wish): Promise<DataPlace> {
    const { expression, name, context, bytes } = wish;
    const spot = await this.spotOf(expression, context);
    if (spot === undefined) {
      if (bytes !== undefined) throw notInMemory(name);
      return context === undefined ? { kind: 'static', name, expression } : this.inFrame(wish, context, expression);
    }
    const root = PATH.exec(expression)?.[1];
    const local = root === undefined || context === undefined ? undefined : await this.local(root, context);
    const isLocal = local !== undefined && !local.isStatic && !local.type.endsWith('&');
    if (isLocal && context !== undefined) {
      const watched = bytes === undefined ? expression : `*(char (*)[${bytes}]) &(${expression})`;
      return this.inFrame(wish, context, watched);
    }
    if (bytes !== undefined) return { kind: 'memory', name, address: spot.address, bytes };
    const isGlobal = root !== undefined && local === undefined && spot.symbol === root.replace(/^::/, '');
    if (isGlobal) return { kind: 'static', name, expression };
    return this.inMemory(name, expression, context, spot.address);
  }

  /**
   * What gdb is to watch for a place.
   *
   * @throws RequestError `frameGone`, `notWatchable`; MiError where gdb does not know the names
   */
  async watchedAt(place: DataPlace): Promise<Watched> {
    switch (place.kind) {
      case 'static':
        return { expression: await this.unhidden(place.expression) };
      case 'memory':
        return { expression: memoryExpression(place.address, place.bytes, place.type) };
      case 'frame':
        return { expression: place.expression, context: await this.frameOf(place) };
    }
  }

  /**
   * The accesses that the processor can watch a place for, found by trying. The target must be stopped.
   *
   * @throws RequestError `notWatchable` where it can watch none
   */
  async accesses(place: DataPlace): Promise<readonly WatchAccess[]> {
    const watched = await this.watchedAt(place);
    await this.try(watched, 'write');
    try {
      await this.try(watched, 'access');
    } catch (error) {
      if (error instanceof RequestError) return ['write'];
      throw error;
    }
    return ['write', 'read', 'access'];
  }

  /** The value at a place as gdb prints it; undefined where it cannot be read now. */
  async valueOf(place: DataPlace): Promise<string | undefined> {
    try {
      const { expression, context } = await this.watchedAt(place);
      return await this.evaluate(expression, context);
    } catch (error) {
      if (error instanceof RequestError || (error instanceof MiError && error.code !== 'ended')) return undefined;
      throw error;
    }
  }

  private async try(watched: Watched, access: WatchAccess): Promise<void> {
    const number = await watch(this.gdb, watched, access);
    await this.gdb.send(breakDelete([number]));
  }

  /** @returns undefined for what lies in no memory: a register, a sum */
  private async spotOf(expression: string, context: FrameContext | undefined): Promise<Spot | undefined> {
    try {
      const value = await this.evaluate(`&(${expression})`, context);
      const match = /(0x[0-9a-f]+)(?: <([^>]+?)(?:\+\d+)?>)?/.exec(value);
      const address = parseAddress(match?.[1] ?? '');
      return address === undefined ? undefined : { address, symbol: match?.[2] };
    } catch (error) {
      if (/not located in memory|is a register|not an lvalue|value not lvalue/i.test(messageOf(error)))
        return undefined;
      throw error;
    }
  }

  /** A variable of the frame, innermost first; undefined where the name is none of the frame's. */
  private async local(name: string, context: FrameContext): Promise<{ type: string; isStatic: boolean } | undefined> {
    const { results } = await this.gdb.send(stackListVariables(context));
    const found = tuplesAt(results, 'variables').find(variable => textAt(variable, 'name') === name);
    if (found === undefined) return undefined;
    const { console: where } = await this.gdb.send(consoleCommand(`info address ${name}`, context));
    const isStatic = /is (static storage|a thread-local variable)/.test(where);
    return { type: textAt(found, 'type') ?? '', isStatic };
  }

  private async inFrame(wish: Wish, context: FrameContext, expression: string): Promise<DataPlace> {
    const level = context.frame ?? 0;
    const [frameAddress, stack] = await Promise.all([
      this.frameAddress(context.thread, level),
      this.gdb.send(stackListFrames(context.thread, { start: level, end: level + 1 })),
    ]);
    const frame = tuplesAt(stack.results, 'stack').map(parseFrame)[0];
    if (frameAddress === undefined)
      throw new RequestError('nobody', 'noFrame', `'${wish.name}' has no frame any more.`);
    return {
      kind: 'frame',
      name: wish.name,
      expression,
      thread: context.thread,
      frameAddress,
      function: frame?.func ?? '',
    };
  }

  private async inMemory(
    name: string,
    expression: string,
    context: FrameContext | undefined,
    address: Address,
  ): Promise<DataPlace> {
    const bytes = Number(await this.evaluate(`sizeof(${expression})`, context));
    const { console: text } = await this.gdb.send(consoleCommand(`whatis ${expression}`, context));
    const type = /^type = (.*?)\s*&?\s*$/.exec(text.trim())?.[1] ?? '';
    // Not every type can be named: an anonymous structure, what a template hides.
    const size = await this.evaluate(`sizeof(*(${pointerTo(type)}) 0)`, context).catch(() => undefined);
    const named = size !== undefined && Number(size) === bytes;
    return { kind: 'memory', name, address, bytes, ...(named ? { type } : {}) };
  }

  /** A local variable of the frame that happens to be selected must not stand in for the static one. */
  private async unhidden(expression: string): Promise<string> {
    const root = PATH.exec(expression)?.[1];
    if (root === undefined || root.startsWith('::')) return expression;
    const { symbol } = (await this.spotOf(expression, undefined)) ?? {};
    return symbol === root ? expression : `::${expression}`;
  }

  private async frameOf(place: DataPlace & { kind: 'frame' }): Promise<FrameContext> {
    const { thread } = place;
    const range = { start: 0, end: DEEPEST_FRAME };
    const { results } = await this.gdb.send(stackListFrames(thread, range));
    for (const { level = 0, func } of tuplesAt(results, 'stack').map(parseFrame)) {
      const address = await this.frameAddress(thread, level);
      if (address !== undefined && address > place.frameAddress) break;
      if (address === place.frameAddress && func === place.function) return { thread, frame: level };
    }
    throw new RequestError(
      'nobody',
      'frameGone',
      `The call of ${place.function || 'the function'} in thread ${thread} that '${place.name}' belonged to has ended.`,
    );
  }

  private async frameAddress(thread: number, frame: number): Promise<Address | undefined> {
    const { console: text } = await this.gdb.send(consoleCommand('info frame', { thread, frame }));
    return parseAddress(/frame at (0x[0-9a-f]+)/.exec(text)?.[1] ?? '');
  }

  private async evaluate(expression: string, context: FrameContext | undefined): Promise<string> {
    const { results } = await this.gdb.send(dataEvaluateExpression(expression, context));
    return textAt(results, 'value') ?? '';
  }
}

function notInMemory(name: string): RequestError {
  return new RequestError('user', 'notWatchable', `'${name}' lies in no memory, so it has no range of bytes.`);
}
