import type { DebugProtocol as D } from '@vscode/debugprotocol';
import { requireNumber } from '../dap/arguments.js';
import type { RouteTable } from '../dap/route.js';
import type { GdbCode } from '../mi/code.js';
import type { FrameContext } from '../mi/commands.js';
import { dataDisassemble, stackListFrames } from '../mi/commandsInspection.js';
import { addressAt, integerAt, textAt, tuplesAt } from '../mi/fields.js';
import { parseFrame } from '../mi/frame.js';
import { parseAddress, type Address } from '../util/address.js';
import { RequestError } from '../util/errors.js';
import { Handles } from '../util/handles.js';
import type { Gdb } from './ports.js';
import type { StepTarget } from './stepTarget.js';

/** What this subject needs of the others of the session. */
export interface StepInTargetsPorts {
  readonly gdb: Gdb;
  readonly code: GdbCode;
  frameOf(frameId: number): FrameContext;
}

/** A direct call as gdb disassembles it on x86: `call 0x5555 <function>`, without a symbol `call 0x5555`. */
const CALL = /^(?:bnd )?call\w*\s+(0x[0-9a-f]+)(?: <(.*)>)?/;

interface Call {
  readonly call: Address;
  readonly callee: Address;
  readonly symbol: string;
}

/** The functions that the line where a thread stands will still call. */
export class StepInTargets {
  readonly routes: RouteTable = {
    stepInTargets: { when: 'stopped', run: args => this.targets(requireNumber(args, 'frameId')) },
  };

  private readonly handles = new Handles<StepTarget>('step-in target');

  constructor(private readonly ports: StepInTargetsPorts) {}

  /** The target has gone on or has stopped: targets given so far are stale. */
  onPauseChanged(): void {
    this.handles.reset();
  }

  /** @throws RequestError `staleHandle` */
  targetOf(targetId: number): StepTarget {
    return this.handles.get(targetId);
  }

  private async targets(frameId: number): Promise<D.StepInTargetsResponse['body']> {
    const { thread, frame: level = 0 } = this.ports.frameOf(frameId);
    if (level !== 0) {
      const why = 'Only the innermost frame can step into a call: the others stand in the middle of one.';
      throw new RequestError('user', 'notInnermost', why);
    }
    const { results } = await this.ports.gdb.send(stackListFrames(thread, { start: 0, end: 1 }));
    const frame = tuplesAt(results, 'stack').map(parseFrame)[0];
    if (frame?.address === undefined || frame.line === undefined) return { targets: [] };
    const { address: from, line, func } = frame;
    const targets: D.StepInTarget[] = [];
    for (const { call, callee, symbol } of await this.calls(from, line)) {
      // A function without lines (a library's) would be stepped over.
      if ((await this.ports.code.sourceOf(callee)) === undefined) continue;
      targets.push({ id: this.handles.create({ thread, from, call, function: func, line }), label: symbol });
    }
    return { targets };
  }

  /** The direct calls of a line from `from` on, in the order of their instructions. */
  private async calls(from: Address, line: number): Promise<readonly Call[]> {
    const { results } = await this.ports.gdb.send(dataDisassemble({ kind: 'function', around: from }, { lines: true }));
    return tuplesAt(results, 'asm_insns')
      .filter(row => integerAt(row, 'line') === line)
      .flatMap(row => tuplesAt(row, 'line_asm_insn'))
      .flatMap(instruction => {
        const call = addressAt(instruction, 'address');
        const match = CALL.exec(textAt(instruction, 'inst') ?? '');
        const callee = parseAddress(match?.[1] ?? '');
        if (call === undefined || call < from || callee === undefined) return [];
        return [{ call, callee, symbol: match?.[2] ?? match?.[1] ?? '' }];
      });
  }
}
