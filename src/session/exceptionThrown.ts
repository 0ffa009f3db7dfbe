import type { ExceptionEvent } from '../mi/commandsBreakpoints.js';
import { dataEvaluateExpression } from '../mi/commandsInspection.js';
import { textAt } from '../mi/fields.js';
import { parseAddress, type Address } from '../util/address.js';
import { CallGuard } from './evaluateGuard.js';
import type { Gdb } from './ports.js';
import { demangled, readBytes, readText, readWord, symbolAt } from './targetMemory.js';

/** A C++ exception. */
export interface Thrown {
  /** The name of its type, `std::runtime_error`; absent where nothing tells it. */
  readonly type?: string;
  /** What it says: the text that its `what()` returns, or the value of what is no class. */
  readonly message?: string;
  /** The type that keeps the text, where the exception's own `what()` may return another one. */
  readonly messageOf?: string;
}

/** An exception and its `std::type_info`. */
interface Place {
  readonly object: Address;
  readonly typeInfo: Address;
}

/**
 * Reads the exception that a thread is about to throw, throw on or catch. Only memory and symbols are read, by the layout of
 * the Itanium C++ ABI and libstdc++ on 64-bit machines: `what()` cannot be called, that would run the program.
 */
export async function readThrown(gdb: Gdb, thread: number, event: ExceptionEvent): Promise<Thrown> {
  const place = await placeAt(gdb, thread, event);
  return place === undefined ? {} : describeThrown(gdb, place, event === 'catch', thread);
}

/**
 * The exception that nobody catches, of a thread that std::terminate has made abort: found in a register that the frame of
 * `__cxa_throw` or `__cxa_rethrow` has kept, and known by libstdc++'s mark in front of it.
 *
 * @param frame that frame's level
 */
export async function readUncaught(gdb: Gdb, thread: number, frame: number): Promise<Thrown | undefined> {
  const registers = ['rbx', 'rbp', 'r12', 'r13', 'r14', 'r15'];
  const values = await Promise.all(registers.map(name => evaluated(gdb, `(unsigned long)$${name}`, thread, frame)));
  for (const value of values) {
    const object = value === undefined ? undefined : await exceptionAt(gdb, value);
    const typeInfo = object === undefined ? undefined : await readWord(gdb, object - TYPE_BEFORE_OBJECT);
    if (object !== undefined && typeInfo !== undefined) return describeThrown(gdb, { object, typeInfo }, false, thread);
  }
  return undefined;
}

/** `__cxa_exception` (unwind-cxx.h) stands before the object; its `_Unwind_Exception` is its end, 32 bytes. */
const HEADER_BEFORE_OBJECT = 32n;
const TYPE_BEFORE_OBJECT = 112n;
/** `GNUCC++` and 0, the class of exceptions of libstdc++, as a number. */
const GNU_CLASS = 0x474e_5543_432b_2b00n;

/** A register may hold the object, or its header. */
async function exceptionAt(gdb: Gdb, value: Address): Promise<Address | undefined> {
  for (const object of [value, value + HEADER_BEFORE_OBJECT]) {
    if ((await readWord(gdb, object - HEADER_BEFORE_OBJECT)) === GNU_CLASS) return object;
  }
  return undefined;
}

/** The arguments of libstdc++'s probe; where there is none, those of the function that gdb stops in instead, on x86-64. */
async function placeAt(gdb: Gdb, thread: number, event: ExceptionEvent): Promise<Place | undefined> {
  const words = event === 'throw' ? ['$_probe_arg0', '$_probe_arg1', '$rdi', '$rsi'] : ['$_probe_arg0', '$_probe_arg1'];
  const [object, typeInfo, first, second] = await Promise.all(
    words.map(each => evaluated(gdb, `(unsigned long)${each}`, thread, 0)),
  );
  if (object !== undefined && typeInfo !== undefined) return { object, typeInfo };
  return first === undefined || second === undefined ? undefined : { object: first, typeInfo: second };
}

async function evaluated(gdb: Gdb, expression: string, thread: number, frame: number): Promise<bigint | undefined> {
  try {
    const { results } = await gdb.send(dataEvaluateExpression(expression, { thread, frame }));
    return parseAddress(textAt(results, 'value') ?? '');
  } catch {
    // No probe here, no such register, or its value has not been kept: then it tells nothing.
    return undefined;
  }
}

async function describeThrown(gdb: Gdb, place: Place, isCaught: boolean, thread: number): Promise<Thrown> {
  const { object, typeInfo } = place;
  const mangled = await typeName(gdb, typeInfo);
  if (mangled === undefined) return {};
  const type = shortened((await demangled(gdb, `_ZTI${mangled}`)).replace(/^(typeinfo for |_ZTI)/, ''));
  const isPointer = mangled.startsWith('P');
  if (/^P?K?[a-z]$/.test(mangled) || isPointer) {
    const message = await plainValue(gdb, { object, mangled, isCaught }, thread);
    return message === undefined ? { type } : { type, message };
  }
  const text = await keptText(gdb, object, typeInfo);
  if (text !== undefined) return { type, ...text };
  const string = type === 'std::string' ? await stringAt(gdb, object) : undefined;
  return string === undefined ? { type } : { type, message: string };
}

/** The text of a `std::string` of libstdc++: a pointer to it and its length stand at the beginning. */
async function stringAt(gdb: Gdb, object: Address): Promise<string | undefined> {
  const text = await readWord(gdb, object);
  return text === undefined ? undefined : readText(gdb, text);
}

/** As people write it. */
function shortened(type: string): string {
  return type.replaceAll(
    'std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> >',
    'std::string',
  );
}

/** The mangled name in a `std::type_info`; a `*` in front (the name is unique by its address) is none of it. */
async function typeName(gdb: Gdb, typeInfo: Address): Promise<string | undefined> {
  const name = await readWord(gdb, typeInfo + 8n);
  const text = name === undefined ? undefined : await readText(gdb, name);
  return text?.replace(/^\*/, '');
}

/** At a `catch` libstdc++ gives a thrown pointer itself, and not its place: gdb's `$_exception` is wrong there. */
async function plainValue(
  gdb: Gdb,
  { object, mangled, isCaught }: { object: Address; mangled: string; isCaught: boolean },
  thread: number,
): Promise<string | undefined> {
  if (!mangled.startsWith('P')) return shownValue(gdb, thread);
  const target = isCaught ? object : await readWord(gdb, object);
  if (target === undefined) return undefined;
  const text = /^PK?c$/.test(mangled) ? await readText(gdb, target) : undefined;
  return text ?? `0x${target.toString(16)}`;
}

/** A number as gdb prints it. */
async function shownValue(gdb: Gdb, thread: number): Promise<string | undefined> {
  const guard = new CallGuard({
    gdb,
    mayCall: () => Promise.resolve(undefined),
    calling: (_caller, _isNamed, job) => job(),
  });
  try {
    const answer = await guard.run(thread, 'none', () => gdb.send(dataEvaluateExpression('$_exception', { thread })));
    return textAt(answer.results, 'value');
  } catch {
    // gdb finds no type of that name, or no probe: then there is nothing to show.
    return undefined;
  }
}

/** The classes of the standard library that keep a text: a pointer behind the virtual table's, in libstdc++ and libc++. */
const KEEPERS: ReadonlyMap<string, string> = new Map([
  ['St13runtime_error', 'std::runtime_error'],
  ['St11logic_error', 'std::logic_error'],
]);

async function keptText(gdb: Gdb, object: Address, typeInfo: Address): Promise<Omit<Thrown, 'type'> | undefined> {
  const base = await findKeeper(gdb, typeInfo, 0n, 0);
  const pointer = base === undefined ? undefined : await readWord(gdb, object + base.offset + 8n);
  const message = pointer === undefined ? undefined : await readText(gdb, pointer);
  if (base === undefined || message === undefined) return undefined;
  const isOwn = await returnsKeptText(gdb, object + base.offset);
  return isOwn ? { message } : { message, messageOf: base.keeper };
}

/** `what` is the third entry of the virtual table, behind two destructors. */
async function returnsKeptText(gdb: Gdb, object: Address): Promise<boolean> {
  const table = await readWord(gdb, object);
  const what = table === undefined ? undefined : await readWord(gdb, table + 16n);
  const name = what === undefined ? undefined : await symbolAt(gdb, what);
  return name !== undefined && /^std::(runtime|logic)_error::what\(\)/.test(name);
}

interface Keeper {
  readonly keeper: string;
  /** Of the base class in the object, in bytes. */
  readonly offset: bigint;
}

/** More bases in a row mean that what is read is no type information. */
const DEEPEST = 16;

/** Looks through the bases of a class (Itanium C++ ABI, 2.9.5: `__si_class_type_info`, `__vmi_class_type_info`). */
async function findKeeper(gdb: Gdb, typeInfo: Address, offset: bigint, depth: number): Promise<Keeper | undefined> {
  const name = await typeName(gdb, typeInfo);
  const keeper = name === undefined ? undefined : KEEPERS.get(name);
  if (keeper !== undefined) return { keeper, offset };
  if (name === undefined || depth >= DEEPEST) return undefined;
  for (const base of await basesOf(gdb, typeInfo)) {
    const found = await findKeeper(gdb, base.typeInfo, offset + base.offset, depth + 1);
    if (found !== undefined) return found;
  }
  return undefined;
}

async function basesOf(gdb: Gdb, typeInfo: Address): Promise<readonly { typeInfo: Address; offset: bigint }[]> {
  const table = await readWord(gdb, typeInfo);
  const kind = table === undefined ? undefined : await symbolAt(gdb, table);
  if (kind?.includes('__si_class_type_info') === true) {
    const base = await readWord(gdb, typeInfo + 16n);
    return base === undefined ? [] : [{ typeInfo: base, offset: 0n }];
  }
  if (kind?.includes('__vmi_class_type_info') !== true) return [];
  const count = (await readBytes(gdb, typeInfo + 20n, 4))?.readUInt32LE() ?? 0;
  const table2 = await readBytes(gdb, typeInfo + 24n, 16 * Math.min(count, DEEPEST));
  if (table2 === undefined) return [];
  return Array.from({ length: table2.length / 16 }, (_, index) => ({
    typeInfo: table2.readBigUInt64LE(16 * index),
    flags: table2.readBigInt64LE(16 * index + 8),
  })).flatMap(({ typeInfo: base, flags }) =>
    // A virtual base (bit 0) lies where the object's own table says.
    (flags & 1n) === 0n ? [{ typeInfo: base, offset: flags >> 8n }] : [],
  );
}
