import { RequestError } from '../util/errors.js';

/** What the session does about restartable sequences (attribute `rseq`; a string is short for `stepping`). */
export interface RseqOptions {
  /**
   * `through`: steps run through regions; `firstIteration`: as well, but the first attempt is stepped into by instruction and
   * lost; `off`: gdb steps as it does without this adapter, and nothing else is adapted.
   */
  readonly stepping: 'through' | 'firstIteration' | 'off';
  /** `move`: a breakpoint inside a region is planted at its prelude; `keep`: where the user put it. */
  readonly breakpointsInside: 'move' | 'keep';
  /** Whether each run through a region is told in the debug console. */
  readonly log: boolean;
}

/** A command for gdb before the program runs: MI where it begins with `-`, else the command line's language. */
export interface SetupCommand {
  readonly text: string;
  readonly ignoreFailures: boolean;
}

interface CommonConfig {
  /** Absolute, or relative to the adapter's working folder. */
  readonly program: string | undefined;
  /** The gdb to start: a path, or a name to find on PATH. */
  readonly gdb: string;
  readonly gdbArguments: readonly string[];
  readonly setupCommands: readonly SetupCommand[];
  readonly rseq: RseqOptions;
}

/** The arguments of `launch`, checked. */
export interface LaunchConfig extends CommonConfig {
  readonly kind: 'launch';
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string | undefined;
  /** null removes a variable that would be inherited. */
  readonly env: Readonly<Record<string, string | null>>;
  /** `true`: stop in `main`. */
  readonly stopOnEntry: boolean;
  /** Run without breakpoints and without rseq tables (DAP `noDebug`). */
  readonly noDebug: boolean;
}

/** The arguments of `attach`, checked. */
export interface AttachConfig extends CommonConfig {
  readonly kind: 'attach';
  readonly processId: number;
}

type Raw = Readonly<Record<string, unknown>>;

const COMMON = ['program', 'gdb', 'gdbArguments', 'setupCommands', 'rseq'];
const LAUNCH = [...COMMON, 'args', 'cwd', 'env', 'stopOnEntry', 'noDebug'];
const ATTACH = [...COMMON, 'processId'];
/** What clients add on their own account. */
const OF_CLIENTS = ['name', 'type', 'request', 'preLaunchTask', 'postDebugTask', 'presentation', 'debugServer'];
const CLIENT_PREFIX = /^(__|internalConsoleOptions$|serverReadyAction$|suppressMultipleSessionWarning$)/;

/**
 * Checks the arguments of `launch`.
 *
 * @param warn told of attributes that are not known
 * @throws RequestError `badConfiguration` that names the attribute, what it must be and what it is
 */
export function parseLaunch(raw: Raw, warn: (text: string) => void): LaunchConfig {
  warnOfUnknown(raw, LAUNCH, warn);
  return {
    kind: 'launch',
    ...common(raw),
    program: required(raw, 'program', 'the path of the program to debug'),
    args: stringList(raw, 'args'),
    cwd: optional(raw, 'cwd'),
    env: environment(raw),
    stopOnEntry: flag(raw, 'stopOnEntry'),
    noDebug: flag(raw, 'noDebug'),
  };
}

/** Checks the arguments of `attach`; otherwise as {@link parseLaunch}. */
export function parseAttach(raw: Raw, warn: (text: string) => void): AttachConfig {
  warnOfUnknown(raw, ATTACH, warn);
  const processId = Number(raw.processId);
  if (!Number.isSafeInteger(processId) || processId <= 0) {
    throw wrong('processId', 'the number of a running process', raw.processId);
  }
  return { kind: 'attach', ...common(raw), program: optional(raw, 'program'), processId };
}

function common(raw: Raw): CommonConfig {
  return {
    program: optional(raw, 'program'),
    gdb: optional(raw, 'gdb') ?? 'gdb',
    gdbArguments: stringList(raw, 'gdbArguments'),
    setupCommands: list(raw, 'setupCommands').map(setupCommand),
    rseq: rseqOptions(raw.rseq),
  };
}

function setupCommand(item: unknown, index: number): SetupCommand {
  if (typeof item === 'string') return { text: item, ignoreFailures: false };
  const text = isRecord(item) ? item.text : undefined;
  if (typeof text !== 'string') throw wrong(`setupCommands[${index}]`, 'a command or {text, ignoreFailures}', item);
  return { text, ignoreFailures: isRecord(item) && item.ignoreFailures === true };
}

function rseqOptions(value: unknown): RseqOptions {
  const raw: Raw = typeof value === 'string' ? { stepping: value } : ((value ?? {}) as Raw);
  if (!isRecord(raw)) throw wrong('rseq', "an object or one of 'through', 'firstIteration', 'off'", value);
  const stepping = choice(raw, 'stepping', ['through', 'firstIteration', 'off'] as const);
  return {
    stepping,
    breakpointsInside: stepping === 'off' ? 'keep' : choice(raw, 'breakpointsInside', ['move', 'keep'] as const),
    log: flag(raw, 'log', 'rseq.'),
  };
}

function environment(raw: Raw): Readonly<Record<string, string | null>> {
  const value = raw.env ?? {};
  const good = isRecord(value) && Object.values(value).every(item => typeof item === 'string' || item === null);
  if (!good) throw wrong('env', 'an object from names to strings (null removes a variable)', value);
  return value as Readonly<Record<string, string | null>>;
}

function required(raw: Raw, name: string, what: string): string {
  const value = optional(raw, name);
  if (value === undefined || value === '') throw wrong(name, what, raw[name]);
  return value;
}

function optional(raw: Raw, name: string): string | undefined {
  const value = raw[name] ?? undefined;
  if (value !== undefined && typeof value !== 'string') throw wrong(name, 'a string', value);
  return value;
}

function flag(raw: Raw, name: string, prefix = ''): boolean {
  const value = raw[name] ?? false;
  if (typeof value !== 'boolean') throw wrong(prefix + name, 'true or false', value);
  return value;
}

function choice<T extends string>(raw: Raw, name: string, choices: readonly [T, ...T[]]): T {
  const value = raw[name] ?? choices[0];
  const found = choices.find(one => one === value);
  if (found === undefined) throw wrong(`rseq.${name}`, `one of '${choices.join("', '")}'`, value);
  return found;
}

function list(raw: Raw, name: string): readonly unknown[] {
  const value = raw[name] ?? [];
  if (!Array.isArray(value)) throw wrong(name, 'a list', value);
  return value;
}

function stringList(raw: Raw, name: string): readonly string[] {
  const items = list(raw, name);
  if (!items.every(item => typeof item === 'string')) throw wrong(name, 'a list of strings', raw[name]);
  return items;
}

function warnOfUnknown(raw: Raw, known: readonly string[], warn: (text: string) => void): void {
  for (const name of Object.keys(raw)) {
    if (known.includes(name) || OF_CLIENTS.includes(name) || CLIENT_PREFIX.test(name)) continue;
    warn(`The attribute '${name}' of the configuration is not known and has no effect.`);
  }
}

function wrong(name: string, wanted: string, value: unknown): RequestError {
  const given = value === undefined ? 'it is missing' : `it is ${JSON.stringify(value)}`;
  return new RequestError('user', 'badConfiguration', `The attribute '${name}' must be ${wanted}, but ${given}.`);
}

function isRecord(value: unknown): value is Raw {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
