import type { Address } from '../util/address.js';
import type { Architecture, Flow, Instruction } from './instruction.js';
import { flowOf } from './instruction.js';

/** An instruction with what it does to control. */
export interface CodeInstruction extends Instruction {
  readonly flow: Flow;
}

/** The disassembled functions of one image, indexed for questions about control flow. */
export class CodeMap {
  readonly #at = new Map<Address, CodeInstruction>();
  readonly #endingAt = new Map<Address, CodeInstruction>();
  readonly #branchesTo = new Map<Address, CodeInstruction[]>();

  /** @param bodies instructions of whole functions, so that each list starts at a true instruction boundary */
  constructor(
    readonly architecture: Architecture,
    bodies: Iterable<readonly Instruction[]>,
  ) {
    for (const body of bodies) for (const instruction of body) this.#add(instruction);
  }

  #add(instruction: Instruction): void {
    if (this.#at.has(instruction.address)) return;
    const flow = flowOf(instruction.text, this.architecture);
    const entry = { ...instruction, flow };
    this.#at.set(entry.address, entry);
    this.#endingAt.set(entry.address + BigInt(entry.size), entry);
    if (flow.kind !== 'branch') return;
    const sources = this.#branchesTo.get(flow.target);
    if (sources === undefined) this.#branchesTo.set(flow.target, [entry]);
    else sources.push(entry);
  }

  /** The instruction that starts at an address. */
  at(address: Address): CodeInstruction | undefined {
    return this.#at.get(address);
  }

  /** The instruction that follows in memory. */
  after(instruction: CodeInstruction): CodeInstruction | undefined {
    return this.#at.get(instruction.address + BigInt(instruction.size));
  }

  /** The instruction that ends where another starts. */
  endingAt(address: Address): CodeInstruction | undefined {
    return this.#endingAt.get(address);
  }

  /** The direct branches to an address. */
  branchesTo(address: Address): readonly CodeInstruction[] {
    return this.#branchesTo.get(address) ?? [];
  }

  /**
   * The instructions after which control can reach an address at once: the one before it in memory, unless that never
   * goes on, and the direct branches to it.
   */
  predecessors(address: Address): CodeInstruction[] {
    const before = this.endingAt(address);
    const through = before === undefined ? undefined : this.#fallThrough(before);
    const sources = this.branchesTo(address);
    return through === undefined ? [...sources] : [through, ...sources.filter(s => s.address !== through.address)];
  }

  /** The instruction from which control falls through to the end of `before`; its branch where `before` is a delay slot. */
  #fallThrough(before: CodeInstruction): CodeInstruction | undefined {
    const owner = this.architecture === 'mips' ? this.endingAt(before.address) : undefined;
    // gdb puts no breakpoint into a MIPS delay slot: the branch that owns the slot stands for it.
    if (owner !== undefined && hasDelaySlot(owner)) return goesOn(owner.flow) ? owner : undefined;
    if (this.architecture === 'mips' && hasDelaySlot(before)) return before;
    return goesOn(before.flow) ? before : undefined;
  }
}

/** Whether control can reach the next instruction in memory. */
export function goesOn(flow: Flow): boolean {
  switch (flow.kind) {
    case 'next':
    case 'call':
    case 'system':
      return true;
    case 'branch':
    case 'indirect':
    case 'return':
      return flow.conditional;
    case 'trap':
      return false;
  }
}

/** Where control can go at once behind an instruction, as far as it says: to the target of a direct branch, to the next one in memory. */
export function successors({ address, size, flow }: CodeInstruction): Address[] {
  const through = goesOn(flow) ? [address + BigInt(size)] : [];
  return flow.kind === 'branch' ? [flow.target, ...through] : through;
}

/** MIPS: all branches, jumps and calls but the compact ones, whose names end in `c`. */
function hasDelaySlot(instruction: CodeInstruction): boolean {
  const { kind } = instruction.flow;
  return kind !== 'next' && kind !== 'system' && kind !== 'trap' && !/^\s*\S*c\s/.test(instruction.text);
}
