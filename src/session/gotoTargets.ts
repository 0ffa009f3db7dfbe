import type { DebugProtocol as D } from '@vscode/debugprotocol';
import { optionalString, requireNumber, requireObject } from '../dap/arguments.js';
import type { RouteTable } from '../dap/route.js';
import type { GdbCode } from '../mi/code.js';
import { dataEvaluateExpression, stackListFrames } from '../mi/commandsInspection.js';
import { tuplesAt } from '../mi/fields.js';
import { parseFrame, type Frame } from '../mi/frame.js';
import { contains, formatAddress, type Address } from '../util/address.js';
import { messageOf, RequestError } from '../util/errors.js';
import { Handles } from '../util/handles.js';
import { linesOf } from './lineTable.js';
import type { Gdb, Tell } from './ports.js';

/** What jumps need of the other subjects of the session. */
export interface GotoPorts {
  readonly gdb: Gdb;
  readonly code: GdbCode;
  readonly tell: Tell;
  /** The restartable sequence for which an address lies in `[arming store, post_commit_ip)`, by its function's name; undefined where none. */
  regionAt(address: Address): string | undefined;
  /** Where a stopped thread stands, where that is known. */
  pcOf(thread: number): Address | undefined;
  /** The thread stands elsewhere now. */
  moved(thread: number, frame: Frame): void;
}

/** Setting the next statement. */
export class GotoTargets {
  readonly routes: RouteTable = {
    gotoTargets: { when: 'stopped', run: args => this.targets(args) },
    goto: { when: 'stopped', run: args => this.jump(requireNumber(args, 'threadId'), requireNumber(args, 'targetId')) },
  };

  private readonly handles = new Handles<Address>('goto target');

  constructor(private readonly ports: GotoPorts) {}

  /** The target has gone on or has stopped: targets given so far are stale. */
  onPauseChanged(): void {
    this.handles.reset();
  }

  /** One target for each function that has code of the line: where the line begins in it. */
  private async targets(args: D.GotoTargetsArguments): Promise<D.GotoTargetsResponse['body']> {
    const path = optionalString(requireObject(args, 'source'), 'path');
    const line = requireNumber(args, 'line');
    const rows = path === undefined ? [] : await linesOf(this.ports.gdb, path);
    const addresses = rows.filter(row => row.line === line).map(({ address }) => address);
    const targets: D.GotoTarget[] = [];
    const functions: { readonly start: Address; readonly end: Address }[] = [];
    for (const address of addresses.sort((a, b) => (a < b ? -1 : 1))) {
      if (functions.some(range => contains(range, address))) continue;
      const around = await this.ports.code.functionAround(address);
      if (around !== undefined) functions.push(around);
      const where = around?.name ?? formatAddress(address);
      targets.push({
        id: this.handles.create(address),
        label: `line ${line} of ${where}`,
        line,
        instructionPointerReference: formatAddress(address),
      });
    }
    return { targets };
  }

  private async jump(thread: number, targetId: number): Promise<undefined> {
    const address = this.handles.get(targetId);
    this.refuseInside(address);
    const from = this.ports.pcOf(thread);
    const left = from === undefined ? undefined : this.ports.regionAt(from);
    try {
      await this.ports.gdb.send(dataEvaluateExpression(`$pc = ${formatAddress(address)}`, { thread, frame: 0 }));
    } catch (error) {
      throw new RequestError('user', 'cannotJump', `Thread ${thread} cannot jump: ${messageOf(error)}`, {
        cause: error,
      });
    }
    if (left !== undefined) {
      this.ports.tell(
        'important',
        `Thread ${thread} has left the restartable sequence of ${left} by the jump: the kernel disarms it there, so it ` +
          'has neither committed nor gone through its abort handler.\n',
      );
    }
    const { results } = await this.ports.gdb.send(stackListFrames(thread, { start: 0, end: 1 }));
    const frame = tuplesAt(results, 'stack').map(parseFrame)[0];
    if (frame !== undefined) this.ports.moved(thread, frame);
    return undefined;
  }

  /** A thread that gets into a region behind its arming store runs the rest of it unprotected. */
  private refuseInside(address: Address): void {
    const region = this.ports.regionAt(address);
    if (region === undefined) return;
    throw new RequestError(
      'user',
      'insideRegion',
      `Cannot jump there: it lies inside the restartable sequence of ${region}, which would run without being armed, so ` +
        'that updates of the program could be lost. Jump to a line before it.',
    );
  }
}
