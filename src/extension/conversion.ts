/** A configuration of launch.json. */
export type Configuration = Readonly<Record<string, unknown>>;

/** The debug types of other gdb debuggers: the C/C++ extension, Native Debug and CDT GDB, CDT GDB for remote targets. */
export const OTHER_TYPES: readonly string[] = ['cppdbg', 'gdb', 'gdbtarget'];

/** Names that mean the same with the same values; the adapter understands the other ones too, or tells what to do. */
const RENAMED: Readonly<Record<string, string>> = {
  miDebuggerPath: 'gdb',
  gdbpath: 'gdb',
  miDebuggerArgs: 'gdbArguments',
  debugger_args: 'gdbArguments',
  stopAtEntry: 'stopOnEntry',
  stopAtBeginningOfMainSubprogram: 'stopOnEntry',
  arguments: 'args',
};

/**
 * A configuration of another gdb debugger as one of ours. Nothing is lost: what has no counterpart keeps its name, and
 * the adapter says at the start what becomes of it.
 */
export function convert(other: Configuration): Configuration {
  const converted: Record<string, unknown> = { type: 'rseq-gdb', name: `${String(other.name)} (rseq-dap)` };
  for (const [key, value] of Object.entries(other)) {
    if (key === 'MIMode' && value === 'gdb') continue;
    const [ours, ourValue] = convertAttribute(key, value);
    if (!(ours in converted)) converted[ours] = ourValue;
  }
  return converted;
}

function convertAttribute(key: string, value: unknown): [string, unknown] {
  if (key === 'environment') return ['env', environmentOf(value)];
  // Native Debug's `target` is the program, CDT's is an object that tells of a remote target.
  if (key === 'target' && typeof value === 'string') return ['program', value];
  return [RENAMED[key] ?? key, value];
}

/** cppdbg: a list of `{name, value}`; CDT: an object already. */
function environmentOf(value: unknown): unknown {
  if (!Array.isArray(value)) return value;
  const entries = value as readonly { readonly name?: unknown; readonly value?: unknown }[];
  return Object.fromEntries(entries.map(entry => [String(entry.name), entry.value]));
}

/**
 * Where a configuration can be put into a launch.json: behind the bracket that opens `configurations`.
 *
 * @returns the offset in characters; undefined where there is no such list
 */
export function insertionOffset(text: string): number | undefined {
  // Strings and comments are passed over as a whole, so that what they hold is not taken for structure.
  const token = /"(?:[^"\\]|\\.)*"|\/\/[^\n]*|\/\*[\s\S]*?\*\/|[[\]{}:]/g;
  const recent: string[] = [];
  for (const match of text.matchAll(token)) {
    if (match[0].startsWith('/')) continue;
    recent.push(match[0]);
    const [key, colon, bracket] = recent.slice(-3);
    if (key === '"configurations"' && colon === ':' && bracket === '[') return match.index + 1;
  }
  return undefined;
}

/** The text to insert there. */
export function insertedText(configurations: readonly Configuration[], text: string, offset: number): string {
  const body = configurations.map(one => JSON.stringify(one, null, 2).replace(/^/gm, '    ')).join(',\n');
  const isLast = /^(?:\s|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*\]/.test(text.slice(offset));
  return `\n${body}${isLast ? '\n  ' : ','}`;
}
