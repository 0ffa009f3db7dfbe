import type { Region, RegionExit } from '../../src/rseq/region.js';
import type { Address } from '../../src/util/address.js';

/** What an instruction does. Places are indexes into {@link Program.code}; a `branch` is taken by chance. */
export type Operation =
  | { readonly kind: 'plain' }
  | { readonly kind: 'jump' | 'branch'; readonly to: number }
  | { readonly kind: 'call'; readonly to: number }
  | { readonly kind: 'return' }
  /** The end of a signal handler's trampoline. */
  | { readonly kind: 'sigreturn' }
  /** Waits until another thread has run: a handler that needs the others. */
  | { readonly kind: 'wait' }
  | { readonly kind: 'arm'; readonly region: number }
  /** Reads the per-CPU counter into the thread's register. */
  | { readonly kind: 'load' }
  /** Stores the register plus one to the per-CPU counter: the last instruction of a region. */
  | { readonly kind: 'commit' };

/** One instruction with what the debug information says of it. */
export interface Instruction {
  readonly operation: Operation;
  readonly line: number | undefined;
  /** Whether this is the first instruction of its row in the line table. */
  readonly rowStart: boolean;
  /** The functions inlined here, outermost first. */
  readonly inlined: readonly string[];
  /** The index of the piece of code (function, abort handler, cold part) that holds it. */
  readonly piece: number;
}

/** A contiguous piece of code: a function, or an abort handler or cold part without unwind information. */
export interface Piece {
  readonly name: string;
  readonly start: number;
  readonly end: number;
  readonly unwinds: boolean;
}

/** What the kernel knows of a region: its descriptor. Places are indexes into {@link Program.code}. */
export interface Descriptor {
  readonly start: number;
  readonly postCommit: number;
  readonly abort: number;
}

/** A program: its code, its pieces, its descriptors, and the regions as an adapter would have found them. */
export interface Program {
  readonly code: readonly Instruction[];
  readonly pieces: readonly Piece[];
  readonly descriptors: readonly Descriptor[];
  readonly regions: readonly Region[];
  /** Entry points of the functions by their number in the specification; 0 is every thread's first one. */
  readonly entries: readonly number[];
  /** The entry point of the signal handler, if there is one. */
  readonly handler: number | undefined;
  /** Where a signal handler returns to. */
  readonly trampoline: number;
}

/** One restartable sequence to generate. */
export interface RegionSpec {
  readonly kind: 'region';
  readonly body: number;
  /** Whether the adapter knows the prelude. */
  readonly preludeKnown: boolean;
  readonly innerLoop: boolean;
  /** A branch out of the region, to the instructions behind it or to a cold part without lines. */
  readonly leaves: 'never' | 'behind' | 'cold';
  /** Where the abort handler stands: out of line without lines and unwind information, or in the function with lines. */
  readonly handler: 'bare' | 'lines';
  readonly handlerLength: number;
  /** Where the abort handler goes: before the prelude, onto the arming store, or behind the region. */
  readonly retry: 'prelude' | 'arming' | 'give up';
  /** Whether the region has a source line of its own, as where it is written as C and not as inline assembly. */
  readonly ownLine: boolean;
}

/** What a line of source compiles to. */
export type ItemSpec =
  | { readonly kind: 'plain'; readonly count: number }
  | { readonly kind: 'skip'; readonly count: number }
  | { readonly kind: 'again' }
  | { readonly kind: 'wait' }
  | { readonly kind: 'call'; readonly to: number }
  | { readonly kind: 'inlined'; readonly lines: readonly LineSpec[] }
  | RegionSpec;

/** The items of one source line. */
export type LineSpec = readonly ItemSpec[];

/** A function to generate. */
export interface FunctionSpec {
  readonly lines: readonly LineSpec[];
  readonly hasLines: boolean;
}

/** A program to generate; the first function runs for ever. */
export interface ProgramSpec {
  readonly functions: readonly FunctionSpec[];
  readonly handler: FunctionSpec | undefined;
}

/** Where the code begins. */
const BASE = 0x1000n;

/** The address of the instruction at `index`. */
export function addressOf(index: number): Address {
  return BASE + BigInt(index);
}

/** The index of the instruction at `address`; outside of the code where nothing is. */
export function indexOf(address: Address): number {
  return Number(address - BASE);
}

interface RegionDraft {
  readonly spec: RegionSpec;
  readonly prelude: number;
  readonly arming: number;
  readonly start: number;
  readonly postCommit: number;
  readonly function: number;
  readonly line: number | undefined;
  /** Where the branch out of the region stands, if there is one to a cold part. */
  readonly coldBranch: number | undefined;
}

interface Place {
  readonly line: number | undefined;
  readonly inlined: readonly string[];
}

/** Lays out a program. */
class Builder {
  readonly code: Instruction[] = [];
  readonly pieces: Piece[] = [];
  readonly descriptors: Descriptor[] = [];
  readonly regions: Region[] = [];
  readonly entries: number[] = [];
  private readonly drafts: RegionDraft[] = [];
  private readonly calls: { readonly at: number; readonly to: number }[] = [];
  private nextLine = 1;
  private nextInlined = 1;
  private rowPending = true;

  /** @param loops whether the function goes round for ever instead of returning */
  addFunction(name: string, spec: FunctionSpec, loops: boolean): number {
    const start = this.code.length;
    const drafts = this.drafts.length;
    this.newRow();
    this.emit({ kind: 'plain' }, { line: spec.hasLines ? this.nextLine++ : undefined, inlined: [] });
    const first = this.code.length;
    this.addLines(spec.lines, spec.hasLines, []);
    this.newRow();
    const last = { line: spec.hasLines ? this.nextLine++ : undefined, inlined: [] };
    this.emit(loops ? { kind: 'jump', to: first } : { kind: 'return' }, last);
    const handlers = this.drafts.slice(drafts).map(draft => this.addInlineHandler(draft));
    this.pieces.push({ name, start, end: this.code.length, unwinds: true });
    for (const [index, draft] of this.drafts.slice(drafts).entries()) this.addRegion(draft, handlers[index]);
    return start;
  }

  link(entries: readonly number[]): void {
    const callable = entries.slice(1);
    if (callable.length === 0) return;
    for (const { at, to } of this.calls) this.patch(at, { kind: 'call', to: callable[to % callable.length]! });
  }

  addTrampoline(): number {
    const at = this.code.length;
    this.emit({ kind: 'sigreturn' }, { line: undefined, inlined: [] });
    this.pieces.push({ name: '<signal handler called>', start: at, end: at + 1, unwinds: true });
    return at;
  }

  private addLines(lines: readonly LineSpec[], hasLines: boolean, inlined: readonly string[]): void {
    for (const line of lines) {
      const place: Place = { line: hasLines ? this.nextLine++ : undefined, inlined };
      this.newRow();
      const begin = this.code.length;
      this.emit({ kind: 'plain' }, place);
      for (const item of line) this.addItem(item, place, begin);
    }
  }

  private addItem(item: ItemSpec, place: Place, begin: number): void {
    switch (item.kind) {
      case 'plain':
        for (let i = 0; i < item.count; i++) this.emit({ kind: 'plain' }, place);
        return;
      case 'skip': {
        this.emit({ kind: 'branch', to: this.code.length + 1 + item.count }, place);
        for (let i = 0; i < item.count + 1; i++) this.emit({ kind: 'plain' }, place);
        return;
      }
      case 'again':
        this.emit({ kind: 'branch', to: begin }, place);
        return;
      case 'wait':
        this.emit({ kind: 'wait' }, place);
        return;
      case 'call':
        this.calls.push({ at: this.code.length, to: item.to });
        this.emit({ kind: 'plain' }, place);
        this.emit({ kind: 'plain' }, place);
        return;
      case 'inlined':
        // Without line information nothing tells of inlining either.
        if (place.line === undefined) this.addLines(item.lines, false, []);
        else this.addLines(item.lines, true, [...place.inlined, `inlined${this.nextInlined++}`]);
        this.newRow();
        this.emit({ kind: 'plain' }, place);
        return;
      case 'region':
        this.addSequence(item, place);
    }
  }

  private addSequence(spec: RegionSpec, outer: Place): void {
    const place = spec.ownLine && outer.line !== undefined ? { ...outer, line: this.nextLine++ } : outer;
    this.emit({ kind: 'plain' }, outer);
    const prelude = this.code.length;
    this.emit({ kind: 'plain' }, outer);
    const arming = this.code.length;
    this.emit({ kind: 'arm', region: this.drafts.length }, outer);
    if (place !== outer) this.newRow();
    const start = this.code.length;
    this.emit({ kind: 'load' }, place);
    for (let i = 0; i < spec.body; i++) this.emit({ kind: 'plain' }, place);
    if (spec.innerLoop) this.emit({ kind: 'branch', to: start }, place);
    const leaving = this.code.length;
    if (spec.leaves !== 'never') this.emit({ kind: 'branch', to: leaving + 3 }, place);
    this.emit({ kind: 'commit' }, place);
    const postCommit = this.code.length;
    if (place !== outer) this.newRow();
    this.emit({ kind: 'plain' }, outer);
    this.emit({ kind: 'plain' }, outer);
    const coldBranch = spec.leaves === 'cold' ? leaving : undefined;
    this.drafts.push({
      spec,
      prelude,
      arming,
      start,
      postCommit,
      coldBranch,
      function: this.pieces.length,
      line: place.line,
    });
  }

  /** The abort handler of a region written in C stands in its function, with a line. */
  private addInlineHandler(draft: RegionDraft): number | undefined {
    if (draft.spec.handler !== 'lines') return undefined;
    this.newRow();
    return this.addHandler(draft, { line: draft.line === undefined ? undefined : this.nextLine++, inlined: [] });
  }

  private addHandler({ spec, prelude, arming, postCommit }: RegionDraft, place: Place): number {
    const at = this.code.length;
    for (let i = 0; i < spec.handlerLength; i++) this.emit({ kind: 'plain' }, place);
    const to = { prelude: prelude - 1, arming, 'give up': postCommit + 1 }[spec.retry];
    this.emit({ kind: 'jump', to }, place);
    return at;
  }

  private addPiece(name: string, build: () => void): number {
    const start = this.code.length;
    this.newRow();
    build();
    this.pieces.push({ name, start, end: this.code.length, unwinds: false });
    return start;
  }

  private addRegion(draft: RegionDraft, inlineHandler: number | undefined): void {
    const { spec, start, postCommit } = draft;
    const owner = this.pieces[draft.function]!;
    const nowhere: Place = { line: undefined, inlined: [] };
    const abort = inlineHandler ?? this.addPiece(`${owner.name}.abort`, () => void this.addHandler(draft, nowhere));
    const exits: RegionExit[] = [
      { address: addressOf(postCommit), origin: 'postCommit' },
      { address: addressOf(abort), origin: 'abort' },
    ];
    const pieces = [owner, this.pieces.at(-1)!];
    if (spec.leaves === 'behind') exits.push({ address: addressOf(postCommit + 1), origin: 'branch' });
    if (draft.coldBranch !== undefined) {
      const back = () => {
        this.emit({ kind: 'plain' }, nowhere);
        this.emit({ kind: 'jump', to: postCommit + 1 }, nowhere);
      };
      const cold = this.addPiece(`${owner.name}.cold`, back);
      this.patch(draft.coldBranch, { kind: 'branch', to: cold });
      exits.push({ address: addressOf(cold), origin: 'branch' });
      pieces.push(this.pieces.at(-1)!);
    }
    const preludes = [draft.prelude, ...(spec.retry === 'arming' ? [abort + spec.handlerLength] : [])];
    this.descriptors.push({ start, postCommit, abort });
    this.regions.push({
      id: `program+${start}`,
      kind: 'descriptor',
      range: { start: addressOf(start), end: addressOf(postCommit) },
      abort: addressOf(abort),
      flags: 0,
      armingStore: addressOf(draft.arming),
      preludes: spec.preludeKnown ? preludes.map(addressOf) : [],
      exits,
      functions: pieces.map(piece => ({ start: addressOf(piece.start), end: addressOf(piece.end) })),
      limits: [],
    });
  }

  private newRow(): void {
    this.rowPending = true;
  }

  private emit(operation: Operation, place: Place): void {
    const rowStart = this.rowPending && place.line !== undefined;
    this.code.push({ operation, line: place.line, rowStart, inlined: place.inlined, piece: -1 });
    this.rowPending = false;
  }

  private patch(at: number, operation: Operation): void {
    this.code[at] = { ...this.code[at]!, operation };
  }
}

/** Lays out a program from its specification. */
export function buildProgram(spec: ProgramSpec): Program {
  const builder = new Builder();
  const entries = spec.functions.map((each, index) => builder.addFunction(`f${index}`, each, index === 0));
  const handler = spec.handler === undefined ? undefined : builder.addFunction('onSignal', spec.handler, false);
  const trampoline = builder.addTrampoline();
  builder.link(entries);
  const { pieces, descriptors, regions } = builder;
  const code = builder.code.map((instruction, index) => ({
    ...instruction,
    piece: pieces.findIndex(piece => piece.start <= index && index < piece.end),
  }));
  return { code, pieces, descriptors, regions, entries, handler, trampoline };
}
