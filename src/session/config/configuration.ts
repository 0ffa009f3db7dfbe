import type { Alias, Attribute, Request } from './attribute.js';
import { ATTRIBUTES, UNSUPPORTED } from './schema.js';
import { NO_TARGET, type RemoteOptions } from './targetAttributes.js';
import { isRecord, unknownName, wrongValue, type ObjectOf } from './shapes.js';

/** The values of all attributes, checked, with defaults. */
export type Settings = ObjectOf<typeof ATTRIBUTES>;

/** The arguments of `launch` or `attach`, checked. */
export interface Configuration extends Settings {
  readonly request: Request;
  /** Run without breakpoints and without rseq tables (DAP `noDebug`). */
  readonly noDebug: boolean;
  readonly beginning: Beginning;
}

/** What holds before a configuration has come. */
export const UNCONFIGURED: Pick<Settings, 'rseq' | 'hardwareBreakpoints'> = {
  rseq: ATTRIBUTES.rseq.fallback,
  hardwareBreakpoints: ATTRIBUTES.hardwareBreakpoints.fallback,
};

/** How the session comes by its program. */
export type Beginning =
  /** `setup`: commands that give gdb the program, instead of its path. */
  | { readonly kind: 'launch'; readonly program: string; readonly setup?: Settings['customLaunchSetupCommands'] }
  | { readonly kind: 'attach'; readonly processId: number }
  | { readonly kind: 'wait'; readonly name: string }
  | { readonly kind: 'core'; readonly coreFile: string }
  | { readonly kind: 'remote'; readonly remote: RemoteOptions };

type Raw = Readonly<Record<string, unknown>>;
type Warn = (text: string) => void;

/** What clients add on their own account. */
const OF_CLIENTS = new Set([
  'name',
  'type',
  'request',
  'preLaunchTask',
  'postDebugTask',
  'presentation',
  'debugServer',
]);
const CLIENT_PREFIX =
  /^(__|noDebug$|internalConsoleOptions$|serverReadyAction$|suppressMultipleSessionWarning$|preRestartTask$)/;

/** Parts of a configuration that count on one system only; editors other than VS Code hand them on as they are. */
const PLATFORMS = new Set(['linux', 'osx', 'windows']);

/**
 * Checks the arguments of `launch` or `attach`: brings other adapters' names to ours, fills in the defaults.
 *
 * @param warn told of what is not known, not supported, or contradicts itself
 * @throws RequestError `badConfiguration` that names the attribute, what it must be and what it is
 */
export function parseConfiguration(request: Request, given: Raw, warn: Warn): Configuration {
  const raw = withPlatform(given);
  const known = new Map<string, unknown>();
  const used = new Set<string>();
  const attributes: readonly (readonly [string, Attribute<unknown>])[] = Object.entries(ATTRIBUTES);
  for (const [name, attribute] of attributes) {
    known.set(name, valueOf(name, attribute, { request, raw, used, warn }));
  }
  for (const name of Object.keys(raw)) if (!used.has(name)) warnOfUnused(name, raw[name], warn);
  const settings = attributes.map(([name, attribute]) => {
    const value = known.get(name) ?? undefined;
    if (value !== undefined && !attribute.on.includes(request)) {
      warn(`The attribute '${name}' of the configuration has no effect in the request '${request}'.`);
      return [name, attribute.fallback];
    }
    return [name, value === undefined ? attribute.fallback : attribute.shape.parse(value, { path: name, warn })];
  });
  const parsed = Object.fromEntries(settings) as Settings;
  const stopAtConnect = parsed.stopAtConnect || parsed.launchCompleteCommand === 'None';
  return { ...parsed, stopAtConnect, request, noDebug: raw.noDebug === true, beginning: beginningOf(request, parsed) };
}

/** @throws RequestError where what must be there to begin at all is missing */
function beginningOf(request: Request, settings: Settings): Beginning {
  const { program, processId, waitFor, coreFile, target, customLaunchSetupCommands: setup } = settings;
  if (coreFile !== undefined) return { kind: 'core', coreFile };
  const connects = setup !== undefined && (target !== undefined || settings.launchCompleteCommand !== 'exec-run');
  if (connects) return { kind: 'remote', remote: { ...(target ?? NO_TARGET), connectCommands: setup } };
  if (target !== undefined) return { kind: 'remote', remote: target };
  if (request === 'launch') {
    if (program === undefined || program === '') {
      throw wrongValue('program', 'the path of the program to debug', program);
    }
    return setup === undefined ? { kind: 'launch', program } : { kind: 'launch', program, setup };
  }
  if (waitFor !== undefined && waitFor !== false) {
    const name = waitFor === true ? program : waitFor;
    if (name === undefined) throw wrongValue('waitFor', "the name of a program where there is no 'program'", waitFor);
    return { kind: 'wait', name };
  }
  if (processId === undefined) throw wrongValue('processId', 'the number of a running process', processId);
  return { kind: 'attach', processId };
}

function withPlatform(given: Raw): Raw {
  const here = process.platform === 'darwin' ? 'osx' : process.platform === 'win32' ? 'windows' : 'linux';
  const own = given[here];
  return isRecord(own) ? { ...given, ...own } : given;
}

interface Source {
  readonly request: Request;
  readonly raw: Raw;
  /** The names that have been understood. */
  readonly used: Set<string>;
  readonly warn: Warn;
}

/** The value of one attribute, under its own name or others; several names may each give some members of an object. */
function valueOf(name: string, attribute: Attribute<unknown>, source: Source): unknown {
  const { raw, used, warn } = source;
  const isOther = Object.values(ATTRIBUTES).some(other => meansIt(other, name, source));
  let value: unknown = isOther ? undefined : (raw[name] ?? undefined);
  if (value !== undefined) used.add(name);
  let from = name;
  for (const alias of attribute.aliases) {
    const given = raw[alias.name] ?? undefined;
    if (given === undefined || !applies(alias, given, source.request)) continue;
    used.add(alias.name);
    const other = alias.convert === undefined ? given : alias.convert(given);
    if (value === undefined) {
      value = other;
      from = alias.name;
    } else if (isRecord(value) && isRecord(other)) {
      const clash = Object.keys(other).some(key => isRecord(value) && key in value && differs(value[key], other[key]));
      if (clash) warn(contradiction(from, alias.name));
      value = { ...other, ...value };
    } else if (differs(value, other)) {
      warn(contradiction(from, alias.name));
    }
  }
  return value;
}

/** Whether a name is another adapter's word for this attribute, with the value that it has here. */
function meansIt(attribute: Attribute<unknown>, name: string, { raw, request }: Source): boolean {
  return attribute.aliases.some(alias => alias.name === name && applies(alias, raw[name], request));
}

function applies(alias: Alias, value: unknown, request: Request): boolean {
  return alias.when?.(value, request) ?? true;
}

function differs(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) !== JSON.stringify(other);
}

function contradiction(used: string, unused: string): string {
  return `The attributes '${used}' and '${unused}' of the configuration contradict each other: '${used}' counts.`;
}

function warnOfUnused(name: string, value: unknown, warn: Warn): void {
  if (OF_CLIENTS.has(name) || PLATFORMS.has(name) || CLIENT_PREFIX.test(name) || Object.hasOwn(ATTRIBUTES, name))
    return;
  const unsupported = Object.hasOwn(UNSUPPORTED, name) ? UNSUPPORTED[name] : undefined;
  if (unsupported === undefined) warn(unknownName(name));
  else if (unsupported.harmless?.includes(value) !== true)
    warn(`The attribute '${name}' (${unsupported.of}) has no effect here. ${unsupported.advice}`);
}
